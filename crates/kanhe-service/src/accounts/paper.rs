//! How papers stand in their drawers: as CBOR arrays, whose shapes are those of the structs with `#[n]`.

use jiff::Timestamp;
use kanhe_core::code::Uscc;
use kanhe_store::find::Cursor;
use kanhe_store::{Drawer, Library, StoreError};
use minicbor::{Decode, Encode};

/// The bytes of a paper.
pub(crate) fn written<T: Encode<()>>(paper: &T) -> Vec<u8> {
    kanhe_core::wire::to_vec(paper)
}

/// Reads a paper.
pub(crate) fn read<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T, StoreError> {
    minicbor::decode(bytes).map_err(|_| StoreError::Malformed { family: "office" })
}

/// Agency and second: an agency's papers stand together, in the order of time.
pub(crate) fn place(agency: &Uscc, at: Timestamp) -> Vec<u8> {
    // Moments before 1970 come before those after it.
    let second = at.as_second().cast_unsigned() ^ (1 << 63);
    [agency.as_str().as_bytes(), &second.to_be_bytes()].concat()
}

/// The key of one paper: behind agency and second what is beyond the second, so that papers stand in the order in which they were written;
/// `chance` keeps two of the same moment apart.
pub(crate) fn place_of_one(agency: &Uscc, at: Timestamp, [a, b, c, d, ..]: [u8; 8]) -> Vec<u8> {
    // Before 1970 what is beyond a second is negative.
    let beyond = u32::try_from(at.subsec_nanosecond()).unwrap_or_default();
    [place(agency, at).as_slice(), &beyond.to_be_bytes(), &[a, b, c, d]].concat()
}

/// A time, and which part of its papers.
pub struct Span {
    /// The first moment.
    pub from: Timestamp,
    /// The last moment.
    pub until: Timestamp,
    /// Where the page begins.
    pub after: Option<Cursor>,
    /// Its length.
    pub most: usize,
}

/// A page of an agency's papers.
#[derive(Clone, Debug)]
pub struct Papers<T> {
    /// The oldest first.
    pub papers: Vec<T>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

/// An agency's papers of a time, in a part of a drawer where they stand by [`place`] behind a prefix.
pub(crate) fn papers_of<T: for<'b> Decode<'b, ()>>(
    library: &Library,
    (drawer, prefix): (Drawer, &[u8]),
    agency: &Uscc,
    span: &Span,
) -> Result<Papers<T>, StoreError> {
    let at = |moment| [prefix, place(agency, moment).as_slice()].concat();
    let found = library.office_between(drawer, &at(span.from), &at(span.until), span.after.as_ref(), span.most)?;
    let papers = found.papers.iter().map(|(_, paper)| read(paper)).collect::<Result<_, _>>()?;
    Ok(Papers { papers, next: found.next })
}

/// A moment, or none, as seconds since 1970 or null.
pub(crate) mod moment_or_never {
    use jiff::Timestamp;
    use kanhe_core::wire::moment;
    use minicbor::data::Type;
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{self, Encoder, Write};

    pub fn encode<C, W: Write>(at: &Option<Timestamp>, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), encode::Error<W::Error>> {
        match at {
            Some(at) => moment::encode(at, e, ctx),
            None => e.null()?.ok(),
        }
    }

    pub fn decode<'b, C>(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Option<Timestamp>, Error> {
        if d.datatype()? == Type::Null { d.null().map(|()| None) } else { moment::decode(d, ctx).map(Some) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_of_one_second_stand_in_the_order_of_its_moments() {
        let agency = Uscc::parse("91350100M000100Y43").unwrap();
        let key = |second: i64, beyond: i32, chance: u8| {
            let at = Timestamp::new(second, beyond).unwrap();
            assert!(place_of_one(&agency, at, [chance; 8]).starts_with(&place(&agency, at)));
            place_of_one(&agency, at, [chance; 8])
        };
        let keys = [key(7, 0, 9), key(7, 1, 8), key(7, 256, 7), key(7, 999_999_999, 6), key(8, 0, 5)];
        assert!(keys.is_sorted() && keys.iter().all(|key| key.len() == keys[0].len()));
        assert_ne!(key(7, 0, 1), key(7, 0, 2));
    }
}

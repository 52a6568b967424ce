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

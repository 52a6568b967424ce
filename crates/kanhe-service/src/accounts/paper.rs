//! How papers stand in their drawers: as CBOR arrays, whose shapes are those of the structs with `#[n]`.

use kanhe_store::StoreError;
use minicbor::{Decode, Encode};

/// The bytes of a paper.
pub(crate) fn written<T: Encode<()>>(paper: &T) -> Vec<u8> {
    kanhe_core::wire::to_vec(paper)
}

/// Reads a paper.
pub(crate) fn read<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T, StoreError> {
    minicbor::decode(bytes).map_err(|_| StoreError::Malformed { family: "office" })
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

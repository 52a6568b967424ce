//! How the words of the domain stand in CBOR: every code is text that its own door reads again, so a decoded document holds no code that is wrong.

use crate::code::{ProjectCode, RegionCode, TypeCode, Uscc};
use minicbor::decode::{Decode, Decoder, Error};
use minicbor::encode::{self, Encode, Encoder, Write};

macro_rules! code_as_text {
    ($($code:ty => $door:path),+) => {$(
        impl<C> Encode<C> for $code {
            fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                e.str(self.as_str())?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $code {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
                let at = d.position();
                $door(d.str()?).map_err(|_| Error::message(stringify!($code)).at(at))
            }
        }
    )+};
}

code_as_text!(ProjectCode => ProjectCode::parse, RegionCode => RegionCode::parse, TypeCode => TypeCode::parse, Uscc => Uscc::parse);

/// An identifier that somebody else wrote, as text exactly as it came.
pub mod foreign_identifier {
    use super::{Decoder, Encoder, Error, Write, encode};
    use crate::code::{CertificateId, Lenient};

    /// Writes it, for `#[cbor(with)]`.
    pub fn encode<C, W: Write>(identifier: &Lenient<CertificateId>, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.str(identifier.written())?.ok()
    }

    /// Reads it, for `#[cbor(with)]`.
    pub fn decode<'b, C>(d: &mut Decoder<'b>, _: &mut C) -> Result<Lenient<CertificateId>, Error> {
        let at = d.position();
        CertificateId::parse_foreign(d.str()?).map_err(|_| Error::message("foreign identifier").at(at))
    }
}

/// A moment as whole seconds since 1970, the `NumericDate` of RFC 8392 §2.
pub mod moment {
    use super::{Decoder, Encoder, Error, Write, encode};
    use jiff::Timestamp;

    /// Writes it, for `#[cbor(with)]`.
    pub fn encode<C, W: Write>(at: &Timestamp, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.i64(at.as_second())?.ok()
    }

    /// Reads it, for `#[cbor(with)]`.
    pub fn decode<'b, C>(d: &mut Decoder<'b>, _: &mut C) -> Result<Timestamp, Error> {
        let at = d.position();
        Timestamp::from_second(d.i64()?).map_err(|_| Error::message("moment").at(at))
    }
}

/// A day as its number since 1970-01-01 (RFC 8943).
pub mod day {
    use super::{Decoder, Encoder, Error, Write, encode};
    use crate::calendar::{day_number, day_of_number};
    use jiff::civil::Date;

    /// Writes it, for `#[cbor(with)]`.
    pub fn encode<C, W: Write>(day: &Date, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.i32(day_number(*day))?.ok()
    }

    /// Reads it, for `#[cbor(with)]`.
    pub fn decode<'b, C>(d: &mut Decoder<'b>, _: &mut C) -> Result<Date, Error> {
        let at = d.position();
        day_of_number(d.i32()?).ok_or_else(|| Error::message("day").at(at))
    }
}

/// A day in a map, whose key is left out where there is no end; null would be a second spelling of that, and is refused.
pub mod day_or_never {
    use super::{Decoder, Encoder, Error, Write, day, encode};
    use jiff::civil::Date;

    /// Writes it, for `#[cbor(with)]`.
    pub fn encode<C, W: Write>(until: &Option<Date>, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), encode::Error<W::Error>> {
        match until {
            Some(until) => day::encode(until, e, ctx),
            None => e.null()?.ok(), // never asked for: minicbor leaves out the key of an absent value
        }
    }

    /// Reads it, for `#[cbor(with)]`.
    pub fn decode<'b, C>(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Option<Date>, Error> {
        day::decode(d, ctx).map(Some)
    }
}

/// Refuses an array of another length than the document has.
pub fn array_of(d: &mut Decoder<'_>, length: u64) -> Result<(), Error> {
    let at = d.position();
    if d.array()? == Some(length) { Ok(()) } else { Err(Error::message("array length").at(at)) }
}

/// Encodes into a fresh vector: what is signed or kept is the whole value, or nothing goes on.
pub fn to_vec<T: Encode<()> + ?Sized>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("a value of ours is encoded") // safe: a Vec takes every byte, and no encoder of ours refuses a value
}

/// A public key as a COSE_Key (RFC 9053 §7.1): `{ 1: 1 (OKP), 3: -8 (EdDSA), -1: 6 (Ed25519), -2: x }`.
pub mod cose_key {
    use super::{Decoder, Encoder, Error, Write, encode};
    use crate::key::VerifyingKey;

    /// Writes it, for `#[cbor(with)]`.
    pub fn encode<C, W: Write>(key: &VerifyingKey, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.map(4)?.i8(1)?.i8(1)?.i8(3)?.i64(key.algorithm().cose_number())?.i8(-1)?.i8(6)?.i8(-2)?.bytes(key.as_bytes())?.ok()
    }

    /// Reads it, for `#[cbor(with)]`.
    pub fn decode<'b, C>(d: &mut Decoder<'b>, _: &mut C) -> Result<VerifyingKey, Error> {
        let at = d.position();
        let wrong = || Error::message("COSE_Key").at(at);
        let okp = d.map()? == Some(4) && (d.i8()?, d.i8()?) == (1, 1);
        let ed25519 = (d.i8()?, d.i64()?) == (3, -8) && (d.i8()?, d.i8()?, d.i8()?) == (-1, 6, -2);
        let x: &[u8; 32] = d.bytes()?.try_into().map_err(|_| wrong())?;
        if okp && ed25519 { VerifyingKey::from_ed25519(x).map_err(|_| wrong()) } else { Err(wrong()) }
    }
}

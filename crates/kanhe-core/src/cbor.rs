//! The one form of CBOR that kanhe reads: deterministic (RFC 8949 §4.2.1), without tags, floats or indefinite lengths.
//!
//! minicbor reads and writes; this module only refuses what minicbor would forgive, so that one meaning has one spelling
//! and a signature covers the meaning.

use minicbor::data::Type;
use minicbor::decode::Decoder;
use thiserror::Error;

/// Nesting deeper than this is refused: our deepest document, a manifest, uses nine levels.
const DEEPEST: usize = 16;

/// Why bytes are not the deterministic CBOR of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CborError {
    /// The bytes end inside an item, or an item's head is not CBOR at all.
    #[error("CBOR breaks off or is malformed at byte {at}")]
    Malformed {
        /// Offset of the item in bytes.
        at: usize,
    },
    /// Bytes follow the one item.
    #[error("{extra} bytes follow the CBOR item")]
    Trailing {
        /// How many.
        extra: usize,
    },
    /// A length or number is not in its shortest form.
    #[error("CBOR at byte {at} is not in its shortest form")]
    NotShortest {
        /// Offset of the item in bytes.
        at: usize,
    },
    /// An array, map or string of indefinite length.
    #[error("CBOR at byte {at} has an indefinite length")]
    Indefinite {
        /// Offset of the item in bytes.
        at: usize,
    },
    /// Map keys out of bytewise order, or a key given twice.
    #[error("CBOR map key at byte {at} is out of order or repeated")]
    KeyOrder {
        /// Offset of the key in bytes.
        at: usize,
    },
    /// A tag, float, `undefined` or other simple value: no kanhe document has one.
    #[error("CBOR at byte {at} is of a kind that no kanhe document uses")]
    Unused {
        /// Offset of the item in bytes.
        at: usize,
    },
    /// Nested deeper than any document of ours.
    #[error("CBOR at byte {at} is nested deeper than {DEEPEST}")]
    TooDeep {
        /// Offset of the item in bytes.
        at: usize,
    },
}

impl CborError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "cbor_malformed",
            Self::Trailing { .. } => "cbor_trailing",
            Self::NotShortest { .. } => "cbor_not_shortest",
            Self::Indefinite { .. } => "cbor_indefinite",
            Self::KeyOrder { .. } => "cbor_key_order",
            Self::Unused { .. } => "cbor_unused_kind",
            Self::TooDeep { .. } => "cbor_too_deep",
        }
    }
}

/// Accepts exactly one deterministic CBOR item that fills `bytes`, and nothing else.
pub fn require_deterministic(bytes: &[u8]) -> Result<(), CborError> {
    let mut decoder = Decoder::new(bytes);
    item(&mut decoder, 0)?;
    match bytes.len().saturating_sub(decoder.position()) {
        0 => Ok(()),
        extra => Err(CborError::Trailing { extra }),
    }
}

fn item(decoder: &mut Decoder<'_>, depth: usize) -> Result<(), CborError> {
    let at = decoder.position();
    if depth > DEEPEST {
        return Err(CborError::TooDeep { at });
    }
    let malformed = |_| CborError::Malformed { at };
    match decoder.datatype().map_err(malformed)? {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
            let value = decoder.u64().map_err(malformed)?;
            shortest(at, decoder.position() - at, value)
        }
        Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
            let value = i128::from(decoder.int().map_err(malformed)?);
            shortest(at, decoder.position() - at, u64::try_from(-1 - value).unwrap_or(0))
        }
        Type::Bytes => {
            let length = decoder.bytes().map_err(malformed)?.len();
            shortest(at, decoder.position() - at - length, width(length))
        }
        Type::String => {
            let length = decoder.str().map_err(malformed)?.len();
            shortest(at, decoder.position() - at - length, width(length))
        }
        Type::Array => {
            let length = decoder.array().map_err(malformed)?.ok_or(CborError::Indefinite { at })?;
            shortest(at, decoder.position() - at, length)?;
            (0..length).try_for_each(|_| item(decoder, depth + 1))
        }
        Type::Map => {
            let length = decoder.map().map_err(malformed)?.ok_or(CborError::Indefinite { at })?;
            shortest(at, decoder.position() - at, length)?;
            entries(decoder, length, depth + 1)
        }
        Type::Bool => decoder.bool().map(drop).map_err(malformed),
        Type::Null => decoder.null().map_err(malformed),
        Type::BytesIndef | Type::StringIndef | Type::ArrayIndef | Type::MapIndef => Err(CborError::Indefinite { at }),
        Type::F16 | Type::F32 | Type::F64 | Type::Tag | Type::Undefined | Type::Simple | Type::Break => Err(CborError::Unused { at }),
        Type::Unknown(_) => Err(CborError::Malformed { at }),
    }
}

fn entries(decoder: &mut Decoder<'_>, length: u64, depth: usize) -> Result<(), CborError> {
    let mut previous: &[u8] = &[];
    for _ in 0..length {
        let at = decoder.position();
        item(decoder, depth)?;
        let key = decoder.input().get(at..decoder.position()).unwrap_or_default();
        if key <= previous {
            return Err(CborError::KeyOrder { at });
        }
        previous = key;
        item(decoder, depth)?;
    }
    Ok(())
}

/// Accepts the head of the item at `at` if no shorter one says its number (RFC 8949 §3).
fn shortest(at: usize, head: usize, number: u64) -> Result<(), CborError> {
    let least = match number {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    };
    if head == least { Ok(()) } else { Err(CborError::NotShortest { at }) }
}

/// A length in memory as CBOR counts it.
fn width(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(hex: &[u8]) -> &'static str {
        require_deterministic(hex).unwrap_err().code()
    }

    #[test]
    fn one_spelling_of_each_item_is_read() {
        for bytes in
            [&[0x00][..], &[0x18, 0x18], &[0x20], &[0x41, 0xff], &[0x61, 0x61], &[0x82, 1, 2], &[0xa2, 1, 2, 3, 4], &[0xf6], &[0xf5]]
        {
            assert_eq!(require_deterministic(bytes), Ok(()));
        }
    }

    #[test]
    fn every_other_spelling_is_refused_by_name() {
        assert_eq!(refusal(&[0x18, 0x17]), "cbor_not_shortest");
        assert_eq!(refusal(&[0x38, 0x00]), "cbor_not_shortest");
        assert_eq!(refusal(&[0x58, 0x01, 0xff]), "cbor_not_shortest");
        assert_eq!(refusal(&[0x98, 0x01, 0x00]), "cbor_not_shortest");
        assert_eq!(refusal(&[0x9f, 0xff]), "cbor_indefinite");
        assert_eq!(refusal(&[0x5f, 0xff]), "cbor_indefinite");
        assert_eq!(refusal(&[0xa2, 3, 4, 1, 2]), "cbor_key_order");
        assert_eq!(refusal(&[0xa2, 1, 2, 1, 2]), "cbor_key_order");
        assert_eq!(refusal(&[0xf9, 0, 0]), "cbor_unused_kind");
        assert_eq!(refusal(&[0xc0, 0x60]), "cbor_unused_kind");
        assert_eq!(refusal(&[0x00, 0x00]), "cbor_trailing");
        assert_eq!(refusal(&[0x82, 0x00]), "cbor_malformed");
        assert_eq!(refusal(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), "cbor_malformed");
        assert_eq!(refusal(&[0x81; 40]), "cbor_too_deep");
        assert_eq!(refusal(&[]), "cbor_malformed");
    }
}

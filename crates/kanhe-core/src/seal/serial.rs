//! The serial of an identifier, packed: capitals and digits as one number in base 36 behind a leading 1, so that zeros in front survive.

use crate::code::{Serial, SerialError};
use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};
use minicbor::encode::{self, Encoder, Write};

/// A serial of up to so many characters packs into a `u128` with its leading 1; a longer one travels as text.
const PACKED_AT_MOST: usize = 24;

/// A serial as it stands in a seal.
#[derive(Clone, Copy, Debug)]
pub(super) enum SealedSerial<'b> {
    /// The printed number is the serial.
    IsNumber,
    /// Packed into bytes.
    Packed(u128),
    /// As text, for the long ones.
    Text(&'b str),
}

impl<'b> SealedSerial<'b> {
    pub(super) fn decode(d: &mut Decoder<'b>) -> Result<Self, Error> {
        let at = d.position();
        match d.datatype()? {
            Type::Null => d.null().map(|()| Self::IsNumber),
            Type::Bytes => unpack_bytes(d.bytes()?).map(Self::Packed).ok_or_else(|| Error::message("serial").at(at)),
            _ => match d.str()? {
                text if text.len() > PACKED_AT_MOST => Ok(Self::Text(text)),
                _ => Err(Error::message("serial").at(at)), // shorter ones are packed: one serial has one spelling
            },
        }
    }

    /// Whether the seal says that the printed number is the serial.
    pub(super) const fn is_number(&self) -> bool {
        matches!(self, Self::IsNumber)
    }

    /// The serial; `number` where the two are one.
    pub(super) fn read(&self, number: &str) -> Result<Serial, SerialError> {
        match self {
            Self::IsNumber => Serial::parse(number),
            Self::Packed(packed) => Serial::parse(digits(*packed, &mut [0; PACKED_AT_MOST])),
            Self::Text(text) => Serial::parse(text),
        }
    }
}

/// Writes a serial; its door has seen to it that it has only `0-9A-Z`.
pub(super) fn encode<W: Write>(serial: &str, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
    if serial.len() > PACKED_AT_MOST {
        return e.str(serial)?.ok();
    }
    let packed = serial.chars().filter_map(|c| c.to_digit(36)).fold(1_u128, |packed, digit| packed * 36 + u128::from(digit));
    let bytes = packed.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    e.bytes(bytes.get(zeros..).unwrap_or_default())?.ok()
}

/// Reads what `encode` wrote: no zeros in front, a leading 1, and 1 to 24 characters behind it.
fn unpack_bytes(bytes: &[u8]) -> Option<u128> {
    let shortest = bytes.len() <= 16 && bytes.first().is_some_and(|first| *first != 0);
    let packed = bytes.iter().take(16).fold(0_u128, |packed, byte| packed << 8 | u128::from(*byte));
    let (mut leading, mut characters) = (packed, 0_usize);
    while leading >= 36 {
        leading /= 36;
        characters += 1;
    }
    (shortest && leading == 1 && (1..=PACKED_AT_MOST).contains(&characters)).then_some(packed)
}

/// Writes the characters of a packed serial from the last to the first into the end of `room`.
fn digits(mut packed: u128, room: &mut [u8; PACKED_AT_MOST]) -> &str {
    let mut free = room.len();
    for place in room.iter_mut().rev() {
        if packed <= 1 {
            break;
        }
        let digit = u32::try_from(packed % 36).ok().and_then(|value| char::from_digit(value, 36)).unwrap_or_default();
        *place = u8::try_from(digit.to_ascii_uppercase()).unwrap_or_default();
        packed /= 36;
        free -= 1;
    }
    room.get(free..).and_then(|written| std::str::from_utf8(written).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round(serial: &str) -> String {
        let mut bytes = Vec::new();
        encode(serial, &mut Encoder::new(&mut bytes)).unwrap();
        SealedSerial::decode(&mut Decoder::new(&bytes)).unwrap().read("").unwrap().to_string()
    }

    proptest! {
        #[test]
        fn every_serial_returns(serial in "[0-9A-Z]{1,32}") {
            prop_assert_eq!(round(&serial), serial);
        }
    }

    #[test]
    fn zeros_in_front_survive() {
        for serial in ["0", "000", "0001", "000000000000000000000000", "Z", "1"] {
            assert_eq!(round(serial), serial);
        }
    }

    #[test]
    fn a_number_that_no_serial_packs_into_is_refused() {
        for bytes in [&[0x40][..], &[0x41, 0x00], &[0x41, 0x01], &[0x41, 0x23], &[0x41, 0x48], &[0x42, 0x00, 0x30]] {
            assert!(SealedSerial::decode(&mut Decoder::new(bytes)).is_err(), "{bytes:02x?}");
        }
    }
}

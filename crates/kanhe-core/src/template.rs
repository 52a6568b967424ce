//! Codes of one shape, such as `JY##############`, packed into a number with as many states as the shape has.

use minicbor::decode::{Decode, Decoder, Error};
use minicbor::encode::{self, Encode, Encoder, Write};
use thiserror::Error as ThisError;

/// The letters that `@` stands for, in the order of their values.
const ALNUM: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// A shape has at most this many characters: the longest printed number in the field has 28.
const LONGEST: usize = 64;

/// The shape of a code: `#` is a digit, `@` a digit or capital letter, all else stands for itself.
///
/// A code of this shape packs into the fewest whole bytes that count all its states: 14 digits take 6 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    shape: String,
    states: u128,
}

impl Template {
    /// Reads a shape; one with more than 2^120 states is no code but a text.
    pub fn parse(shape: &str) -> Result<Self, TemplateError> {
        let length = shape.chars().count();
        if length == 0 || length > LONGEST {
            return Err(TemplateError::Length { length, most: LONGEST });
        }
        let states = shape.chars().try_fold(1_u128, |states, slot| states.checked_mul(u128::from(radix(slot))));
        let states = states.filter(|states| *states <= 1 << 120).ok_or(TemplateError::TooManyStates)?;
        Ok(Self { shape: shape.to_owned(), states })
    }

    /// The shape as written.
    pub fn as_str(&self) -> &str {
        &self.shape
    }

    /// How many bytes every code of this shape packs into.
    pub fn packed_length(&self) -> usize {
        let last = self.states.saturating_sub(1);
        let unused = last.to_be_bytes().iter().take_while(|byte| **byte == 0).count();
        last.to_be_bytes().len().saturating_sub(unused)
    }

    /// Packs a code that has this shape; names the first character that does not.
    pub fn pack(&self, code: &str) -> Result<Vec<u8>, TemplateError> {
        let misfit = || TemplateError::Misfit { code: code.to_owned(), shape: self.shape.clone() };
        let mut slots = self.shape.chars();
        let mut number = 0_u128;
        for character in code.chars() {
            let slot = slots.next().ok_or_else(misfit)?;
            let value = value_in(slot, character).ok_or_else(misfit)?;
            number = number * u128::from(radix(slot)) + u128::from(value); // below `states`, which fits
        }
        if slots.next().is_some() {
            return Err(misfit());
        }
        let bytes = number.to_be_bytes();
        Ok(bytes.iter().skip(bytes.len() - self.packed_length()).copied().collect())
    }

    /// Appends the code that `packed` stands for.
    pub fn unpack(&self, packed: &[u8], out: &mut String) -> Result<(), TemplateError> {
        if packed.len() != self.packed_length() {
            return Err(TemplateError::PackedLength { found: packed.len(), expected: self.packed_length() });
        }
        let mut number = packed.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        if number >= self.states {
            return Err(TemplateError::OutOfRange);
        }
        let mut backwards = ['\0'; LONGEST];
        let mut length = 0;
        for (place, slot) in backwards.iter_mut().zip(self.shape.chars().rev()) {
            let value;
            (number, value) = without_last_digit(number, radix(slot));
            *place = character_of(slot, value);
            length += 1;
        }
        out.extend(backwards.iter().take(length).rev());
        Ok(())
    }
}

/// Takes the last digit off a number: most codes fit 64 bits, where dividing by a constant costs a multiplication.
fn without_last_digit(number: u128, radix: u32) -> (u128, u32) {
    let (rest, digit) = match (u64::try_from(number), radix) {
        (_, 1) => (number, 0),
        (Ok(small), 10) => (u128::from(small / 10), small % 10),
        (Ok(small), 36) => (u128::from(small / 36), small % 36),
        _ => (number / u128::from(radix), u64::try_from(number % u128::from(radix)).unwrap_or_default()),
    };
    (rest, u32::try_from(digit).unwrap_or_default())
}

fn radix(slot: char) -> u32 {
    match slot {
        '#' => 10,
        '@' => 36,
        _ => 1,
    }
}

fn value_in(slot: char, character: char) -> Option<u32> {
    match slot {
        '#' => character.to_digit(10),
        '@' => character.to_digit(36).filter(|_| !character.is_ascii_lowercase()),
        literal => (literal == character).then_some(0),
    }
}

fn character_of(slot: char, value: u32) -> char {
    match slot {
        '#' | '@' => usize::try_from(value).ok().and_then(|index| ALNUM.as_bytes().get(index)).map_or(slot, |byte| char::from(*byte)),
        literal => literal,
    }
}

impl<C> Encode<C> for Template {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.str(&self.shape)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Template {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
        let at = d.position();
        Self::parse(d.str()?).map_err(|_| Error::message("template").at(at))
    }
}

/// Why a shape or a code of a shape is refused.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum TemplateError {
    /// Empty or too long.
    #[error("a code's shape has 1 to {most} characters, this one {length}")]
    Length {
        /// Characters found.
        length: usize,
        /// Characters allowed.
        most: usize,
    },
    /// More states than a packed code may have.
    #[error("a code's shape may have at most 2^120 states")]
    TooManyStates,
    /// The code has another shape.
    #[error("{code:?} does not have the shape {shape:?} (# a digit, @ a digit or capital letter)")]
    Misfit {
        /// The code given.
        code: String,
        /// The shape wanted.
        shape: String,
    },
    /// Packed bytes of the wrong length.
    #[error("a packed code has {expected} bytes, this one {found}")]
    PackedLength {
        /// Bytes found.
        found: usize,
        /// Bytes of the shape.
        expected: usize,
    },
    /// A packed number beyond the last code of the shape.
    #[error("the packed code is beyond the last of its shape")]
    OutOfRange,
}

impl TemplateError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "template_length",
            Self::TooManyStates => "template_too_many_states",
            Self::Misfit { .. } => "template_misfit",
            Self::PackedLength { .. } => "template_packed_length",
            Self::OutOfRange => "template_out_of_range",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fourteen_digits_take_six_bytes() {
        let template = Template::parse("JY##############").unwrap();
        assert_eq!(template.pack("JY14401060012345").unwrap().len(), 6);
    }

    #[test]
    fn a_code_of_another_shape_is_named() {
        let template = Template::parse("粤A@##").unwrap();
        for code in ["粤A", "粤A9", "粤Aa12", "京A912", "粤A9123", "粤A91２"] {
            assert_eq!(template.pack(code).unwrap_err().code(), "template_misfit", "{code}");
        }
    }

    #[test]
    fn a_number_beyond_the_last_code_is_refused() {
        let template = Template::parse("##").unwrap();
        assert_eq!(template.unpack(&[100], &mut String::new()), Err(TemplateError::OutOfRange));
        assert_eq!(template.unpack(&[0, 1], &mut String::new()).unwrap_err().code(), "template_packed_length");
        assert_eq!(Template::parse(&"@".repeat(30)), Err(TemplateError::TooManyStates));
    }

    proptest! {
        #[test]
        fn every_code_of_a_shape_returns(digits in "[0-9]{6}", tail in "[0-9A-Z]{4}") {
            let template = Template::parse("京######-@@@@号").unwrap();
            let code = format!("京{digits}-{tail}号");
            let mut back = String::new();
            template.unpack(&template.pack(&code).unwrap(), &mut back).unwrap();
            prop_assert_eq!(back, code);
        }
    }
}

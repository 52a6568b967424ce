//! From bits to text: on the road of every verification, so without allocation and in one pass.

use super::bits::BitReader;
use super::codebook::Codebook;
use super::{Dictionary, ESCAPED_BASIC, ESCAPED_SUPPLEMENTARY, LONGEST_CODE, LONGEST_TEXT, SHORTEST_ESCAPE, UnpackError};

impl Dictionary {
    /// Appends the text that `packed` stands for to `out`: at most `ceiling` bytes of UTF-8, and never more than [`LONGEST_TEXT`].
    ///
    /// The text is whatever the issuer packed: whether it is in normalization form C, or printable, is for the caller to ask.
    ///
    /// # Errors
    /// An [`UnpackError`] if `packed` is not a sequence of this dictionary's symbols, padded with fewer than 8 one bits; `out` is then as
    /// it was.
    pub fn unpack(&self, packed: &[u8], ceiling: usize, out: &mut String) -> Result<(), UnpackError> {
        let before = out.len();
        let result = self.unpack_onto(packed, ceiling.min(LONGEST_TEXT), out);
        if result.is_err() {
            out.truncate(before);
        }
        result
    }

    fn unpack_onto(&self, packed: &[u8], ceiling: usize, out: &mut String) -> Result<(), UnpackError> {
        if packed.is_empty() {
            return Ok(());
        }
        let mut bits = BitReader::new(packed);
        bits.refill();
        let selector = if self.selector_bits == 0 { 0 } else { bits.peek(self.selector_bits) };
        bits.skip(self.selector_bits);
        let codebook = usize::try_from(selector).ok().and_then(|number| self.codebooks.get(number));
        codebook.expect("the number of codes is a power of two").unpack(&mut bits, ceiling, out) // safe: `new` admits 1, 2 or 4 codes, and gives 0, 1 or 2 bits
    }
}

impl Codebook {
    /// Reads symbols up to the padding; at least one, for a text of none has no bytes.
    fn unpack(&self, bits: &mut BitReader<'_>, ceiling: usize, out: &mut String) -> Result<(), UnpackError> {
        let mut room = ceiling;
        loop {
            let held = bits.refill();
            if held < SHORTEST_ESCAPE && bits.holds_only_ones() {
                return if room < ceiling { Ok(()) } else { Err(UnpackError::PaddingTooLong { bits: held }) };
            }
            let symbol = self.code.first_symbol(bits.peek(LONGEST_CODE));
            if symbol.length > held {
                return Err(early_end(bits, symbol.length, held));
            }
            bits.skip(symbol.length);
            match self.entries.get(symbol.number) {
                Some(word) => {
                    room = room.checked_sub(word.len()).ok_or(UnpackError::OverCeiling { ceiling })?;
                    out.push_str(word);
                }
                None => {
                    let character = self.escaped(bits)?;
                    room = room.checked_sub(character.len_utf8()).ok_or(UnpackError::OverCeiling { ceiling })?;
                    out.push(character);
                }
            }
        }
    }

    /// Reads the character after an escape.
    #[cold]
    fn escaped(&self, bits: &mut BitReader<'_>) -> Result<char, UnpackError> {
        let held = bits.refill();
        let needs = if bits.peek(1) == 0 { ESCAPED_BASIC } else { ESCAPED_SUPPLEMENTARY };
        if needs > held {
            return Err(UnpackError::Truncated { needs, has: held });
        }
        let read = bits.peek(needs);
        bits.skip(needs);
        // A supplementary code point is read with the one bit that says so still on top.
        let code_point = if needs == ESCAPED_BASIC { read } else { read - (1 << 20) + 0x1_0000 };
        let character = char::from_u32(code_point).ok_or(UnpackError::NotACharacter { code_point })?;
        if self.entries.has_character(character) {
            return Err(UnpackError::NeedlessEscape { character });
        }
        Ok(character)
    }
}

/// Names the defect of bits that end before a symbol does.
#[cold]
fn early_end(bits: &BitReader<'_>, needs: u32, has: u32) -> UnpackError {
    if has < SHORTEST_ESCAPE {
        UnpackError::PaddingNotOnes { bits: has }
    } else if bits.holds_only_ones() {
        UnpackError::PaddingTooLong { bits: has }
    } else {
        UnpackError::Truncated { needs, has }
    }
}

//! The canonical prefix code: from how many codes there are of each length to the codes themselves, and back from bits to symbols.
//!
//! Codes are given out in order: those of one length count upwards, the first of the next length continues one above, a zero appended
//! (as in RFC 1951 §3.2.2). So the counts alone are the whole code.

use super::bits::Word;
use super::{DictionaryError, LONGEST_CODE, SHORTEST_ESCAPE};

/// Codes up to this length are found with one look: 8 kB, small beside a first-level cache.
const SHORT: u32 = 11;

/// A complete canonical prefix code; its symbols are numbered in the order of their codes.
#[derive(Clone)]
pub(super) struct Code {
    rows: Vec<Row>,
    /// Where in `rows` the codes longer than [`SHORT`] begin: a search after a look starts there.
    long: usize,
    /// For each string of [`SHORT`] bits, the symbol it starts with and its length: `symbol << 5 | length`, or 0 if the code is longer.
    short: Vec<u32>,
}

/// The codes of one length.
#[derive(Clone, Copy)]
struct Row {
    length: u32,
    first_code: u32,
    first_symbol: u32,
    /// One above the last symbol of this length.
    end_symbol: u32,
    /// One above the last code of this length, moved up to [`LONGEST_CODE`] bits.
    limit: u32,
}

/// What a string of bits starts with.
#[derive(Clone, Copy)]
pub(super) struct Symbol {
    pub(super) number: u32,
    pub(super) length: u32,
}

impl Code {
    /// Builds the code that has `counts[n]` codes of n bits.
    pub(super) fn new(counts: &[usize]) -> Result<Code, DictionaryError> {
        check(counts)?;
        let mut rows = Vec::new();
        let (mut next_code, mut next_symbol) = (0_u32, 0_u32);
        for (length, count) in (0..).zip(counts) {
            let count = u32::try_from(*count).unwrap_or(u32::MAX);
            next_code <<= 1;
            let row = Row {
                length,
                first_code: next_code,
                first_symbol: next_symbol,
                end_symbol: next_symbol + count,
                limit: (next_code + count) << (LONGEST_CODE - length),
            };
            if count > 0 {
                rows.push(row);
            }
            next_code += count;
            next_symbol += count;
        }
        let long = rows.partition_point(|row| row.length <= SHORT);
        let short = (0..1 << SHORT).map(|bits| short_look(&rows, bits)).collect();
        Ok(Code { rows, long, short })
    }

    /// The symbol with which `bits`, [`LONGEST_CODE`] of them, start: the code is complete, so there is always one.
    #[inline]
    pub(super) fn first_symbol(&self, bits: u32) -> Symbol {
        let look = usize::try_from(bits >> (LONGEST_CODE - SHORT)).ok().and_then(|place| self.short.get(place)).copied().unwrap_or(0);
        if look == 0 { search(self.rows.get(self.long..).unwrap_or(&[]), bits) } else { Symbol { number: look >> 5, length: look & 31 } }
    }

    /// The code of a symbol.
    pub(super) fn word(&self, symbol: u32) -> Word {
        let place = self.rows.partition_point(|row| row.end_symbol <= symbol);
        self.rows.get(place).map_or(self.escape(), |row| Word { value: row.first_code + (symbol - row.first_symbol), length: row.length })
    }

    /// The code of the escape: the longest, all ones.
    pub(super) fn escape(&self) -> Word {
        let length = self.rows.last().map_or(LONGEST_CODE, |row| row.length);
        Word { value: (1 << length) - 1, length }
    }
}

/// The symbol with which `bits` start, among those of `rows`.
#[inline]
fn search(rows: &[Row], bits: u32) -> Symbol {
    match rows.iter().find(|row| bits < row.limit) {
        Some(row) => Symbol { number: row.first_symbol + ((bits >> (LONGEST_CODE - row.length)) - row.first_code), length: row.length },
        None => Symbol { number: u32::MAX, length: LONGEST_CODE },
    }
}

fn short_look(rows: &[Row], bits: u32) -> u32 {
    let symbol = search(rows, bits << (LONGEST_CODE - SHORT));
    if symbol.length > SHORT { 0 } else { symbol.number << 5 | symbol.length }
}

/// Refuses counts that are not those of a complete code with an escape that no padding resembles.
fn check(counts: &[usize]) -> Result<(), DictionaryError> {
    let longest = counts.len().saturating_sub(1);
    let Some(length_of_escape) = u32::try_from(longest).ok().filter(|bits| *bits <= LONGEST_CODE) else {
        return Err(DictionaryError::CodeTooLong { bits: longest, ceiling: LONGEST_CODE });
    };
    if let Some(entries) = counts.first().copied().filter(|entries| *entries > 0) {
        return Err(DictionaryError::CodeWithoutBits { entries });
    }
    let places = (0..).zip(counts).map(|(length, count)| u64::try_from(*count).unwrap_or(u64::MAX) << (LONGEST_CODE - length));
    let (filled, whole) = (places.sum::<u64>(), 1 << LONGEST_CODE);
    if filled < whole {
        return Err(DictionaryError::Incomplete { filled, whole });
    }
    if filled > whole {
        return Err(DictionaryError::Overfull { filled, whole });
    }
    if length_of_escape < SHORTEST_ESCAPE {
        return Err(DictionaryError::EscapeTooShort { bits: length_of_escape, floor: SHORTEST_ESCAPE });
    }
    Ok(())
}

//! The form in which a dictionary is published: deterministic CBOR.

use minicbor::{Decoder, Encoder};

use super::codebook::Codebook;
use super::{Dictionary, DictionaryError, LARGEST_PUBLISHED, LONGEST_CODE, LONGEST_ENTRY, MOST_ENTRIES, selector_bits};

impl Dictionary {
    /// Reads the published form of a dictionary.
    ///
    /// # Errors
    /// A [`DictionaryError`] if the bytes are too many, not the deterministic CBOR of `docs/spec/dictionary.md` §1, or not a complete code.
    pub fn decode(bytes: &[u8]) -> Result<Dictionary, DictionaryError> {
        if bytes.len() > LARGEST_PUBLISHED {
            return Err(DictionaryError::TooLarge { bytes: bytes.len(), ceiling: LARGEST_PUBLISHED });
        }
        let mut decoder = Decoder::new(bytes);
        let found = array(&mut decoder)?;
        if found != 2 {
            return Err(DictionaryError::WrongShape { found });
        }
        let id = decoder.u32().map_err(DictionaryError::Malformed)?;
        let codes = codes(&mut decoder)?;
        if decoder.position() < bytes.len() {
            return Err(DictionaryError::TrailingBytes { extra: bytes.len() - decoder.position() });
        }
        let dictionary = Dictionary::new(id, &codes)?;
        // One way to write it: whatever a lenient reader let pass (long heads, chunked strings) shows here.
        if dictionary.encode() != bytes {
            return Err(DictionaryError::NotDeterministic);
        }
        Ok(dictionary)
    }

    /// Writes the published form of the dictionary.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new());
        let written = (|| {
            encoder.array(2)?.u32(self.id)?.array(size(self.codebooks.len()))?;
            for groups in self.codebooks.iter().map(Codebook::groups) {
                encoder.array(size(groups.len()))?;
                for group in groups {
                    encoder.array(size(group.len()))?;
                    for entry in group {
                        encoder.str(entry)?;
                    }
                }
            }
            Ok::<(), minicbor::encode::Error<std::convert::Infallible>>(())
        })();
        written.expect("a vector takes every byte"); // safe: writing to a Vec<u8> cannot fail, its error type has no value
        encoder.into_writer()
    }
}

fn codes<'a>(decoder: &mut Decoder<'a>) -> Result<Vec<Vec<Vec<&'a str>>>, DictionaryError> {
    let found = usize::try_from(array(decoder)?).unwrap_or(usize::MAX);
    selector_bits(found)?;
    let mut room = MOST_ENTRIES;
    (0..found).map(|_| groups(decoder, &mut room)).collect()
}

/// Reads one code; `room` is how many entries it and those after it may still have.
fn groups<'a>(decoder: &mut Decoder<'a>, room: &mut usize) -> Result<Vec<Vec<&'a str>>, DictionaryError> {
    let count = usize::try_from(array(decoder)?).unwrap_or(usize::MAX);
    let longest = count.saturating_sub(1);
    if u32::try_from(longest).map_or(true, |bits| bits > LONGEST_CODE) {
        return Err(DictionaryError::CodeTooLong { bits: longest, ceiling: LONGEST_CODE });
    }
    let mut groups = Vec::with_capacity(count);
    for _ in 0..count {
        let entries = usize::try_from(array(decoder)?).unwrap_or(usize::MAX);
        let before = MOST_ENTRIES - *room;
        *room = room
            .checked_sub(entries)
            .ok_or(DictionaryError::TooManyEntries { entries: before.saturating_add(entries), ceiling: MOST_ENTRIES })?;
        groups.push((0..entries).map(|_| entry(decoder)).collect::<Result<Vec<&str>, DictionaryError>>()?);
    }
    Ok(groups)
}

fn entry<'a>(decoder: &mut Decoder<'a>) -> Result<&'a str, DictionaryError> {
    let entry = decoder.str().map_err(DictionaryError::Malformed)?;
    if entry.len() > LONGEST_ENTRY {
        return Err(DictionaryError::EntryTooLong { bytes: entry.len(), ceiling: LONGEST_ENTRY });
    }
    Ok(entry)
}

/// The length of the array that starts here; one of unknown length is not deterministic.
fn array(decoder: &mut Decoder<'_>) -> Result<u64, DictionaryError> {
    decoder.array().map_err(DictionaryError::Malformed)?.ok_or(DictionaryError::NotDeterministic)
}

fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

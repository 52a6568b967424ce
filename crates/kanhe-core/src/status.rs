//! Status lists: one small code per issued certificate, after the IETF Token Status List (draft-ietf-oauth-status-list).
//!
//! ```cddl
//! status-list = { 2 => list-uri, 4 => expires, 6 => issued, 65533 => { "lst" => bstr, "bits" => 4 }, 65534 => ttl }
//! list-uri    = tstr .size (1..300)
//! ttl         = uint .size 4                      ; seconds
//! ```
//!
//! Section 5.2 of the draft (Status List Token in CWT format), in the protected header `typ` = `application/statuslist+cwt`.

mod error;
mod state;

pub use error::StatusError;
pub use state::State;

use crate::envelope::{Document, DocumentType};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use jiff::Timestamp;
use minicbor::decode::{Decoder, Error};
use minicbor::encode::Encoder;
use std::io::{Read, Write};

/// An agency's lists have so many entries each: slot `s` is entry `s % 131072` of list `s / 131072`.
pub const ENTRIES_PER_LIST: u32 = 1 << 17;

/// No list inflates to more: 2^20 entries of 8 bits, the largest that the draft's own vectors need.
const LARGEST_INFLATED: usize = 1 << 20;

/// Bytes of a full list of ours: no slot leads beyond them.
const MOST_PACKED: usize = 1 << 16;

/// The longest URI of a list.
const LONGEST_URI: usize = 300;

/// An array of small codes, packed from the lowest bits of each byte (draft §4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses {
    bits: u8,
    packed: Vec<u8>,
}

impl Statuses {
    /// An array of so many entries, all 0.
    pub fn new(bits: u8, entries: u32) -> Result<Self, StatusError> {
        let per_byte = per_byte(bits)?;
        let length = usize::try_from(entries.div_ceil(per_byte)).unwrap_or(usize::MAX);
        if length > LARGEST_INFLATED {
            Err(StatusError::TooLarge { most: LARGEST_INFLATED })
        } else {
            Ok(Self { bits, packed: vec![0; length] })
        }
    }

    /// Inflates a zlib stream (RFC 1950) into an array; never beyond the ceiling, whatever the stream says.
    pub fn inflate(bits: u8, compressed: &[u8]) -> Result<Self, StatusError> {
        per_byte(bits)?;
        let mut packed = Vec::new();
        let ceiling = u64::try_from(LARGEST_INFLATED).unwrap_or(u64::MAX);
        let mut inflater = ZlibDecoder::new(compressed);
        (&mut inflater).take(ceiling + 1).read_to_end(&mut packed).map_err(|_| StatusError::NotZlib)?;
        if packed.len() > LARGEST_INFLATED {
            return Err(StatusError::TooLarge { most: LARGEST_INFLATED });
        }
        if inflater.total_in() != u64::try_from(compressed.len()).unwrap_or(u64::MAX) {
            return Err(StatusError::TrailingBytes);
        }
        packed.shrink_to_fit();
        Ok(Self { bits, packed })
    }

    /// Deflates the array into a zlib stream.
    pub fn deflate(&self) -> Vec<u8> {
        let mut deflater = ZlibEncoder::new(Vec::new(), Compression::best());
        let deflated = deflater.write_all(&self.packed).and_then(|()| deflater.finish());
        deflated.expect("the list is deflated") // safe: a Vec takes every byte
    }

    /// The code of an entry, or none beyond the end.
    pub fn get(&self, entry: u32) -> Option<u8> {
        let (byte, shift) = self.place(entry)?;
        self.packed.get(byte).map(|packed| packed >> shift & self.mask())
    }

    /// Sets the code of an entry.
    pub fn set(&mut self, entry: u32, code: u8) -> Result<(), StatusError> {
        let mask = self.mask();
        let entries = self.entries();
        let (byte, shift) = self.place(entry).ok_or(StatusError::BeyondEnd { entry, entries })?;
        let packed = self.packed.get_mut(byte).ok_or(StatusError::BeyondEnd { entry, entries })?;
        *packed = *packed & !(mask << shift) | (code & mask) << shift;
        Ok(())
    }

    /// How many entries there are.
    pub fn entries(&self) -> u32 {
        let per_byte = 8 / u32::from(self.bits);
        u32::try_from(self.packed.len()).unwrap_or(u32::MAX).saturating_mul(per_byte)
    }

    /// Bits of an entry: 1, 2, 4 or 8.
    pub const fn bits(&self) -> u8 {
        self.bits
    }

    fn place(&self, entry: u32) -> Option<(usize, u32)> {
        let bit = u64::from(entry) * u64::from(self.bits);
        Some((usize::try_from(bit / 8).ok()?, u32::try_from(bit % 8).ok()?))
    }

    const fn mask(&self) -> u8 {
        u8::MAX >> (8 - self.bits)
    }
}

fn per_byte(bits: u8) -> Result<u32, StatusError> {
    match bits {
        1 | 2 | 4 | 8 => Ok(8 / u32::from(bits)),
        found => Err(StatusError::Bits { found }),
    }
}

/// One of an agency's lists, as of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList {
    uri: String,
    issued: Timestamp,
    expires: Timestamp,
    time_to_live: u32,
    statuses: Statuses,
}

impl StatusList {
    /// A list of four-bit states; it is of no use after `expires`.
    pub fn new(uri: &str, issued: Timestamp, expires: Timestamp, time_to_live: u32, statuses: Statuses) -> Result<Self, StatusError> {
        if statuses.bits != 4 {
            return Err(StatusError::Bits { found: statuses.bits });
        }
        if statuses.entries() > ENTRIES_PER_LIST {
            return Err(StatusError::TooLarge { most: MOST_PACKED });
        }
        if uri.is_empty() || uri.len() > LONGEST_URI {
            return Err(StatusError::Uri { most: LONGEST_URI });
        }
        if expires <= issued || time_to_live == 0 {
            return Err(StatusError::Term);
        }
        Ok(Self { uri: uri.to_owned(), issued, expires, time_to_live, statuses })
    }

    /// Where the list is published; its subject.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// When it was made: the age of every answer from it.
    pub const fn issued(&self) -> Timestamp {
        self.issued
    }

    /// From when on it says nothing any more.
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// The codes.
    pub const fn statuses(&self) -> &Statuses {
        &self.statuses
    }

    /// The state of an entry; none beyond the end or for a reserved code.
    pub fn state(&self, entry: u32) -> Option<State> {
        self.statuses.get(entry).and_then(State::of_bits)
    }

    /// The CWT claims that are signed.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut e = Encoder::new(&mut bytes);
        let claims =
            e.map(5).and_then(|e| e.u8(2)?.str(&self.uri)?.u8(4)?.i64(self.expires.as_second())?.u8(6)?.i64(self.issued.as_second()));
        let list =
            claims.and_then(|e| e.u32(65533)?.map(2)?.str("lst")?.bytes(&self.statuses.deflate())?.str("bits")?.u8(self.statuses.bits));
        let written = list.and_then(|e| e.u32(65534)?.u32(self.time_to_live));
        written.expect("the list is written"); // safe: a Vec takes every byte
        bytes
    }
}

impl<'b> Document<'b> for StatusList {
    const TYPE: DocumentType = DocumentType::StatusList;

    fn decode(payload: &'b [u8]) -> Result<Self, Error> {
        let mut d = Decoder::new(payload);
        if d.map()? != Some(5) {
            return Err(Error::message("status list"));
        }
        claim(&mut d, 2)?;
        let uri = d.str()?;
        claim(&mut d, 4)?;
        let expires = moment(&mut d)?;
        claim(&mut d, 6)?;
        let issued = moment(&mut d)?;
        claim(&mut d, 65533)?;
        let statuses = statuses(&mut d)?;
        claim(&mut d, 65534)?;
        let time_to_live = d.u32()?;
        Self::new(uri, issued, expires, time_to_live, statuses).map_err(|_| Error::message("status list"))
    }
}

fn statuses(d: &mut Decoder<'_>) -> Result<Statuses, Error> {
    let at = d.position();
    let wrong = || Error::message("status list").at(at);
    if d.map()? != Some(2) || d.str()? != "lst" {
        return Err(wrong());
    }
    let compressed = d.bytes()?;
    if d.str()? != "bits" {
        return Err(wrong());
    }
    Statuses::inflate(d.u8()?, compressed).map_err(|_| wrong())
}

fn claim(d: &mut Decoder<'_>, number: u32) -> Result<(), Error> {
    let at = d.position();
    if d.u32()? == number { Ok(()) } else { Err(Error::message("claim").at(at)) }
}

fn moment(d: &mut Decoder<'_>) -> Result<Timestamp, Error> {
    crate::wire::moment::decode(d, &mut ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_drafts_first_example_packs_to_its_two_bytes() {
        let mut statuses = Statuses::new(1, 16).unwrap();
        for entry in [0, 3, 4, 5, 7, 8, 9, 13, 15] {
            statuses.set(entry, 1).unwrap();
        }
        assert_eq!(statuses.packed, [0xb9, 0xa3]);
    }

    #[test]
    fn a_stream_that_inflates_without_end_is_stopped() {
        let mut bomb = ZlibEncoder::new(Vec::new(), Compression::best());
        bomb.write_all(&vec![0; LARGEST_INFLATED + 1]).unwrap();
        assert_eq!(Statuses::inflate(4, &bomb.finish().unwrap()).unwrap_err().code(), "status_too_large");
    }

    #[test]
    fn a_damaged_stream_is_named() {
        let mut good = Statuses::new(4, 64).unwrap().deflate();
        good.push(0);
        assert_eq!(Statuses::inflate(4, &good).unwrap_err().code(), "status_trailing_bytes");
        assert_eq!(Statuses::inflate(4, &good[..4]).unwrap_err().code(), "status_not_zlib");
        assert_eq!(Statuses::inflate(3, &good).unwrap_err().code(), "status_bits");
    }

    proptest! {
        #[test]
        fn a_set_code_is_got_again_and_no_other_changes(entries in proptest::collection::vec(0_u32..1000, 1..40), bits in prop::sample::select(vec![1_u8, 2, 4, 8])) {
            let mut statuses = Statuses::new(bits, 1000).unwrap();
            for entry in &entries {
                statuses.set(*entry, u8::MAX).unwrap();
            }
            let back = Statuses::inflate(bits, &statuses.deflate()).unwrap();
            for entry in 0..1000 {
                let expected = if entries.contains(&entry) { statuses.mask() } else { 0 };
                prop_assert_eq!(back.get(entry), Some(expected));
            }
        }
    }
}

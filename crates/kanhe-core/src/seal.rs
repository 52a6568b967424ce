//! A seal: the part of a certificate that fits a QR code, and tells nothing that the pack tells already.
//!
//! ```cddl
//! seal   = [ kind: uint .size 2, dictionary: uint .size 4, serial: null / bstr / tstr, version: 1..999, number: sealed,
//!            holders: [ 1*8 (name: bstr, code-type: uint, code) ],
//!            from: day, lead: int, until: day / null, slot: uint .size 4, digest: bstr .size 16, fields: [ *sealed ] ]
//! code   = bstr / tstr / uint                     ; packed, as text, or a check value of 20 bits
//! sealed = null / bstr / uint / int / bool        ; by the form that the type gives the field
//! ```
//!
//! `lead` is the number of days from the day of issue to `from`. The agency comes from the key, the type from `kind` in the
//! manifest of the agency's region. Specification: `docs/spec/seal.md`.

mod claims;
mod form;
mod holder;
mod serial;
mod write;

pub use claims::{Claim, Claims, ClaimsError};
pub use holder::{SealedCode, SealedHolder, holder_check};
pub use write::{SealError, digest_of, seal_hash, write};

use crate::calendar::day_of_number;
use crate::certificate::Validity;
use crate::envelope::{Document, DocumentType};
use crate::wire;
use jiff::civil::Date;
use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};

/// No seal is larger, envelope and all: QR version 14 at level M holds 359 bytes, version 18 holds 512.
pub const LARGEST_SEAL: usize = 512;

/// A seal whose places are known and whose words are still packed: only its type can unpack them.
#[derive(Clone, Copy, Debug)]
pub struct Seal<'b> {
    kind: u16,
    dictionary: u32,
    serial: serial::SealedSerial<'b>,
    version: u16,
    number: &'b [u8],
    holders: &'b [u8],
    issued: Date,
    validity: Validity,
    slot: u32,
    digest: [u8; 16],
    fields: &'b [u8],
}

impl Seal<'_> {
    /// The index of its type in the manifest of its region.
    pub const fn kind(&self) -> u16 {
        self.kind
    }

    /// The dictionary that its words are packed with.
    pub const fn dictionary(&self) -> u32 {
        self.dictionary
    }

    /// The day of issue.
    pub const fn issued(&self) -> Date {
        self.issued
    }

    /// When the certificate is in force.
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    /// Its place in the agency's status lists.
    pub const fn slot(&self) -> u32 {
        self.slot
    }

    /// The first 16 bytes of SHA-256 of the certificate's envelope.
    pub const fn digest(&self) -> &[u8; 16] {
        &self.digest
    }
}

impl<'b> Document<'b> for Seal<'b> {
    const TYPE: DocumentType = DocumentType::Seal;

    fn decode(payload: &'b [u8]) -> Result<Self, Error> {
        let mut d = Decoder::new(payload);
        wire::array_of(&mut d, 12)?;
        let kind = d.u16()?;
        let dictionary = d.u32()?;
        let serial = serial::SealedSerial::decode(&mut d)?;
        let version = d.u16()?;
        let number = raw(&mut d)?;
        let holders = raw(&mut d)?;
        let (issued, validity) = term(&mut d)?;
        let slot = d.u32()?;
        let at = d.position();
        let digest = d.bytes()?.try_into().map_err(|_| Error::message("digest").at(at))?;
        let fields = raw(&mut d)?;
        Ok(Self { kind, dictionary, serial, version, number, holders, issued, validity, slot, digest, fields })
    }
}

fn term(d: &mut Decoder<'_>) -> Result<(Date, Validity), Error> {
    let at = d.position();
    let wrong = || Error::message("term").at(at);
    let from = d.i32()?;
    let issued = from.checked_sub(d.i32()?).and_then(day_of_number).ok_or_else(wrong)?;
    let until = if d.datatype()? == Type::Null { d.null().map(|()| None)? } else { Some(day_of_number(d.i32()?).ok_or_else(wrong)?) };
    let from = day_of_number(from).ok_or_else(wrong)?;
    Ok((issued, Validity::new(from, until).map_err(|_| wrong())?))
}

/// The bytes of the next item, unread.
fn raw<'b>(d: &mut Decoder<'b>) -> Result<&'b [u8], Error> {
    let start = d.position();
    d.skip()?;
    Ok(d.input().get(start..d.position()).unwrap_or_default())
}

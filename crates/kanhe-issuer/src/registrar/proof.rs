//! A proof: what requests would come to, asked row by row. Nothing is signed, written, or given out.

use super::enter::{Lineage, is_not_lodged};
use super::notes::Notes;
use super::usable::{may_come, meet};
use super::{Registrar, RegistrarError};
use crate::application::Draft;
use crate::desk::{Asked, Desk};
use jiff::civil::Date;
use kanhe_core::certificate::{Certificate, Holder};
use kanhe_core::code::CertificateId;
use kanhe_core::spelling::folded;
use kanhe_store::Shelfmark;

/// What a request would come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proved {
    /// It was answered before: this is what was issued then.
    Before(Shelfmark),
    /// A row before this one would be answered for the same request.
    Repeated(CertificateId),
    /// It would be a new certificate.
    Could(CertificateId),
}

/// A table that is proved: the rows before count as if they had been issued.
pub struct Proof<'l> {
    registrar: Registrar<'l>,
    /// Of each row so far: what its request asks for, when its number would be in force, and when its holders could have no other.
    notes: Notes,
}

impl<'l> Proof<'l> {
    /// A proof over a library as it stands.
    pub fn new(registrar: Registrar<'l>) -> Self {
        Self { registrar, notes: Notes::new() }
    }

    /// Says what the request of the row on a line would come to, after those that were asked before.
    pub fn ask(&mut self, desk: &Desk<'_>, draft: Draft, line: u64) -> Result<Proved, RegistrarError> {
        if let Some(before) = self.registrar.before(desk, &draft, |_| Ok(Lineage::First))? {
            return Ok(Proved::Before(before));
        }
        if desk.needs_review() {
            return Err(RegistrarError::NeedsReview);
        }
        let (request, fingerprint) = (draft.request_id().to_owned(), self.registrar.fingerprint(draft.asked()));
        let begun: [u8; 8] = *fingerprint.first_chunk().expect("a fingerprint is longer"); // safe: it has 16 bytes
        let asked = self.registrar.anew(desk.ask(draft)?)?;
        let about_request = self.hash("request", request.as_bytes());
        if let Some((line, before)) = self.notes.about(about_request).next() {
            let identifier = || asked.certificate().identifier.clone();
            return if before == begun { Ok(Proved::Repeated(identifier())) } else { Err(RegistrarError::RowDiffers { line }) };
        }
        let certificate = self.prove(desk, asked, &request, line)?;
        self.notes.put(about_request, line, begun);
        Ok(Proved::Could(certificate.identifier.clone()))
    }

    /// Asks every rule of the first version that would be issued, and notes what it would take.
    fn prove(&mut self, desk: &Desk<'_>, asked: Asked, request: &str, line: u64) -> Result<Certificate, RegistrarError> {
        let (numbered, one_valid) = (asked.is_numbered(), desk.one_valid_per_holder());
        let certificate = desk.proof(asked)?;
        self.registrar.library.rehearse(|pen| {
            is_not_lodged(pen, &certificate.identifier, request)?;
            may_come(pen, &certificate, None, one_valid)
        })??;
        let about_number = self.hash("number", folded(&certificate.number).as_bytes());
        let about_holders = if one_valid { self.about_holders(&certificate) } else { Vec::new() };
        self.has_place(&certificate, numbered, about_number, &about_holders)?;
        for about in about_holders.into_iter().chain([about_number]) {
            self.notes.put(about, line, packed(term_of(&certificate)));
        }
        Ok(certificate)
    }

    /// Refuses what a row before would take the place of.
    fn has_place(
        &self,
        certificate: &Certificate,
        numbered: bool,
        about_number: [u8; 16],
        about_holders: &[[u8; 16]],
    ) -> Result<(), RegistrarError> {
        // A number that is a serial has the same identifier in both rows, whenever they would be in force.
        if let Some((line, _)) = self.notes.about(about_number).next().filter(|_| numbered) {
            return Err(RegistrarError::RowIdentifier { line });
        }
        if let Some(line) = self.earlier(about_number, certificate) {
            return Err(RegistrarError::RowNumber { line });
        }
        match about_holders.iter().find_map(|about| self.earlier(*about, certificate)) {
            Some(line) => Err(RegistrarError::RowHolder { line }),
            None => Ok(()),
        }
    }

    /// The line of the first row about the same that would be in force on a day of a certificate's.
    fn earlier(&self, about: [u8; 16], certificate: &Certificate) -> Option<u64> {
        self.notes.about(about).find_map(|(line, term)| meet(unpacked(term), term_of(certificate)).then_some(line))
    }

    fn about_holders(&self, certificate: &Certificate) -> Vec<[u8; 16]> {
        let code = |holder: &Holder| [holder.code().kind().as_str().as_bytes(), holder.code().expose().as_bytes()].concat();
        certificate.holders.iter().map(|holder| self.hash("holder", &code(holder))).collect()
    }

    fn hash(&self, what: &str, bytes: &[u8]) -> [u8; 16] {
        self.registrar.library.veil(&[what.as_bytes(), b" ", bytes].concat())
    }
}

/// The first day of a term and the last, if there is one.
type Days = (Date, Option<Date>);

fn term_of(certificate: &Certificate) -> Days {
    (certificate.from, certificate.until)
}

/// A term in eight bytes: the year, month and day of its first day and of its last; no month is where there is none.
fn packed((from, until): Days) -> [u8; 8] {
    let [high, low] = from.year().to_be_bytes();
    let [until_high, until_low] = until.map_or(0, Date::year).to_be_bytes();
    let [month, day, until_month, until_day] =
        [from.month(), from.day(), until.map_or(0, Date::month), until.map_or(0, Date::day)].map(i8::cast_unsigned);
    [high, low, month, day, until_high, until_low, until_month, until_day]
}

fn unpacked([high, low, month, day, until_high, until_low, until_month, until_day]: [u8; 8]) -> Days {
    let read = |year: [u8; 2], month: u8, day: u8| Date::new(i16::from_be_bytes(year), month.cast_signed(), day.cast_signed()).ok();
    (read([high, low], month, day).unwrap_or(Date::MIN), read([until_high, until_low], until_month, until_day))
}

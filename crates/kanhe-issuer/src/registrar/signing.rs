//! Signing for a request: nothing of it is written, so many can do this at a time; entering asks every rule again under the pen.

use super::enter::{Lineage, followed};
use super::usable::free_version;
use super::{Entry, Origin, Registrar, RegistrarError, Replacement};
use crate::application::{Application, Draft};
use crate::catalogue::CertificateKind;
use crate::desk::{Asked, Desk, Issued, Succession};
use jiff::Timestamp;
use kanhe_core::code::{CertificateId, Uscc};
use kanhe_core::event::Approval;
use kanhe_store::{Pen, Repeat, Reserved, Shelfmark};
use std::sync::Arc;

/// What a certificate is granted by: the act as the log tells it, and the chance that hides the certificate in its seal.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Why, by whom, and since when.
    pub entry: Entry,
    /// Sixteen bytes of chance, other than those of the entry.
    pub salt: [u8; 16],
}

/// A certificate that is signed and waits to be entered.
pub struct Signed {
    pub(super) issued: Issued,
    pub(super) request: String,
    pub(super) fingerprint: [u8; 16],
    pub(super) slot: Reserved,
    /// The type file by which it was read.
    pub(super) file: Arc<[u8]>,
    /// Its SHA-256.
    pub(super) file_digest: [u8; 32],
    /// The edition of the manifest under which it was signed.
    pub(super) edition: u32,
    pub(super) one_valid_per_holder: bool,
    pub(super) entry: Entry,
    pub(super) approval: Option<Approval>,
}

impl Signed {
    /// The same certificate, with the decision that allowed it.
    pub(crate) fn approved(self, approval: Approval) -> Self {
        Self { approval: Some(approval), ..self }
    }

    /// The same certificate, entered later than it was signed: what is recorded is when the library learns of it.
    #[must_use]
    pub fn recorded_at(self, now: Timestamp) -> Self {
        Self { entry: Entry { now, ..self.entry }, ..self }
    }

    /// The certificate as it left the desk.
    pub const fn issued(&self) -> &Issued {
        &self.issued
    }
}

/// A type by the edition that is in force, and by all others that are known.
#[derive(Clone, Copy)]
pub struct Editions<'a> {
    /// The one by which rows are admitted.
    pub in_force: &'a CertificateKind,
    /// The others ([`Catalogue::other_editions`](crate::catalogue::Catalogue::other_editions)).
    pub others: &'a [&'a CertificateKind],
}

impl<'a> Editions<'a> {
    fn all(self) -> impl Iterator<Item = &'a CertificateKind> {
        std::iter::once(self.in_force).chain(self.others.iter().copied())
    }
}

/// What a request comes to before it is entered.
pub enum Answer {
    /// It was answered before: this is what was issued then, and nothing is signed again.
    Before(Shelfmark),
    /// A new certificate, which waits to be entered.
    New(Box<Signed>),
}

impl Registrar<'_> {
    /// Answers a request with what was issued for it before, or else mints and signs a first version; nothing is written yet, so many can
    /// do this at a time.
    ///
    /// Entering asks again: another may answer the request in between.
    pub fn answer(&self, desk: &Desk<'_>, draft: Draft, grant: Grant) -> Result<Answer, RegistrarError> {
        if let Some(before) = self.before(desk, &draft, |_| Ok(Lineage::First))? {
            return Ok(Answer::Before(before));
        }
        self.sign(desk, draft, grant).map(|signed| Answer::New(Box::new(signed)))
    }

    /// What was issued before for the request of a row, if it asks for the same by an edition of its type: that in force, or one of those
    /// under which it may have been issued. What was issued is not refused for what a later form finds or reads otherwise.
    ///
    /// # Errors
    ///
    /// The request was answered before, and asks for something else by all of them.
    pub fn issued_for(
        &self,
        agency: &Uscc,
        editions: Editions<'_>,
        application: &Application,
    ) -> Result<Option<Shelfmark>, RegistrarError> {
        self.entered_for((agency, editions), application, |_| Ok(Lineage::First))
    }

    /// The same of a row that asked for the version which takes the place of another; `now` is when it asks again.
    pub fn replaced_for(
        &self,
        (agency, editions): (&Uscc, Editions<'_>),
        application: &Application,
        (identifier, change): (&CertificateId, Replacement),
        now: Timestamp,
    ) -> Result<Option<Shelfmark>, RegistrarError> {
        self.entered_for((agency, editions), application, |pen| Lineage::next(pen, identifier, change, now))
    }

    /// The same of a row that asked for the first version here of a certificate of another region.
    pub fn taken_over_for(
        &self,
        (agency, editions): (&Uscc, Editions<'_>),
        application: &Application,
        origin: &Origin,
    ) -> Result<Option<Shelfmark>, RegistrarError> {
        self.entered_for((agency, editions), application, |_| Ok(Lineage::From(origin)))
    }

    fn entered_for<'o>(
        &self,
        (agency, editions): (&Uscc, Editions<'_>),
        application: &Application,
        lineage: impl FnOnce(&Pen<'_>) -> Result<Lineage<'o>, RegistrarError>,
    ) -> Result<Option<Shelfmark>, RegistrarError> {
        // A cell that could not be read may have asked for anything.
        let Some(request) = application.request_id().filter(|_| application.is_read()) else { return Ok(None) };
        let Some(repeat) = self.library.repeat_of(agency, editions.in_force.code(), request)? else { return Ok(None) };
        let fitting = editions.all().filter(|kind| application.fits(kind));
        let mut asked = fitting.map(|kind| self.fingerprint(&application.asked(kind)));
        // None of them is as good as another that differs.
        let asked =
            asked.find(|asked| *asked == repeat.fingerprint).unwrap_or_else(|| self.fingerprint(&application.asked(editions.in_force)));
        self.library.rehearse(|pen| followed(pen, repeat, asked, lineage(pen)?))?.map(Some)
    }

    /// What was issued for the request of a draft before, if anything was: refused, if it asked for something else or by another act.
    pub(super) fn before<'o>(
        &self,
        desk: &Desk<'_>,
        draft: &Draft,
        lineage: impl FnOnce(&Pen<'_>) -> Result<Lineage<'o>, RegistrarError>,
    ) -> Result<Option<Shelfmark>, RegistrarError> {
        let Some(repeat) = self.library.repeat_of(&desk.agency().code, draft.type_code(), draft.request_id())? else { return Ok(None) };
        let asked = self.known_by(desk, draft, repeat);
        self.library.rehearse(|pen| followed(pen, repeat, asked, lineage(pen)?))?.map(Some)
    }

    /// The fingerprint that a request has, or would have had where its own is another: that of the minted contents, which this program kept
    /// at first (`docs/decisions/0029`).
    fn known_by(&self, desk: &Desk<'_>, draft: &Draft, repeat: Repeat) -> [u8; 16] {
        let asked = self.fingerprint(draft.asked());
        if repeat.fingerprint == asked {
            return asked;
        }
        desk.ask(draft.clone()).map_or(asked, |minted| self.library.veil(&minted.contents()))
    }

    /// The fingerprint of what an application asks for; without the library's secret nobody can guess from it what that is.
    pub(super) fn fingerprint(&self, asked: &[u8]) -> [u8; 16] {
        self.library.veil(&[b"asked ", asked].concat())
    }

    /// Mints, signs and proofreads a first version of a type that needs no review; nothing is written yet, so many can do this at a time.
    pub fn sign(&self, desk: &Desk<'_>, draft: Draft, grant: Grant) -> Result<Signed, RegistrarError> {
        if desk.needs_review() {
            return Err(RegistrarError::NeedsReview);
        }
        self.sign_as(desk, draft, Succession::First, grant)
    }

    pub(crate) fn sign_as(
        &self,
        desk: &Desk<'_>,
        draft: Draft,
        succession: Succession<'_>,
        Grant { entry, salt }: Grant,
    ) -> Result<Signed, RegistrarError> {
        let one_valid_per_holder = desk.one_valid_per_holder();
        if let Succession::Next(identifier) = succession
            && draft.type_code() != identifier.type_code()
        {
            return Err(RegistrarError::OtherType { identifier: identifier.to_string() });
        }
        let (request, fingerprint) = (draft.request_id().to_owned(), self.fingerprint(draft.asked()));
        let asked = desk.ask(draft)?;
        let asked = if let Succession::Next(_) = succession { asked } else { self.anew(asked)? };
        let slot = self.library.reserve_slot(&desk.agency().code)?;
        let issued = desk.sign(asked, succession, slot.number(), salt)?;
        Ok(Signed {
            issued,
            request,
            fingerprint,
            slot,
            file: desk.file(),
            file_digest: desk.file_digest(),
            edition: desk.edition(),
            one_valid_per_holder,
            entry,
            approval: None,
        })
    }

    /// What is asked for under the version that is free. Entering asks again, for another may take it in between; and where none is free it
    /// says why, after it has looked whether the request was answered before.
    pub(super) fn anew(&self, asked: Asked) -> Result<Asked, RegistrarError> {
        let first = &asked.certificate().identifier;
        if !asked.is_numbered() || self.library.find(first)?.is_none() {
            return Ok(asked);
        }
        match self.library.rehearse(|pen| free_version(pen, first, &asked.certificate().holders))? {
            Ok(version) => Ok(asked.under(version)?),
            Err(_) => Ok(asked),
        }
    }
}

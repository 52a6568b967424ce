//! Signing for a request: nothing of it is written, so many can do this at a time; entering asks every rule again under the pen.

use super::enter::{Lineage, followed};
use super::usable::free_version;
use super::{Entry, Registrar, RegistrarError};
use crate::application::Draft;
use crate::desk::{Asked, Desk, Issued, Succession};
use kanhe_core::event::Approval;
use kanhe_store::{Shelfmark, Slot};

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
    pub(super) slot: Slot,
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

    /// The certificate as it left the desk.
    pub const fn issued(&self) -> &Issued {
        &self.issued
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
        if let Some(repeat) = self.library.repeat_of(&desk.agency().code, draft.type_code(), draft.request_id())? {
            let fingerprint = self.library.veil(&desk.ask(draft)?.contents());
            return self.library.rehearse(|pen| followed(pen, repeat, fingerprint, Lineage::First))?.map(Answer::Before);
        }
        if desk.needs_review() {
            return Err(RegistrarError::NeedsReview);
        }
        self.sign_as(desk, draft, Succession::First, grant).map(|signed| Answer::New(Box::new(signed)))
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
        let request = draft.request_id().to_owned();
        let asked = desk.ask(draft)?;
        let fingerprint = self.library.veil(&asked.contents());
        let asked = if let Succession::Next(_) = succession { asked } else { self.anew(asked)? };
        let slot = self.library.reserve_slot(&desk.agency().code)?;
        let issued = desk.sign(asked, succession, slot.number(), salt)?;
        Ok(Signed { issued, request, fingerprint, slot, edition: desk.edition(), one_valid_per_holder, entry, approval: None })
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

//! 转入: a certificate of another region goes on here as a first version, and what it was there is never lost or taken over twice.

use super::{Entered, Entry, Lineage, Registrar, RegistrarError, enter};
use crate::application::Draft;
use crate::catalogue::{CodeSet, Meaning};
use crate::desk::{Desk, Succession};
use crate::lifecycle::Condition;
use kanhe_core::code::{CertificateId, Lenient, RegionCode};
use kanhe_store::{Library, Pen, Shelfmark};

/// Where a certificate comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    region: RegionCode,
    identifier: Lenient<CertificateId>,
}

impl Origin {
    /// Takes the region and the certificate's identifier there, and what that region says of it, if it says so in a code set of the type.
    ///
    /// # Errors
    ///
    /// The region is the library's own, or a place in it, or is none, or the other region's state is not that of a certificate that was given away:
    /// `transferred`, or `valid` in a code set that has no code for it.
    pub fn new(
        library: &Library,
        region: RegionCode,
        identifier: Lenient<CertificateId>,
        said: Option<(&CodeSet, Meaning)>,
    ) -> Result<Self, RegistrarError> {
        if region.is_within(library.region()) {
            return Err(RegistrarError::OwnRegion { region });
        }
        if !region.has_province() {
            return Err(RegistrarError::NoRegion { region });
        }
        if let Some((set, meaning)) = said {
            let wanted = if set.code_for(Condition::Transferred).is_some() { Condition::Transferred } else { Condition::InForce };
            if meaning != Meaning::Condition(wanted) {
                return Err(RegistrarError::NotGivenAway { said: meaning, wanted: Meaning::Condition(wanted) });
            }
        }
        Ok(Self { region, identifier })
    }

    /// The identifier there, if nothing but its spelling is wrong: then the new certificate cites it.
    pub(super) fn cited(&self) -> Option<&CertificateId> {
        self.identifier.strict()
    }

    /// The identifier as one spelling: what is right is written as ours are, what is not as it came.
    fn spelled(&self) -> String {
        self.identifier.strict().map_or_else(|| self.identifier.written().trim().to_owned(), ToString::to_string)
    }

    /// Region and identifier, for the log.
    pub(super) fn told(&self) -> String {
        format!("{} {}", self.region, self.spelled())
    }

    /// Asks whether it can come: it is not ours, and nobody has taken it over before.
    pub(super) fn may_come(&self, pen: &Pen<'_>) -> Result<(), RegistrarError> {
        if let Some(own) = self.cited().filter(|identifier| pen.find(identifier).is_ok_and(|found| found.is_some())) {
            return Err(RegistrarError::OwnCertificate { identifier: own.to_string() });
        }
        match pen.alias(self.region.as_str(), &self.spelled())? {
            Some(other) => Err(RegistrarError::AliasTaken { identifier: pen.card(other)?.identifier.to_string() }),
            None => Ok(()),
        }
    }

    /// Whether a certificate here came from there.
    pub(super) fn is_origin_of(&self, pen: &Pen<'_>, shelfmark: Shelfmark) -> Result<bool, RegistrarError> {
        Ok(pen.alias(self.region.as_str(), &self.spelled())? == Some(shelfmark))
    }

    /// Lets the identifier there lead to the certificate here.
    pub(super) fn remember(&self, pen: &mut Pen<'_>, shelfmark: Shelfmark) {
        pen.put_alias(self.region.as_str(), &self.spelled(), shelfmark);
    }
}

impl Registrar<'_> {
    /// Issues the first version here of a certificate of another region, of a type that needs no review, and enters it.
    pub fn take_over(
        &self,
        desk: &Desk<'_>,
        origin: &Origin,
        draft: Draft,
        entry: Entry,
        salt: [u8; 16],
    ) -> Result<Entered, RegistrarError> {
        if desk.needs_review() {
            return Err(RegistrarError::NeedsReview);
        }
        let signed = self.sign_as(desk, draft, Succession::From(origin.cited()), entry, salt)?;
        self.library.commit(|pen| enter(pen, &signed, Lineage::From(origin)))
    }
}

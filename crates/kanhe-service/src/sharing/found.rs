//! What was found for a question: nothing of it can be seen before it was written down who sees it.

use super::inquiry::Inquiry;
use super::refusal::ShareError;
use super::shown::SharedCertificate;
use crate::accounts::{Caller, Scope};
use crate::house::House;
use jiff::civil::Date;
use kanhe_core::certificate::Certificate;
use kanhe_core::code::{CertificateId, HolderCode, TypeCode};
use kanhe_issuer::lifecycle::Condition;
use kanhe_issuer::survivors::Thefts;
use kanhe_store::find::{Cursor, Question};
use kanhe_store::{Card, Library, Shelfmark, StoreError};

/// One certificate, with what has become of it.
pub(super) struct Held {
    pub(super) card: Card,
    pub(super) certificate: Certificate,
    pub(super) successor: Option<CertificateId>,
    pub(super) behind_cut_off: bool,
}

impl Held {
    pub(super) fn read(library: &Library, mark: Shelfmark, thefts: &Thefts) -> Result<Self, StoreError> {
        let (card, record) = (library.card(mark)?, library.record(mark)?);
        let successor = card.successor.map(|mark| library.card(mark)).transpose()?.map(|card| card.identifier);
        let behind_cut_off = thefts.reach(library, mark, &record)?;
        Ok(Self { certificate: record.certificate()?, card, successor, behind_cut_off })
    }

    /// As what somebody else may take it: what a stolen key signed behind the cut-off may be the thief's, and nobody relies on it until the
    /// agency has looked at it.
    pub(super) fn condition(&self, today: Date) -> Condition {
        match Condition::of(self.card.state, self.card.from, self.card.until, today) {
            Condition::InForce | Condition::NotYetInForce if self.behind_cut_off => Condition::Suspended,
            condition => condition,
        }
    }
}

/// Certificates that were found, of any agency, for types that the caller may ask for.
pub struct Found {
    pub(super) held: Vec<Held>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

impl Found {
    /// Writes down who is shown what, and only then shows it.
    pub fn disclose(&self, house: &House, inquiry: &Inquiry<'_>) -> Result<Vec<SharedCertificate>, ShareError> {
        inquiry.note(house, &self.identifiers(), None)?;
        Ok(self.held.iter().map(|held| SharedCertificate::new(house, held, inquiry.sight)).collect())
    }

    /// The same for a question about one certificate: that there is none is written down as well, for who tries identifiers is to be seen.
    pub fn disclose_one(&self, house: &House, inquiry: &Inquiry<'_>) -> Result<SharedCertificate, ShareError> {
        self.disclose(house, inquiry)?.pop().ok_or(ShareError::NotFound)
    }

    pub(super) fn identifiers(&self) -> Vec<CertificateId> {
        self.held.iter().map(|held| held.card.identifier.clone()).collect()
    }
}

/// The certificate with an identifier.
pub fn by_identifier(library: &Library, caller: &Caller, identifier: &CertificateId) -> Result<Found, StoreError> {
    let mark = library.find(identifier)?.filter(|_| may_ask_for(caller, identifier.type_code()));
    let held = mark.map(|mark| Held::read(library, mark, &Thefts::known_to(library)?)).transpose()?;
    Ok(Found { held: held.into_iter().collect(), next: None })
}

/// A page of the certificates of a holder.
pub fn by_holder(
    library: &Library,
    caller: &Caller,
    code: &HolderCode,
    type_code: Option<&TypeCode>,
    after: Option<&Cursor>,
    most: usize,
) -> Result<Found, StoreError> {
    let question = Question::Holder { code: code.clone(), type_code: type_code.copied() };
    asked(library, caller, &question, after, most)
}

/// A page of what answers a question.
pub(super) fn asked(
    library: &Library,
    caller: &Caller,
    question: &Question,
    after: Option<&Cursor>,
    most: usize,
) -> Result<Found, StoreError> {
    let page = library.ask(question, after, most)?;
    let thefts = Thefts::known_to(library)?;
    let all = page.shelfmarks.iter().map(|mark| Held::read(library, *mark, &thefts)).collect::<Result<Vec<_>, _>>()?;
    let held = all.into_iter().filter(|held| may_ask_for(caller, held.card.type_code())).collect();
    Ok(Found { held, next: page.next })
}

fn may_ask_for(caller: &Caller, code: &TypeCode) -> bool {
    match &caller.scope {
        Scope::EveryType => true,
        Scope::Types(types) => types.contains(code),
    }
}

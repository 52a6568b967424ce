//! What was found for a question: nothing of it can be seen before it was written down who sees it.

use super::inquiry::Inquiry;
use super::refusal::ShareError;
use super::shown::SharedCertificate;
use crate::accounts::{Caller, Right};
use crate::house::House;
use jiff::civil::Date;
use kanhe_core::certificate::Certificate;
use kanhe_core::code::{CertificateId, HolderCode, TypeCode};
use kanhe_issuer::doubt::{Doubt, Doubts};
use kanhe_issuer::lifecycle::Condition;
use kanhe_store::find::{Cursor, LONGEST_PAGE, Only, Question};
use kanhe_store::{Card, Library, Shelfmark, StoreError};
use std::ops::ControlFlow;

/// One call looks at so many certificates at most: some seconds of one core, and more than a holder has of a type.
const MOST_LOOKED_AT: usize = 50_000;

/// One certificate, with what has become of it.
pub(super) struct Held {
    pub(super) card: Card,
    pub(super) certificate: Certificate,
    pub(super) successor: Option<CertificateId>,
    pub(super) doubt: Doubt,
}

impl Held {
    pub(super) fn read(library: &Library, mark: Shelfmark, doubts: &Doubts) -> Result<Self, StoreError> {
        let (card, record) = (library.card(mark)?, library.record(mark)?);
        let successor = card.successor.map(|mark| library.card(mark)).transpose()?.map(|card| card.identifier);
        let doubt = doubts.of(library, mark, &card, &record)?;
        Ok(Self { certificate: record.certificate()?, card, successor, doubt })
    }

    pub(super) fn condition(&self, today: Date) -> Condition {
        condition_of(&self.card, self.doubt, today)
    }
}

/// As what somebody else may take a certificate: what a counter would not take from whoever shows it, nobody relies on until the agency, or
/// the manifest, has been put right.
pub(super) fn condition_of(card: &Card, doubt: Doubt, today: Date) -> Condition {
    match Condition::of(card.state, card.from, card.until, today) {
        Condition::InForce | Condition::NotYetInForce if doubt.stands() => Condition::Suspended,
        condition => condition,
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
        Ok(self.held.iter().map(|held| SharedCertificate::new(house, held, inquiry)).collect())
    }

    /// The same for a question about one certificate: that there is none is written down as well, for who tries identifiers is to be seen.
    pub fn disclose_one(&self, house: &House, inquiry: &Inquiry<'_>) -> Result<SharedCertificate, ShareError> {
        self.held.first().map_or(Ok(()), |held| inquiry.agreed_for(house, &held.certificate.holders))?;
        self.disclose(house, inquiry)?.pop().ok_or(ShareError::NotFound)
    }

    /// What stands at these places, of types that the caller may ask for.
    pub(super) fn read(library: &Library, caller: &Caller, marks: &[Shelfmark]) -> Result<Self, StoreError> {
        let doubts = Doubts::known_to(library)?;
        let all = marks.iter().map(|mark| Held::read(library, *mark, &doubts)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { held: all.into_iter().filter(|held| caller.scope.has(held.card.type_code())).collect(), next: None })
    }

    pub(super) fn identifiers(&self) -> Vec<CertificateId> {
        self.held.iter().map(|held| held.card.identifier.clone()).collect()
    }
}

/// The certificate with an identifier, which says of which type it is: whether there is one is not looked for where the caller may not ask for it.
pub fn by_identifier(library: &Library, caller: &Caller, identifier: &CertificateId) -> Result<Found, ShareError> {
    caller.may_for(Right::Share, identifier.type_code())?;
    let mark = library.find(identifier)?;
    let held = mark.map(|mark| Held::read(library, mark, &Doubts::known_to(library)?)).transpose()?;
    Ok(Found { held: held.into_iter().collect(), next: None })
}

/// A look through all that answers the questions of one call, however many pages that are.
pub(super) struct Search {
    left: usize,
}

impl Search {
    pub(super) const fn new() -> Self {
        Self { left: MOST_LOOKED_AT }
    }

    /// Looks at one page after the other, until it is enough or there are no more: what stands on the first is no answer for the rest.
    pub(super) fn through(
        &mut self,
        library: &Library,
        question: &Question,
        mut look: impl FnMut(&[Shelfmark]) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), ShareError> {
        let mut after = None;
        loop {
            let page = library.ask(question, after.as_ref(), LONGEST_PAGE)?;
            self.take(page.shelfmarks.len())?;
            if look(&page.shelfmarks)?.is_break() || page.next.is_none() {
                return Ok(());
            }
            after = page.next;
        }
    }

    fn take(&mut self, count: usize) -> Result<(), ShareError> {
        self.left = self.left.checked_sub(count).ok_or(ShareError::TooMany { most: MOST_LOOKED_AT })?;
        Ok(())
    }
}

/// A page of the certificates of a holder: of one type, or of all for which the caller may ask.
pub fn by_holder(
    library: &Library,
    caller: &Caller,
    code: &HolderCode,
    type_code: Option<&TypeCode>,
    after: Option<&Cursor>,
    most: usize,
) -> Result<Found, ShareError> {
    type_code.map_or(Ok(()), |code| caller.may_for(Right::Share, code))?;
    let question = Question::Holder { code: code.clone(), only: Only::type_code(type_code.copied()) };
    let page = library.ask(&question, after, most)?;
    Ok(Found { next: page.next, ..Found::read(library, caller, &page.shelfmarks)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_looks_at_so_many_certificates_and_then_says_so() {
        let mut search = Search::new();
        for _ in 0..MOST_LOOKED_AT / LONGEST_PAGE {
            assert_eq!(search.take(LONGEST_PAGE), Ok(()));
        }
        assert_eq!(search.take(1), Err(ShareError::TooMany { most: MOST_LOOKED_AT }));
    }
}

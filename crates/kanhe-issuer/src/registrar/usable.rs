//! The one door to use: whatever becomes valid, new or given back, passes here, under the pen that writes it; and whatever is applied for
//! is held against the same rules when it is lodged.
//!
//! A certificate stands in the way of another while it can be used, or can be given back, and there is a day on which both would be in
//! force.

use super::{RegistrarError, Stranger};
use crate::desk::IssueError;
use jiff::civil::Date;
use kanhe_core::certificate::{Certificate, Holder};
use kanhe_core::code::{CertificateId, TypeCode, Uscc, Version};
use kanhe_core::status::State;
use kanhe_store::{Card, Pen, Shelfmark, StoreError};

/// Refuses a new version for which there is no place. The version whose place it takes ends in the same commit and is in nobody's way.
pub(super) fn may_come(pen: &Pen<'_>, certificate: &Certificate, instead_of: Option<Shelfmark>, alone: bool) -> Result<(), RegistrarError> {
    let identifier = &certificate.identifier;
    if instead_of.is_none() {
        free_version(pen, &first_of(identifier), &certificate.holders)?;
    }
    // The version that was free when this was signed may have come, and ended, since.
    if let Some(mark) = pen.find(identifier)? {
        return Err(taken(&pen.card(mark)?));
    }
    has_place(pen, &Claim::of(certificate), instead_of, alone)
}

/// The first version of a certificate.
fn first_of(identifier: &CertificateId) -> CertificateId {
    CertificateId::new(*identifier.type_code(), *identifier.issuer(), identifier.serial().clone(), Version::FIRST)
}

/// The version under which a certificate is issued that takes nobody's place: the first, or the next where all that there were have ended.
///
/// It belongs to whoever held those, but for what was annulled: that should never have been (`docs/decisions/0026`).
pub(crate) fn free_version(pen: &Pen<'_>, first: &CertificateId, holders: &[Holder]) -> Result<Version, RegistrarError> {
    let mut next = first.clone();
    while let Some(mark) = pen.find(&next)? {
        let card = pen.card(mark)?;
        match card.state {
            State::Annulled => {}
            State::Revoked | State::Cancelled | State::Superseded => {
                if let Some(stranger) = Stranger::among(&pen.record(mark)?.certificate()?.holders, holders) {
                    return Err(RegistrarError::OtherHolder { identifier: next.to_string(), stranger });
                }
            }
            State::Valid | State::Suspended | State::Transferred => return Err(taken(&card)),
        }
        next = next.next_version().map_err(|_| IssueError::LastVersion)?;
    }
    Ok(next.version())
}

/// That an identifier has its certificate, and what that is.
fn taken(Card { identifier, state, until, .. }: &Card) -> RegistrarError {
    RegistrarError::IdentifierTaken { identifier: identifier.to_string(), state: *state, until: *until }
}

/// Refuses what there is no place for as the library stands.
pub(crate) fn has_place(pen: &Pen<'_>, claim: &Claim<'_>, instead_of: Option<Shelfmark>, alone: bool) -> Result<(), RegistrarError> {
    let rivals = Rivals { pen, claim, but: instead_of };
    // A shop may hold thousands of a type that lets it: they are looked through only where one stands in the way of another.
    if alone {
        rivals.let_be_held(|_, _| true)?;
    }
    let numbered = rivals.numbered()?;
    // A version that takes another's place keeps its number, whoever else once had it.
    if instead_of.is_none() {
        rivals.let_number_come_back(&numbered)?;
    }
    rivals.let_be_numbered(numbered)
}

/// Refuses to give a version back whose place was taken meanwhile.
pub(super) fn may_come_back(pen: &Pen<'_>, shelfmark: Shelfmark) -> Result<(), RegistrarError> {
    let (alone, certificate) = (pen.card(shelfmark)?.alone, pen.record(shelfmark)?.certificate()?);
    let rivals = Rivals { pen, claim: &Claim::of(&certificate), but: Some(shelfmark) };
    // A type may have changed its rule in between: of two certificates, the one issued later knows the newer.
    rivals.let_be_held(|other, card| if other > shelfmark { card.alone } else { alone })?;
    rivals.let_be_numbered(rivals.numbered()?)
}

/// Whether there is a day on which both of two terms run.
pub(crate) fn meet(one: (Date, Option<Date>), other: (Date, Option<Date>)) -> bool {
    let ends_before = |one: (Date, Option<Date>), other: (Date, Option<Date>)| one.1.is_some_and(|until| until < other.0);
    !ends_before(one, other) && !ends_before(other, one)
}

/// What is to be usable: whose it is, under which number, and in which days.
pub(crate) struct Claim<'a> {
    pub(crate) type_code: &'a TypeCode,
    pub(crate) agency: &'a Uscc,
    pub(crate) number: &'a str,
    pub(crate) holders: &'a [Holder],
    pub(crate) term: (Date, Option<Date>),
}

impl<'a> Claim<'a> {
    fn of(certificate: &'a Certificate) -> Self {
        let (identifier, term) = (&certificate.identifier, (certificate.from, certificate.until));
        let (type_code, agency) = (identifier.type_code(), identifier.issuer());
        Self { type_code, agency, number: &certificate.number, holders: &certificate.holders, term }
    }
}

/// What may stand in the way of a certificate: everything but one.
struct Rivals<'a> {
    pen: &'a Pen<'a>,
    claim: &'a Claim<'a>,
    but: Option<Shelfmark>,
}

impl Rivals<'_> {
    /// Some types allow one valid certificate per holder.
    fn let_be_held(&self, alone: impl Fn(Shelfmark, &Card) -> bool) -> Result<(), RegistrarError> {
        for holder in self.claim.holders {
            let held = self.pen.held_by(holder.code(), self.claim.type_code)?;
            if let Some((_, card)) = self.first_of(held, &alone)? {
                return Err(RegistrarError::HolderHasOne { identifier: card.identifier.to_string(), state: card.state });
            }
        }
        Ok(())
    }

    /// An agency gives a printed number of a type to one certificate: who has only the number must not meet two.
    fn let_be_numbered(&self, numbered: Vec<Shelfmark>) -> Result<(), RegistrarError> {
        match self.first_of(numbered, &|_, card| card.agency() == self.claim.agency)? {
            Some((_, card)) => Err(RegistrarError::NumberTaken { identifier: card.identifier.to_string() }),
            None => Ok(()),
        }
    }

    /// The number of what went to another region is for its holders alone, who may move back: the move can be called off, and then somebody
    /// else's certificate would stand in its way (`docs/decisions/0038`).
    fn let_number_come_back(&self, numbered: &[Shelfmark]) -> Result<(), RegistrarError> {
        for shelfmark in numbered {
            let card = self.pen.card(*shelfmark)?;
            let may_meet = card.state == State::Transferred && card.agency() == self.claim.agency && self.meets(&card);
            if may_meet && Stranger::among(&self.pen.record(*shelfmark)?.certificate()?.holders, self.claim.holders).is_some() {
                return Err(RegistrarError::NumberTransferred { identifier: card.identifier.to_string() });
            }
        }
        Ok(())
    }

    fn numbered(&self) -> Result<Vec<Shelfmark>, StoreError> {
        self.pen.numbered(self.claim.number, self.claim.type_code, self.claim.agency)
    }

    fn meets(&self, card: &Card) -> bool {
        meet((card.from, card.until), self.claim.term)
    }

    fn first_of(
        &self,
        candidates: Vec<Shelfmark>,
        counts: &dyn Fn(Shelfmark, &Card) -> bool,
    ) -> Result<Option<(Shelfmark, Card)>, StoreError> {
        for shelfmark in candidates.into_iter().filter(|candidate| Some(*candidate) != self.but) {
            let card = self.pen.card(shelfmark)?;
            if card.can_be_used() && self.meets(&card) && counts(shelfmark, &card) {
                return Ok(Some((shelfmark, card)));
            }
        }
        Ok(None)
    }
}

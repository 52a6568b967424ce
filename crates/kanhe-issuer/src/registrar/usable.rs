//! The one door to use: whatever becomes valid, new or given back, passes here, under the pen that writes it.
//!
//! A certificate stands in the way of another while it can be used, or can be given back, and there is a day on which both would be in
//! force.

use super::RegistrarError;
use jiff::civil::Date;
use kanhe_core::certificate::Certificate;
use kanhe_store::{Card, Pen, Shelfmark, StoreError};

/// Refuses a new version for which there is no place. The version whose place it takes ends in the same commit and is in nobody's way.
pub(super) fn may_come(pen: &Pen<'_>, certificate: &Certificate, instead_of: Option<Shelfmark>, alone: bool) -> Result<(), RegistrarError> {
    if pen.find(&certificate.identifier)?.is_some() {
        return Err(RegistrarError::IdentifierTaken { identifier: certificate.identifier.to_string() });
    }
    let rivals = Rivals { pen, certificate, but: instead_of };
    // A shop may hold thousands of a type that lets it: they are looked through only where one stands in the way of another.
    if alone {
        rivals.let_be_held(|_, _| true)?;
    }
    rivals.let_be_numbered()
}

/// Refuses to give a version back whose place was taken meanwhile.
pub(super) fn may_come_back(pen: &Pen<'_>, shelfmark: Shelfmark) -> Result<(), RegistrarError> {
    let (alone, certificate) = (pen.card(shelfmark)?.alone, pen.record(shelfmark)?.certificate()?);
    let rivals = Rivals { pen, certificate: &certificate, but: Some(shelfmark) };
    // A type may have changed its rule in between: of two certificates, the one issued later knows the newer.
    rivals.let_be_held(|other, card| if other > shelfmark { card.alone } else { alone })?;
    rivals.let_be_numbered()
}

/// Whether there is a day on which both of two terms run.
pub(super) fn meet(one: (Date, Option<Date>), other: (Date, Option<Date>)) -> bool {
    let ends_before = |one: (Date, Option<Date>), other: (Date, Option<Date>)| one.1.is_some_and(|until| until < other.0);
    !ends_before(one, other) && !ends_before(other, one)
}

/// What may stand in the way of a certificate: everything but one.
struct Rivals<'a> {
    pen: &'a Pen<'a>,
    certificate: &'a Certificate,
    but: Option<Shelfmark>,
}

impl Rivals<'_> {
    /// Some types allow one valid certificate per holder.
    fn let_be_held(&self, alone: impl Fn(Shelfmark, &Card) -> bool) -> Result<(), RegistrarError> {
        for holder in &self.certificate.holders {
            let held = self.pen.held_by(holder.code(), self.certificate.identifier.type_code())?;
            if let Some((_, card)) = self.first_of(held, &alone)? {
                return Err(RegistrarError::HolderHasOne { identifier: card.identifier.to_string(), state: card.state });
            }
        }
        Ok(())
    }

    /// An agency gives a printed number of a type to one certificate: who has only the number must not meet two.
    fn let_be_numbered(&self) -> Result<(), RegistrarError> {
        let (number, identifier) = (&self.certificate.number, &self.certificate.identifier);
        let numbered = self.pen.numbered(number, identifier.type_code())?;
        match self.first_of(numbered, &|_, card| card.agency() == identifier.issuer())? {
            Some((_, card)) => Err(RegistrarError::NumberTaken { identifier: card.identifier.to_string() }),
            None => Ok(()),
        }
    }

    fn first_of(
        &self,
        candidates: Vec<Shelfmark>,
        counts: &dyn Fn(Shelfmark, &Card) -> bool,
    ) -> Result<Option<(Shelfmark, Card)>, StoreError> {
        for shelfmark in candidates.into_iter().filter(|candidate| Some(*candidate) != self.but) {
            let card = self.pen.card(shelfmark)?;
            let both = meet((card.from, card.until), (self.certificate.from, self.certificate.until));
            if card.can_be_used() && both && counts(shelfmark, &card) {
                return Ok(Some((shelfmark, card)));
            }
        }
        Ok(None)
    }
}

//! The registrar: the agency's rules, applied where the library is written.
//!
//! A commit is planned under the library's one pen, so what a rule found is still so when the batch is written: nobody gets the same
//! identifier, or a second licence of which one is allowed, between the question and the answer.

mod alias;
mod belonging;
mod enter;
mod error;
mod forms;
mod intake;
mod manifest;
mod notes;
mod proof;
mod renewed;
mod signing;
mod transfer;
mod usable;

pub use alias::is_alias_part;
pub use belonging::Stranger;
pub(crate) use belonging::stays_with;
pub(crate) use enter::{Lineage, prolongs};
pub use error::RegistrarError;
use forms::enter_all;
pub(crate) use forms::enter_one;
pub use intake::{Admission, Chances, Intake, Refusal};
pub(crate) use manifest::{is_newer, missing, put_manifest};
pub use proof::{Proof, Proved};
pub use signing::{Answer, Editions, Grant, Signed};
pub use transfer::Origin;
use transfer::Returning;
pub(crate) use usable::{Claim, free_version, has_place, meet};

use crate::application::{Draft, Term};
use crate::desk::{Desk, IssueError, Succession};
use crate::lifecycle::{self, Change, Condition, LifecycleError};
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::{day_in_china, start_of_day};
use kanhe_core::certificate::Validity;
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_core::event::{Act, Event, Grounds};
use kanhe_core::seal::seal_hash;
use kanhe_core::status::State;
use kanhe_store::bare::Batch;
use kanhe_store::{Card, Library, Pen, Record, Shelfmark, StoreError, Turn};
use sha2::{Digest, Sha256};

/// An act at the registry: why, by whom, since when, and the chance that hides it in the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The legal basis, the reason and the actor.
    pub grounds: Grounds,
    /// From when on it holds.
    pub effective: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// Sixteen bytes of chance.
    pub salt: [u8; 16],
}

/// How a request to issue ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entered {
    /// A new certificate stands in the library.
    New(Shelfmark),
    /// The request was answered before: this is what was issued then.
    Before(Shelfmark),
}

impl Entered {
    /// Where the certificate stands.
    pub const fn shelfmark(&self) -> Shelfmark {
        match self {
            Self::New(shelfmark) | Self::Before(shelfmark) => *shelfmark,
        }
    }
}

/// Applies the rules to a library.
#[derive(Clone, Copy)]
pub struct Registrar<'l> {
    library: &'l Library,
}

impl<'l> Registrar<'l> {
    /// The registrar of a library.
    pub const fn new(library: &'l Library) -> Self {
        Self { library }
    }

    /// Enters signed certificates in one synced batch; each is entered or refused by itself.
    pub fn enter(&self, signed: &[Signed]) -> Result<Vec<Result<Entered, RegistrarError>>, StoreError> {
        self.enter_and(signed, |_, entered| Ok(entered))
    }

    /// Enters signed certificates likewise, and writes beside them what is to stand in the same commit; if that is refused, so are they.
    pub fn enter_and<T, E: From<StoreError>>(
        &self,
        signed: &[Signed],
        beside: impl FnOnce(&mut Pen<'_>, Vec<Result<Entered, RegistrarError>>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.library.commit(|pen| {
            let entered = enter_all(pen, signed)?;
            beside(pen, entered)
        })
    }

    /// The bytes that entering would write, with the type file where it is not kept yet: what a benchmark writes bare.
    pub fn batch_of(&self, signed: &[Signed]) -> Result<Batch, RegistrarError> {
        self.library.batch_of(|pen| enter_all(pen, signed)?.into_iter().try_for_each(|entered| entered.map(drop)))
    }

    /// Issues the version that takes the place of another, of a type that needs no review, and enters it: 延续 or 变更.
    ///
    /// # Errors
    ///
    /// The type wants a review; the desk refuses the draft; there is no such certificate, or the lifecycle does not let it be replaced; the new
    /// version is of another type or of other holders, or leaves a gap; or its holder or its number has another that can be used.
    pub fn replace(
        &self,
        desk: &Desk<'_>,
        identifier: &CertificateId,
        change: Replacement,
        draft: Draft,
        grant: Grant,
    ) -> Result<Entered, RegistrarError> {
        self.replace_and(desk, identifier, change, draft, grant, |_| Ok(()))
    }

    /// Issues it likewise, and writes beside it what is to stand in the same commit; if that is refused, so is it. What was issued for the
    /// request before is followed, and nothing is written.
    pub fn replace_and<E: From<RegistrarError> + From<StoreError>>(
        &self,
        desk: &Desk<'_>,
        identifier: &CertificateId,
        change: Replacement,
        draft: Draft,
        grant: Grant,
        beside: impl FnOnce(&mut Pen<'_>) -> Result<(), E>,
    ) -> Result<Entered, E> {
        // Asked for now, whatever day the act takes effect: nobody dates a renewal back into a term that has run out.
        let asked = grant.entry.now;
        if let Some(before) = self.before(desk, &draft, |pen| Lineage::next(pen, identifier, change, asked))? {
            return Ok(Entered::Before(before));
        }
        if desk.needs_review() {
            return Err(RegistrarError::NeedsReview.into());
        }
        let signed = self.sign_as(desk, draft, Succession::Next(identifier), grant)?;
        self.library.commit(|pen| {
            let lineage = Lineage::next(pen, identifier, change, asked)?;
            let entered = enter_one(pen, &signed, lineage)?;
            beside(pen).map(|()| entered)
        })
    }

    /// Who gives the days of a certificate that takes the place of this one, or of none: an amendment keeps those of the version before.
    pub fn term_after(&self, replaced: Option<(Replacement, &CertificateId)>) -> Result<Term, RegistrarError> {
        let Some((Replacement::Amend, identifier)) = replaced else { return Ok(Term::Rule) };
        let before = self.library.find(identifier)?.ok_or_else(|| RegistrarError::NotFound { identifier: identifier.to_string() })?;
        let card = self.library.card(before)?;
        Validity::new(card.from, card.until).map(Term::Kept).map_err(|error| IssueError::Certificate(error).into())
    }

    /// Changes what has become of a certificate: suspend, reinstate, revoke, annul, cancel, transfer out to a region, or undo that.
    pub fn change(
        &self,
        identifier: &CertificateId,
        change: Change,
        entry: &Entry,
        to: Option<&RegionCode>,
    ) -> Result<Card, RegistrarError> {
        self.change_and(identifier, change, entry, to, |_, _| Ok(()))
    }

    /// Changes what has become of a certificate, and writes beside it what is to stand in the same commit.
    ///
    /// # Errors
    ///
    /// There is no such certificate; the lifecycle does not allow the change, or not at that moment; a transfer goes to no other region; its
    /// holder or its number has another that can be used; or what is written beside it is refused.
    pub fn change_and<E: From<RegistrarError> + From<StoreError>>(
        &self,
        identifier: &CertificateId,
        change: Change,
        entry: &Entry,
        to: Option<&RegionCode>,
        beside: impl FnOnce(&mut Pen<'_>, &Card) -> Result<(), E>,
    ) -> Result<Card, E> {
        if matches!(change, Change::Renew | Change::Amend) {
            return Err(RegistrarError::NeedsDraft { change }.into());
        }
        to.map_or(Ok(()), |region| transfer::is_elsewhere(self.library, region))?;
        let read = self.library.find(identifier)?.ok_or_else(|| RegistrarError::NotFound { identifier: identifier.to_string() })?;
        let record = self.library.record(read)?;
        self.library.commit(|pen| {
            let other = to.map(|region| region.as_str().to_owned());
            let card = turn(pen, read, change, entry, &Event { other, ..told_of(identifier, &record, change, entry) })?;
            beside(pen, &card)?;
            Ok(card)
        })
    }
}

/// What the log is told of a change of a certificate.
pub(crate) fn told_of(identifier: &CertificateId, record: &Record, change: Change, entry: &Entry) -> Event {
    event(change.act(), &identifier.to_string(), &record.envelope, &record.seal, entry, None)
}

/// Changes what has become of a certificate, in a commit, if the table of the lifecycle lets it.
pub(crate) fn turn(pen: &mut Pen<'_>, shelfmark: Shelfmark, change: Change, entry: &Entry, told: &Event) -> Result<Card, RegistrarError> {
    let card = pen.card(shelfmark)?;
    lifecycle::in_order(entry.effective, card.effective, entry.now)?;
    let state = allow(pen, &card, change, entry.effective)?;
    if state == State::Valid {
        usable::may_come_back(pen, shelfmark)?;
        if let Some(returning) = Returning::of(pen, shelfmark)? {
            returning.remember(pen);
        }
    }
    pen.note(&[shelfmark], told)?;
    Ok(pen.turn(shelfmark, Turn { state, effective: entry.effective, recorded: entry.now, successor: None })?)
}

/// The two acts that make a new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// 延续.
    Renew,
    /// 变更.
    Amend,
}

impl Replacement {
    /// The act that the log calls it.
    pub const fn act(self) -> Act {
        match self {
            Self::Renew => Act::Renew,
            Self::Amend => Act::Amend,
        }
    }

    /// The replacement that an act of the log was.
    pub fn of(act: Act) -> Option<Self> {
        [Self::Renew, Self::Amend].into_iter().find(|replacement| replacement.act() == act)
    }
}

impl From<Replacement> for Change {
    fn from(replacement: Replacement) -> Self {
        match replacement {
            Replacement::Renew => Self::Renew,
            Replacement::Amend => Self::Amend,
        }
    }
}

/// Asks the table of the lifecycle; of what is superseded it names the version that the act is for.
pub(crate) fn allow(pen: &Pen<'_>, card: &Card, change: Change, at: Timestamp) -> Result<State, RegistrarError> {
    match lifecycle::allow(condition_on(card, at), change) {
        Ok(state) => Ok(state),
        Err(error) => Err(naming(pen, card, error)?.into()),
    }
}

/// Names the last version where a refusal only knows that there is a newer one.
pub(crate) fn naming(pen: &Pen<'_>, card: &Card, error: LifecycleError) -> Result<LifecycleError, StoreError> {
    match (error, card.successor) {
        (LifecycleError::Superseded { .. }, Some(successor)) => {
            let (_, last) = transfer::last_version(pen, successor)?;
            Ok(LifecycleError::Superseded { by: Some(last.identifier.to_string()) })
        }
        (error, _) => Ok(error),
    }
}

/// What a certificate is at a moment, by its card.
pub fn condition_on(card: &Card, at: Timestamp) -> Condition {
    Condition::of(card.state, card.from, card.until, day_in_china(at))
}

pub(crate) fn event(act: Act, subject: &str, envelope: &[u8], seal: &[u8], entry: &Entry, other: Option<String>) -> Event {
    Event {
        act,
        subject: subject.to_owned(),
        digest: Sha256::digest(envelope).into(),
        seal: seal_hash(seal),
        effective: entry.effective,
        recorded: entry.now,
        basis: entry.grounds.basis().to_owned(),
        reason: entry.grounds.reason().to_owned(),
        actor: entry.grounds.actor().to_owned(),
        approval: None,
        other,
        salt: entry.salt,
    }
}

/// The moment that a day means from which on something is to hold: now, if it is today; that of what was done last, if it was done on this
/// day; or else the first of the day.
///
/// Who works by days can then do two acts on one, as he can by the clock.
pub fn beginning_on(day: Date, last: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let on_the_day = |moment: &Timestamp| day_in_china(*moment) == day;
    [Some(now), last].into_iter().flatten().find(on_the_day).unwrap_or_else(|| start_of_day(day))
}

/// The moment at which an issue of a day takes effect, as far as it has passed.
pub fn effective_on(issued: Date, now: Timestamp) -> Timestamp {
    start_of_day(issued).min(now)
}

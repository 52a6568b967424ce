//! Entering a signed certificate: every rule is asked under the library's pen, and only then anything is written.

use super::{Entered, Entry, Origin, RegistrarError, Replacement, Signed, allow, effective_on, event, stays_with, usable};
use crate::lifecycle::{self, Change};
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_core::certificate::Certificate;
use kanhe_core::code::CertificateId;
use kanhe_core::event::{Act, Event};
use kanhe_core::status::State;
use kanhe_store::{Arrival, Card, Pen, Record, Repeat, Shelfmark, StoreError, Turn};

/// What a certificate is entered as: where the version stands, and by which right its place is taken.
#[derive(Clone, Copy)]
pub(crate) enum Lineage<'o> {
    First,
    From(&'o Origin),
    Next {
        predecessor: Shelfmark,
        change: Replacement,
        /// When it was asked for.
        asked: Timestamp,
    },
}

impl Lineage<'_> {
    pub(crate) fn next(
        pen: &Pen<'_>,
        identifier: &CertificateId,
        replacement: Replacement,
        asked: Timestamp,
    ) -> Result<Self, RegistrarError> {
        let predecessor = pen.find(identifier)?.ok_or_else(|| RegistrarError::NotFound { identifier: identifier.to_string() })?;
        Ok(Self::Next { predecessor, change: replacement, asked })
    }
}

/// Checks every rule, and only then writes: a refusal leaves nothing behind, also not in a batch of many.
pub(crate) fn enter(pen: &mut Pen<'_>, signed: &Signed, lineage: Lineage<'_>) -> Result<Entered, RegistrarError> {
    let (certificate, entry) = (signed.issued.certificate(), &signed.entry);
    let identifier = &certificate.identifier;
    if let Some(repeat) = pen.repeat_of(identifier.issuer(), identifier.type_code(), &signed.request)? {
        return followed(pen, repeat, signed.fingerprint, lineage).map(Entered::Before);
    }
    if signed.approval.is_none() {
        is_not_lodged(pen, identifier, &signed.request)?;
    }
    under_the_manifest(pen, signed)?;
    in_time(pen, signed, lineage)?;
    let after = takes_place(pen, lineage, certificate, entry)?;
    usable::may_come(pen, certificate, after.map(|after| after.predecessor), signed.one_valid_per_holder)?;
    let record =
        Record { envelope: signed.issued.envelope().to_vec(), seal: signed.issued.seal().to_vec(), request: signed.request.clone() };
    let shelfmark = pen.enter(&Arrival {
        card: card(signed, after.map(|after| after.predecessor)),
        record: &record,
        number: &certificate.number,
        holders: &certificate.holders,
        slot: &signed.slot,
        fingerprint: signed.fingerprint,
    })?;
    let tell = |act, other| Event {
        approval: signed.approval.clone(),
        ..event(act, &identifier.to_string(), &record.envelope, &record.seal, entry, other)
    };
    match (after, lineage) {
        (Some(After { predecessor, change, state }), _) => {
            let replaced = certificate.predecessor.as_ref().map(ToString::to_string);
            pen.note(&[shelfmark, predecessor], &tell(change.act(), replaced))?;
            pen.turn(predecessor, Turn { state, effective: entry.effective, recorded: entry.now, successor: Some(shelfmark) })?;
        }
        (None, Lineage::From(origin)) => {
            pen.note(&[shelfmark], &tell(Act::TransferIn, Some(origin.told())))?;
            origin.remember(pen, shelfmark);
        }
        (None, Lineage::First | Lineage::Next { .. }) => {
            pen.note(&[shelfmark], &tell(Act::Issue, None))?;
        }
    }
    Ok(Entered::New(shelfmark))
}

/// Refuses what was signed under another manifest than the library works under by now: that may call the key stolen, and take key or type away.
fn under_the_manifest(pen: &Pen<'_>, signed: &Signed) -> Result<(), RegistrarError> {
    match pen.edition()? {
        Some(present) if present != signed.edition => Err(RegistrarError::ManifestMoved { signed: signed.edition, present }),
        Some(_) | None => Ok(()),
    }
}

/// Refuses what would take effect in the future, for no act could follow it until then; a first version before the day of its issue; and a later
/// one that would be issued before what it follows.
fn in_time(pen: &Pen<'_>, signed: &Signed, lineage: Lineage<'_>) -> Result<(), RegistrarError> {
    let (entry, issued) = (&signed.entry, signed.issued.certificate().issued);
    let earliest = match lineage {
        Lineage::First | Lineage::From(_) if signed.approval.is_none() => effective_on(issued, entry.now),
        // The steps of its application bound a decision, and the version before bounds the next.
        Lineage::First | Lineage::From(_) | Lineage::Next { .. } => entry.effective,
    };
    lifecycle::in_order(entry.effective, earliest, entry.now)?;
    match lineage {
        Lineage::Next { predecessor, .. } => follows(issued, &pen.card(predecessor)?, entry),
        Lineage::First | Lineage::From(_) => Ok(()),
    }
}

/// Refuses a version that would be issued before the one whose place it takes, or before the act takes effect that makes it: under a day of
/// long ago it would be counted among what was issued then, and pass for the work of a key that has ended since.
fn follows(issued: Date, before: &Card, entry: &Entry) -> Result<(), RegistrarError> {
    // A clock that was ahead may have dated the one before behind today: nothing can be issued on that day yet.
    let last = before.issued.min(day_in_china(entry.now));
    let day = day_in_china(entry.effective);
    if issued < last {
        Err(RegistrarError::IssuedBeforeLast { issued, last })
    } else if issued < day {
        Err(RegistrarError::IssuedBeforeEffect { issued, day })
    } else {
        Ok(())
    }
}

/// The version whose place is taken, and what becomes of it.
#[derive(Clone, Copy)]
struct After {
    predecessor: Shelfmark,
    change: Replacement,
    state: State,
}

fn takes_place(pen: &Pen<'_>, lineage: Lineage<'_>, certificate: &Certificate, entry: &Entry) -> Result<Option<After>, RegistrarError> {
    match lineage {
        Lineage::First => Ok(None),
        Lineage::From(origin) => origin.may_come(pen, &certificate.holders, certificate.until, day_in_china(entry.now)).map(|()| None),
        Lineage::Next { predecessor, change, asked } => {
            let card = pen.card(predecessor)?;
            let state = superseded(pen, &card, change.into(), certificate, entry, asked)?;
            stays_with(pen, predecessor, &certificate.holders, change)?;
            if change == Replacement::Renew {
                prolongs(&card, (certificate.from, certificate.until), day_in_china(entry.now))?;
            }
            Ok(Some(After { predecessor, change, state }))
        }
    }
}

/// Whether what was issued before came about as what is asked for now: by the same act, from that origin or after that version.
fn same_lineage(pen: &Pen<'_>, before: Shelfmark, lineage: Lineage<'_>) -> Result<bool, RegistrarError> {
    let card = pen.card(before)?;
    let own = card.identifier.to_string();
    let came = pen.history(before)?.into_iter().find(|event| event.subject == own);
    Ok(came.is_some_and(|came| match lineage {
        Lineage::First => came.act == Act::Issue,
        Lineage::From(origin) => origin.is_told_by(&came),
        Lineage::Next { predecessor, change, .. } => card.predecessor == Some(predecessor) && came.act == change.act(),
    }))
}

/// What was issued for a request before, if it asked for the same contents, and by the same act.
pub(super) fn followed(
    pen: &Pen<'_>,
    Repeat { shelfmark, fingerprint }: Repeat,
    asked: [u8; 16],
    lineage: Lineage<'_>,
) -> Result<Shelfmark, RegistrarError> {
    if fingerprint == asked && same_lineage(pen, shelfmark, lineage)? {
        return Ok(shelfmark);
    }
    Err(RegistrarError::RequestDiffers { identifier: pen.card(shelfmark)?.identifier.to_string() })
}

/// Refuses a request that was lodged as an application: what was objected to or refused there would be issued here, and what is open there
/// would wait for ever. A type may be reviewed no more by now.
pub(super) fn is_not_lodged(pen: &Pen<'_>, identifier: &CertificateId, request: &str) -> Result<(), RegistrarError> {
    let Some(code) = pen.lodged_as(identifier.issuer(), identifier.type_code(), request)? else { return Ok(()) };
    let stage = pen.project(&code)?.ok_or(StoreError::Malformed { family: "projects" })?.stage;
    Err(RegistrarError::RequestLodged { code, stage })
}

/// What becomes of a version whose place is taken. Its term is judged on the day on which the change was asked for: who asked in time does
/// not lose the right because the agency took longer (Administrative Licensing Law art. 50).
fn superseded(
    pen: &Pen<'_>,
    card: &Card,
    change: Change,
    certificate: &Certificate,
    entry: &Entry,
    asked: Timestamp,
) -> Result<State, RegistrarError> {
    lifecycle::in_order(entry.effective, card.effective, entry.now)?;
    let state = allow(pen, card, change, asked)?;
    let day = day_in_china(entry.effective);
    // The old version ends when the act takes effect: a new one that begins later would leave days without any.
    if certificate.from > day && card.from <= day { Err(RegistrarError::Gap { from: certificate.from, day }) } else { Ok(state) }
}

/// Refuses a renewal that begins before what it renews, for nobody had a right then; and one that ends no later, or is over already: its holder
/// would have less than before.
pub(crate) fn prolongs(renewed: &Card, (from, until): (Date, Option<Date>), today: Date) -> Result<(), RegistrarError> {
    match (until, renewed.until) {
        _ if from < renewed.from => Err(RegistrarError::BeginsBefore { from, before: renewed.from }),
        (_, None) => Err(RegistrarError::Endless),
        (Some(until), Some(before)) if until <= before || until < today => Err(RegistrarError::NoLonger { until, before, today }),
        (_, Some(_)) => Ok(()),
    }
}

fn card(signed: &Signed, predecessor: Option<Shelfmark>) -> Card {
    let (certificate, entry) = (signed.issued.certificate(), &signed.entry);
    Card {
        identifier: certificate.identifier.clone(),
        issued: certificate.issued,
        from: certificate.from,
        until: certificate.until,
        slot: certificate.slot,
        state: State::Valid,
        effective: entry.effective,
        recorded: entry.now,
        predecessor,
        successor: None,
        alone: signed.one_valid_per_holder,
    }
}

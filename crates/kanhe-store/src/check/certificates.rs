//! Every certificate: its card, its history, and whatever must lead to it.

use super::Whole;
use super::finding::{Defect, Place};
use super::walk::{Stop, Walk};
use crate::counts;
use crate::error::StoreError;
use crate::indexed::{Described, Indexed, lasting, standing};
use crate::library::Library;
use crate::record::{Card, Record, Shelfmark};
use crate::words::Letters;
use kanhe_core::certificate::Certificate;
use std::collections::BTreeSet;

/// A certificate as it stands, with every entry that must lead to it.
pub(super) struct Shelved {
    card: Card,
    record: Record,
    certificate: Certificate,
    entries: Vec<Indexed>,
}

impl Shelved {
    pub(super) fn read(library: &Library, shelfmark: Shelfmark) -> Result<Self, StoreError> {
        let (card, record) = (library.card(shelfmark)?, library.record(shelfmark)?);
        let certificate = record.certificate()?;
        // What was asked for is told by no more than its fingerprint, which stands nowhere else: of a request's entry the rest is compared.
        let repeat = library.repeat_of(card.agency(), card.type_code(), &record.request).ok().flatten();
        let described = Described {
            card: &card,
            number: &certificate.number,
            holders: &certificate.holders,
            request: &record.request,
            fingerprint: repeat.map(|repeat| repeat.fingerprint).unwrap_or_default(),
            letters: Letters::Folded,
        };
        let mut entries = standing(shelfmark, &card);
        entries.extend(as_entered(library, shelfmark, &described)?);
        Ok(Self { card, record, certificate, entries })
    }

    /// Whether an entry that was found is one of those that lead to it.
    pub(super) fn has(&self, found: &Indexed) -> bool {
        self.entries.iter().any(|own| (own.family, &own.key) == (found.family, &found.key) && own.has(&found.value))
    }

    /// Whether card and certificate say the same.
    fn agrees(&self) -> bool {
        let (card, certificate) = (&self.card, &self.certificate);
        (&card.identifier, card.issued, card.from, card.until, card.slot)
            == (&certificate.identifier, certificate.issued, certificate.from, certificate.until, certificate.slot)
    }

    /// Whether the versions before and after it know of it.
    fn is_linked(&self, library: &Library, shelfmark: Shelfmark) -> bool {
        let knows = |other: Option<Shelfmark>, back: fn(&Card) -> Option<Shelfmark>| {
            other.is_none_or(|other| library.card(other).is_ok_and(|card| back(&card) == Some(shelfmark)))
        };
        knows(self.card.predecessor, |card| card.successor) && knows(self.card.successor, |card| card.predecessor)
    }
}

/// The entries that stand for as long as the library does, with names in the letters in which they were entered: in those of today, unless
/// all of those stand in which an older kanhe has entered them.
fn as_entered(library: &Library, shelfmark: Shelfmark, described: &Described<'_>) -> Result<BTreeSet<Indexed>, StoreError> {
    let [folded, as_typed] = Letters::ALL.map(|letters| lasting(&library.keys, shelfmark, &Described { letters, ..*described }));
    if folded == as_typed || stand(library, folded.difference(&as_typed))? || !stand(library, as_typed.difference(&folded))? {
        return Ok(folded);
    }
    Ok(as_typed)
}

/// Whether all of these entries are there.
fn stand<'e>(library: &Library, mut entries: impl Iterator<Item = &'e Indexed>) -> Result<bool, StoreError> {
    entries.try_fold(true, |all, entry| Ok(all && library.view().get(entry.family, &entry.key)?.is_some()))
}

/// Looks at every certificate in the order of their coming.
pub(super) fn certificates(walk: &mut Walk<'_>, judge: &dyn Fn(&Whole<'_>) -> Vec<Defect>) -> Result<(), Stop> {
    for number in 0..walk.certificates {
        let place = Place::Certificate(Shelfmark(number));
        let mut wrong = Vec::new();
        if let Err(error) = one(walk, Shelfmark(number), judge, &mut wrong) {
            wrong.push((Defect::Unreadable(error), false));
        }
        for (defect, can_be_used) in wrong {
            match defect.in_manifest() {
                Some(place) => walk.miss(place, defect, can_be_used)?,
                None => walk.find(place, defect)?,
            }
        }
        walk.step()?;
    }
    Ok(())
}

/// What is wrong with one certificate, each with whether it can be used.
fn one(
    walk: &mut Walk<'_>,
    shelfmark: Shelfmark,
    judge: &dyn Fn(&Whole<'_>) -> Vec<Defect>,
    wrong: &mut Vec<(Defect, bool)>,
) -> Result<(), StoreError> {
    let shelved = Shelved::read(walk.library, shelfmark)?;
    let Shelved { card, record, certificate, entries } = &shelved;
    let usable = card.can_be_used();
    for key in [Some(counts::of_month(card)), counts::of_ending(card)].into_iter().flatten() {
        *walk.counts.entry(key).or_default() += 1;
    }
    walk.slot(card);
    if !shelved.agrees() || !shelved.is_linked(walk.library, shelfmark) {
        wrong.push((Defect::Card, usable));
    }
    for entry in entries {
        if !walk.stands(entry)? {
            wrong.push((Defect::of(entry.family), usable));
        }
    }
    let history = walk.library.history(shelfmark)?;
    if history.is_empty() {
        wrong.push((Defect::History, usable));
    }
    let judged = judge(&Whole { card, record, certificate, history: &history });
    wrong.extend(judged.into_iter().map(|defect| (defect, usable)));
    Ok(())
}

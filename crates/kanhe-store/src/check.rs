//! The whole house held against itself: every record against every index, every card against its history, every event against the log.

use crate::counts;
use crate::error::StoreError;
use crate::family::Family;
use crate::layout::{self, Key};
use crate::library::Library;
use crate::pen::{ending, shelf};
use crate::record::{Card, Record, Shelfmark};
use crate::words::pieces;
use kanhe_core::certificate::Certificate;
use kanhe_core::code::{CertificateId, ProjectCode};
use kanhe_core::event::{Act, Event};
use kanhe_log::edge::Edge;
use kanhe_log::hash::leaf_hash;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub place: Place,
    /// What is wrong.
    pub defect: Defect,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Defect {
    /// Card and certificate have different identifiers.
    Card,
    /// The index of identifiers does not lead to the certificate.
    Identifier,
    /// The index of printed numbers does not lead to it.
    Number,
    /// The index of types, agencies and states does not lead to it.
    Shelf,
    /// Its status slot is another's, or has another state.
    Slot,
    /// The index of last days does not lead to it.
    Ending,
    /// The index of requests does not lead to it.
    Request,
    /// The index of holders does not lead to it.
    Holder,
    /// The index of names does not lead to it.
    Words,
    /// Nothing is known to have happened to it.
    History,
    /// Certificate or seal is signed by no key of its agency.
    Signature,
    /// The card says another state than the history.
    State,
    /// No event of the log vouches for it.
    EventOfIssue,
    /// An application's indexes or events do not agree with it.
    Project,
    /// The counts are not those of the certificates.
    Counts,
    /// An event is missing or does not open.
    Event,
    /// What an event is about does not know of it.
    EventRecord,
    /// The log does not begin with what was last published of it.
    Checkpoint,
    /// An event stands beyond the end of the log.
    EventBeyond,
    /// A card stands beyond the last certificate.
    CardBeyond,
    /// A tile is not what its events give.
    Tile,
    /// It cannot be read at all.
    Unreadable(StoreError),
}

impl Defect {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Card => "check_card",
            Self::Identifier => "check_identifier",
            Self::Number => "check_number",
            Self::Shelf => "check_shelf",
            Self::Slot => "check_slot",
            Self::Ending => "check_ending",
            Self::Request => "check_request",
            Self::Holder => "check_holder",
            Self::Words => "check_words",
            Self::History => "check_history",
            Self::Signature => "check_signature",
            Self::State => "check_state",
            Self::EventOfIssue => "check_event_of_issue",
            Self::Project => "check_project",
            Self::Counts => "check_counts",
            Self::Event => "check_event",
            Self::EventRecord => "check_event_record",
            Self::Checkpoint => "check_checkpoint",
            Self::EventBeyond => "check_event_beyond",
            Self::CardBeyond => "check_card_beyond",
            Self::Tile => "check_tile",
            Self::Unreadable(error) => error.code(),
        }
    }
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A certificate.
    Certificate(Shelfmark),
    /// An event of the log.
    Event(u64),
    /// An application.
    Project(ProjectCode),
    /// The library as a whole.
    Library,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(shelfmark) => write!(f, "certificate {}", shelfmark.0),
            Self::Event(index) => write!(f, "event {index}"),
            Self::Project(code) => write!(f, "application {code}"),
            Self::Library => f.write_str("the library"),
        }
    }
}

/// A certificate with all that the library knows of it, for who has rules to check.
pub struct Whole<'a> {
    /// Its card.
    pub card: &'a Card,
    /// Its record.
    pub record: &'a Record,
    /// What it says.
    pub certificate: &'a Certificate,
    /// Everything that happened to it.
    pub history: &'a [(u64, Event)],
}

/// A check reports no more findings than this: who has so many restores a backup.
pub const MOST_FINDINGS: usize = 1_000;

impl Library {
    /// Checks everything, and says what is not as it must be. `judge` adds what only the rules can tell of a certificate: whether its
    /// signatures hold, and whether its history makes what its card says. `progress` is told how many of how many were looked at.
    pub fn check(
        &self,
        judge: impl Fn(&Whole<'_>) -> Option<Defect>,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Vec<Finding>, StoreError> {
        let checked = self.check_while(judge, |seen, all| {
            progress(seen, all);
            ControlFlow::Continue(())
        })?;
        Ok(checked.unwrap_or_default())
    }

    /// The same for as long as somebody wants to know: nothing, once `progress` has broken it off.
    pub fn check_while(
        &self,
        judge: impl Fn(&Whole<'_>) -> Option<Defect>,
        mut progress: impl FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Option<Vec<Finding>>, StoreError> {
        let (certificates, events) = (self.certificates()?, self.log_size()?);
        let mut findings = Vec::new();
        let mut tally = BTreeMap::new();
        for number in 0..certificates {
            let shelfmark = Shelfmark(number);
            let place = Place::Certificate(shelfmark);
            match self.check_one(shelfmark, &judge, &mut tally) {
                Ok(defects) => findings.extend(defects.into_iter().map(|defect| Finding { place, defect })),
                Err(error) => findings.push(Finding { place, defect: Defect::Unreadable(error) }),
            }
            if progress(number + 1, certificates + events).is_break() {
                return Ok(None);
            }
            if findings.len() >= MOST_FINDINGS {
                return Ok(Some(findings));
            }
        }
        let Some(of_log) = self.check_log(events, |seen| progress(certificates + seen, certificates + events))? else { return Ok(None) };
        findings.extend(of_log);
        let projects = self.wrong_projects()?.into_iter();
        findings.extend(projects.map(|code| Finding { place: Place::Project(code), defect: Defect::Project }));
        findings
            .extend(self.sealed_papers()?.into_iter().map(|error| Finding { place: Place::Library, defect: Defect::Unreadable(error) }));
        let counted = self.view().scan(Family::Counts, &[], &[])?.collect::<Result<BTreeMap<_, _>, _>>()?;
        if counted != tally.into_iter().map(|(key, count): (Vec<u8>, u64)| (key, count.to_be_bytes().to_vec())).collect() {
            findings.push(Finding { place: Place::Library, defect: Defect::Counts });
        }
        Ok(Some(findings))
    }

    fn check_one(
        &self,
        shelfmark: Shelfmark,
        judge: impl Fn(&Whole<'_>) -> Option<Defect>,
        tally: &mut BTreeMap<Vec<u8>, u64>,
    ) -> Result<Vec<Defect>, StoreError> {
        let (card, record, history) = (self.card(shelfmark)?, self.record(shelfmark)?, self.history(shelfmark)?);
        let certificate = record.certificate()?;
        for key in [Some(counts::of_month(&card)), counts::of_ending(&card)].into_iter().flatten() {
            *tally.entry(key).or_default() += 1;
        }
        let mut wrong = Vec::new();
        let mut want = |stands: bool, defect| {
            if !stands {
                wrong.push(defect);
            }
        };
        let key = layout::shelfmark(shelfmark);
        let stands = |family, key: Key| self.view().get(family, &key.end()).map(|found| found.is_some());
        let slot = Key::new().shelfmark(shelfmark).state(card.state).end();
        want(certificate.identifier == card.identifier, Defect::Card);
        want(
            self.view().get(Family::Identifiers, &layout::identifier(&card.identifier))?.as_deref() == Some(key.as_slice()),
            Defect::Identifier,
        );
        want(
            stands(Family::Numbers, layout::number(&certificate.number).type_code(card.type_code()).shelfmark(shelfmark))?,
            Defect::Number,
        );
        want(stands(Family::Shelves, shelf(&card).shelfmark(shelfmark))?, Defect::Shelf);
        want(self.view().get(Family::Slots, &layout::slot(card.agency(), card.slot))?.as_deref() == Some(slot.as_slice()), Defect::Slot);
        if let Some(ending) = ending(&card) {
            want(stands(Family::Endings, ending.shelfmark(shelfmark))?, Defect::Ending);
        }
        let request = layout::request(card.agency(), card.type_code(), &record.request);
        want(self.view().get(Family::Requests, &request)?.is_some(), Defect::Request);
        for holder in &certificate.holders {
            let holder_key = Key::new().bytes(&self.keys.holder(holder.code())).type_code(card.type_code());
            want(stands(Family::Holders, holder_key.shelfmark(shelfmark))?, Defect::Holder);
            for piece in pieces(holder.name()) {
                want(stands(Family::Words, Key::new().bytes(&self.keys.piece(&piece)).shelfmark(shelfmark))?, Defect::Words);
            }
        }
        want(!history.is_empty(), Defect::History);
        wrong.extend(judge(&Whole { card: &card, record: &record, certificate: &certificate, history: &history }));
        Ok(wrong)
    }

    /// Builds the log again from its events, and compares every tile.
    fn check_log(&self, size: u64, mut progress: impl FnMut(u64) -> ControlFlow<()>) -> Result<Option<Vec<Finding>>, StoreError> {
        let mut findings = Vec::new();
        let mut edge = Edge::empty();
        let published = self.published()?;
        for index in 0..size {
            let Ok(Some(event)) = self.event(index) else {
                findings.push(Finding { place: Place::Event(index), defect: Defect::Event });
                return Ok(Some(findings));
            };
            edge.append(leaf_hash(&Event::entry_of(&event.encode())));
            if published.is_some_and(|published| published.size == index + 1 && published != edge.head()) {
                findings.push(Finding { place: Place::Event(index), defect: Defect::Checkpoint });
            }
            if !self.knows_of(index, &event)? {
                findings.push(Finding { place: Place::Event(index), defect: Defect::EventRecord });
            }
            if progress(index + 1).is_break() {
                return Ok(None);
            }
            if (index + 1).is_multiple_of(1 << 16) || index + 1 == size {
                for (tile, bytes) in edge.take_changed() {
                    let partial = bytes.len() < kanhe_log::tile::FULL_BYTES && index + 1 < size;
                    if !partial && self.tile(tile).ok().as_ref() != Some(&bytes) {
                        findings.push(Finding { place: Place::Event(index), defect: Defect::Tile });
                    }
                }
            }
        }
        if published.is_some_and(|published| published.size > size) {
            findings.push(Finding { place: Place::Library, defect: Defect::Checkpoint });
        }
        // An event beyond the counted ones would be one that no batch wrote.
        if self.event(size)?.is_some() {
            findings.push(Finding { place: Place::Event(size), defect: Defect::EventBeyond });
        }
        if self.view().get(Family::Cards, &layout::shelfmark(Shelfmark(self.certificates()?)))?.is_some() {
            findings.push(Finding { place: Place::Library, defect: Defect::CardBeyond });
        }
        Ok(Some(findings))
    }

    /// Whether what an event is about has the event in its history.
    fn knows_of(&self, index: u64, event: &Event) -> Result<bool, StoreError> {
        if matches!(event.act, Act::Manifest | Act::Type | Act::Recognition) {
            return Ok(true);
        }
        if let Ok(code) = ProjectCode::parse(&event.subject) {
            return Ok(self.project(&code)?.is_some_and(|project| project.events.contains(&index)));
        }
        let Ok(identifier) = CertificateId::parse(&event.subject) else { return Ok(false) };
        let Some(shelfmark) = self.find(&identifier)? else { return Ok(false) };
        let place = Key::new().shelfmark(shelfmark).u64(index).end();
        Ok(self.view().get(Family::Histories, &place)?.is_some())
    }
}

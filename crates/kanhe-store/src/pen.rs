//! The pen: what one commit reads and writes. Nothing of it reaches the disk unless the whole plan is accepted.

use crate::error::StoreError;
use crate::family::Family;
use crate::layout::{self, Key};
use crate::record::{Card, Record, Shelfmark, read};
use crate::secret::Keys;
use crate::slots::Slot;
use crate::view::{View, Writes};
use crate::words::pieces;
use jiff::Timestamp;
use kanhe_core::certificate::Holder;
use kanhe_core::code::{CertificateId, HolderCode, TypeCode, Uscc};
use kanhe_core::event::Event;
use kanhe_core::status::State;
use kanhe_log::hash::{Hash, leaf_hash};
use rocksdb::DB;

/// Reads the library as it will be, and writes what a commit changes.
pub struct Pen<'a> {
    db: &'a DB,
    keys: &'a Keys,
    under: [&'a Writes; 2],
    writes: Writes,
    leaves: Vec<Hash>,
    log_size: u64,
    next: u64,
}

/// What a pen leaves for the writer.
pub(crate) struct Planned {
    pub(crate) writes: Writes,
    pub(crate) leaves: Vec<Hash>,
    pub(crate) next: u64,
}

/// A certificate that comes into the library, with all that it is found by.
#[derive(Clone, Debug)]
pub struct Arrival<'c> {
    /// Its card.
    pub card: Card,
    /// What is kept of it.
    pub record: &'c Record,
    /// The printed number.
    pub number: &'c str,
    /// Who holds it.
    pub holders: &'c [Holder],
    /// Its slot, as it was given out.
    pub slot: Slot,
    /// A value that tells whether two requests ask for the same.
    pub fingerprint: [u8; 16],
}

/// A request that was answered before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// What was issued for it.
    pub shelfmark: Shelfmark,
    /// The fingerprint of the request that was answered.
    pub fingerprint: [u8; 16],
}

impl Repeat {
    /// Reads what stands for a request.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let (number, fingerprint): (u64, minicbor::bytes::ByteArray<16>) = read(Family::Requests, bytes)?;
        Ok(Self { shelfmark: Shelfmark(number), fingerprint: *fingerprint })
    }
}

/// What an act makes of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its new state.
    pub state: State,
    /// From when on it holds.
    pub effective: Timestamp,
    /// When the library learnt of it.
    pub recorded: Timestamp,
    /// The version that took its place.
    pub successor: Option<Shelfmark>,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(db: &'a DB, keys: &'a Keys, under: [&'a Writes; 2], log_size: u64, next: u64) -> Self {
        Self { db, keys, under, writes: Writes::new(), leaves: Vec::new(), log_size, next }
    }

    pub(crate) fn end(self) -> Planned {
        Planned { writes: self.writes, leaves: self.leaves, next: self.next }
    }

    /// Whether what is written so far are papers of the office, and nothing of certificates, applications or the log.
    pub(crate) fn writes_papers_alone(&self) -> bool {
        self.writes.keys().all(|(family, _)| *family == Family::Office)
    }

    /// The shelfmark of an identifier.
    pub fn find(&self, identifier: &CertificateId) -> Result<Option<Shelfmark>, StoreError> {
        let found = self.get(Family::Identifiers, &layout::identifier(identifier))?;
        Ok(found.as_deref().and_then(layout::shelfmark_of))
    }

    /// The card of a certificate.
    pub fn card(&self, shelfmark: Shelfmark) -> Result<Card, StoreError> {
        let found = self.get(Family::Cards, &layout::shelfmark(shelfmark))?;
        read(Family::Cards, &found.ok_or(StoreError::Malformed { family: Family::Cards.name() })?)
    }

    /// The index that the next event will have.
    pub fn log_size(&self) -> u64 {
        self.log_size + u64::try_from(self.leaves.len()).unwrap_or(u64::MAX)
    }

    /// The event at an index of the log.
    pub fn event(&self, index: u64) -> Result<Option<Event>, StoreError> {
        let key = index.to_be_bytes();
        let Some(sealed) = self.get(Family::Events, &key)? else { return Ok(None) };
        let opened = self.keys.open(Family::Events, &key, &sealed)?;
        Event::decode(&opened).map(Some).map_err(|_| StoreError::Malformed { family: Family::Events.name() })
    }

    /// What was issued for a request before.
    pub fn repeat_of(&self, agency: &Uscc, type_code: &TypeCode, request: &str) -> Result<Option<Repeat>, StoreError> {
        self.get(Family::Requests, &layout::request(agency, type_code, request))?.as_deref().map(Repeat::decode).transpose()
    }

    /// The certificates of one type that a holder has or had.
    pub fn held_by(&self, holder: &HolderCode, type_code: &TypeCode) -> Result<Vec<Shelfmark>, StoreError> {
        let prefix = Key::new().bytes(&self.keys.holder(holder)).type_code(type_code).end();
        let layers = self.layers();
        let entries = View { db: self.db, layers: &layers }.all(Family::Holders, &prefix)?;
        Ok(entries.iter().filter_map(|(key, _)| layout::shelfmark_of(key)).collect())
    }

    /// The certificate that an identifier of another scheme stands for.
    pub fn alias(&self, scheme: &str, value: &str) -> Result<Option<Shelfmark>, StoreError> {
        Ok(self.get(Family::Aliases, &layout::alias(scheme, value))?.as_deref().and_then(layout::shelfmark_of))
    }

    /// Lets an identifier of another scheme stand for a certificate.
    pub fn put_alias(&mut self, scheme: &str, value: &str, shelfmark: Shelfmark) {
        self.put(Family::Aliases, layout::alias(scheme, value), layout::shelfmark(shelfmark));
    }

    /// Enters a new certificate under everything that it is found by.
    pub fn enter(&mut self, arrival: &Arrival<'_>) -> Result<Shelfmark, StoreError> {
        let shelfmark = Shelfmark(self.next);
        self.next += 1;
        let (key, card) = (layout::shelfmark(shelfmark), &arrival.card);
        let record = minicbor::to_vec(arrival.record).unwrap_or_default();
        let sealed = self.keys.seal(Family::Certificates, &key, &record)?;
        self.put(Family::Certificates, key.clone(), sealed);
        self.put(Family::Identifiers, layout::identifier(&card.identifier), key.clone());
        self.mark(Family::Numbers, layout::number(arrival.number).type_code(card.type_code()).shelfmark(shelfmark));
        let request = minicbor::to_vec((shelfmark.0, minicbor::bytes::ByteArray::from(arrival.fingerprint))).unwrap_or_default();
        self.put(Family::Requests, layout::request(card.agency(), card.type_code(), &arrival.record.request), request);
        for holder in arrival.holders {
            let holder_key = Key::new().bytes(&self.keys.holder(holder.code())).type_code(card.type_code());
            self.mark(Family::Holders, holder_key.shelfmark(shelfmark));
            for piece in pieces(holder.name()) {
                self.mark(Family::Words, Key::new().bytes(&self.keys.piece(&piece)).shelfmark(shelfmark));
            }
        }
        self.take_slot(card.agency(), arrival.slot)?;
        self.put_card(shelfmark, card);
        self.stand(shelfmark, card)?;
        Ok(shelfmark)
    }

    /// Writes what has become of a certificate, and moves it to where it now belongs.
    pub fn turn(&mut self, shelfmark: Shelfmark, turn: Turn) -> Result<Card, StoreError> {
        let before = self.card(shelfmark)?;
        self.leave(shelfmark, &before)?;
        let successor = turn.successor.or(before.successor);
        let card = Card { state: turn.state, effective: turn.effective, recorded: turn.recorded, successor, ..before };
        self.put_card(shelfmark, &card);
        self.stand(shelfmark, &card)?;
        Ok(card)
    }

    /// Appends an event to the log, and to the history of each certificate that it is about. Returns its index.
    pub fn note(&mut self, about: &[Shelfmark], event: &Event) -> Result<u64, StoreError> {
        let index = self.log_size();
        let encoded = event.encode();
        // The leaf is written in the same batch as the record: there is no moment at which one exists without the other.
        self.leaves.push(leaf_hash(&Event::entry_of(&encoded)));
        let key = index.to_be_bytes();
        let sealed = self.keys.seal(Family::Events, &key, &encoded)?;
        self.put(Family::Events, key.to_vec(), sealed);
        for shelfmark in about {
            self.mark(Family::Histories, Key::new().shelfmark(*shelfmark).u64(index));
        }
        Ok(index)
    }

    fn put_card(&mut self, shelfmark: Shelfmark, card: &Card) {
        self.put(Family::Cards, layout::shelfmark(shelfmark), minicbor::to_vec(card).unwrap_or_default());
    }

    /// Puts a certificate where its card says it belongs: shelf, ending, count and status slot.
    fn stand(&mut self, shelfmark: Shelfmark, card: &Card) -> Result<(), StoreError> {
        self.mark(Family::Shelves, shelf(card).shelfmark(shelfmark));
        if let Some(ending) = ending(card) {
            self.mark(Family::Endings, ending.shelfmark(shelfmark));
        }
        self.count(card, |count| count.saturating_add(1))?;
        let slot = Key::new().shelfmark(shelfmark).state(card.state).end();
        self.put(Family::Slots, layout::slot(card.agency(), card.slot), slot);
        self.touch_page(card)
    }

    /// Takes a certificate away from where its card had put it.
    fn leave(&mut self, shelfmark: Shelfmark, card: &Card) -> Result<(), StoreError> {
        self.unmark(Family::Shelves, shelf(card).shelfmark(shelfmark));
        if let Some(ending) = ending(card) {
            self.unmark(Family::Endings, ending.shelfmark(shelfmark));
        }
        self.count(card, |count| count.saturating_sub(1))
    }

    fn count(&mut self, card: &Card, change: impl Fn(u64) -> u64) -> Result<(), StoreError> {
        for key in [Some(crate::counts::of_month(card)), crate::counts::of_ending(card)].into_iter().flatten() {
            let before = self.get(Family::Counts, &key)?;
            let count = change(before.as_deref().and_then(crate::counts::number).unwrap_or(0));
            if count == 0 {
                self.take(Family::Counts, key);
            } else {
                self.put(Family::Counts, key, count.to_be_bytes().to_vec());
            }
        }
        Ok(())
    }

    /// Remembers that a page of slots is not what was last signed.
    fn touch_page(&mut self, card: &Card) -> Result<(), StoreError> {
        let key = crate::slots::page_key(card.agency(), card.slot);
        let page = self.get(Family::Pages, &key)?;
        let page = crate::slots::Page::touched(page.as_deref())?;
        self.put(Family::Pages, key, page);
        Ok(())
    }

    fn take_slot(&mut self, agency: &Uscc, slot: Slot) -> Result<(), StoreError> {
        let key = crate::slots::next_key(agency);
        let next = self.get(Family::Pages, &key)?.as_deref().and_then(crate::counts::number).unwrap_or(0);
        let taken = u64::from(slot.ordinal()) + 1;
        self.put(Family::Pages, key, next.max(taken).to_be_bytes().to_vec());
        Ok(())
    }

    fn layers(&self) -> [&Writes; 3] {
        [&self.writes, self.under[0], self.under[1]]
    }

    pub(crate) fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let layers = self.layers();
        View { db: self.db, layers: &layers }.get(family, key)
    }

    pub(crate) fn put(&mut self, family: Family, key: Vec<u8>, value: Vec<u8>) {
        self.writes.insert((family, key), Some(value));
    }

    pub(crate) const fn keys(&self) -> &Keys {
        self.keys
    }

    pub(crate) fn take(&mut self, family: Family, key: Vec<u8>) {
        self.writes.insert((family, key), None);
    }

    /// An entry whose key says everything.
    fn mark(&mut self, family: Family, key: Key) {
        self.put(family, key.end(), Vec::new());
    }

    fn unmark(&mut self, family: Family, key: Key) {
        self.take(family, key.end());
    }
}

/// The shelf that a card belongs to.
pub(crate) fn shelf(card: &Card) -> Key {
    Key::new().type_code(card.type_code()).agency(card.agency()).state(card.state)
}

/// Only what can still be used comes to an end.
pub(crate) fn ending(card: &Card) -> Option<Key> {
    let until = card.until.filter(|_| card.can_be_used())?;
    Some(Key::new().type_code(card.type_code()).agency(card.agency()).day(until))
}

//! The pen: what one commit reads and writes. Nothing of it reaches the disk unless the whole plan is accepted.

use crate::error::StoreError;
use crate::family::Family;
use crate::indexed::{Described, Indexed, lasting, standing};
use crate::layout;
use crate::reader::Reader;
use crate::record::{Card, Record, Shelfmark, read};
use crate::reserved::{Reserved, Use};
use crate::secret::Keys;
use crate::view::View;
use crate::words::Letters;
use crate::writes::Writes;
use jiff::Timestamp;
use kanhe_core::certificate::Holder;
use kanhe_core::code::Uscc;
use kanhe_core::event::Event;
use kanhe_core::status::State;
use kanhe_core::wire;
use kanhe_log::hash::{Hash, leaf_hash};
use rocksdb::DB;
use std::sync::OnceLock;

/// Reads the library as it will be, and writes what a commit changes.
pub struct Pen<'a> {
    db: &'a DB,
    keys: &'a Keys,
    under: [&'a Writes; 2],
    writes: Writes,
    leaves: Vec<Hash>,
    /// The slots under which certificates come to stand.
    slots: Vec<Use>,
    log_size: u64,
    next: u64,
    edition: &'a OnceLock<Option<u32>>,
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
    pub slot: &'c Reserved,
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
    /// What stands for a request.
    pub(crate) fn encode(&self) -> Vec<u8> {
        wire::to_vec(&(self.shelfmark.0, minicbor::bytes::ByteArray::from(self.fingerprint)))
    }

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
    pub(crate) fn new(
        db: &'a DB,
        keys: &'a Keys,
        under: [&'a Writes; 2],
        log_size: u64,
        next: u64,
        edition: &'a OnceLock<Option<u32>>,
    ) -> Self {
        Self { db, keys, under, writes: Writes::default(), leaves: Vec::new(), slots: Vec::new(), log_size, next, edition }
    }

    /// Ends a plan that is accepted.
    pub(crate) fn end(self) -> Planned {
        self.slots.iter().for_each(Use::begin);
        Planned { writes: self.writes, leaves: self.leaves, next: self.next }
    }

    /// Whether what is written so far are papers of the office, and nothing of certificates, applications or the log.
    pub(crate) fn writes_papers_alone(&self) -> bool {
        self.writes.by_family().all(|(family, _)| family == Family::Office)
    }

    /// The index that the next event will have.
    pub fn log_size(&self) -> u64 {
        self.log_size + u64::try_from(self.leaves.len()).unwrap_or(u64::MAX)
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
        let record = wire::to_vec(arrival.record);
        let sealed = self.keys.seal(Family::Certificates, &key, &record)?;
        self.put(Family::Certificates, key, sealed);
        let described = Described {
            card,
            number: arrival.number,
            holders: arrival.holders,
            request: &arrival.record.request,
            fingerprint: arrival.fingerprint,
            letters: Letters::Folded,
        };
        for Indexed { family, key, value } in lasting(self.keys, shelfmark, &described) {
            self.put(family, key, value);
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
            self.put(Family::Histories, layout::history(*shelfmark, index), Vec::new());
        }
        Ok(index)
    }

    fn put_card(&mut self, shelfmark: Shelfmark, card: &Card) {
        self.put(Family::Cards, layout::shelfmark(shelfmark), wire::to_vec(card));
    }

    /// Puts a certificate where its card says it belongs: shelf, ending, count and status slot.
    fn stand(&mut self, shelfmark: Shelfmark, card: &Card) -> Result<(), StoreError> {
        for Indexed { family, key, value } in standing(shelfmark, card) {
            self.put(family, key, value);
        }
        self.count(card, |count| count.saturating_add(1))?;
        self.touch_page(card)
    }

    /// Takes a certificate away from where its card had put it.
    fn leave(&mut self, shelfmark: Shelfmark, card: &Card) -> Result<(), StoreError> {
        for Indexed { family, key, .. } in standing(shelfmark, card) {
            self.take(family, key);
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

    fn take_slot(&mut self, agency: &Uscc, slot: &Reserved) -> Result<(), StoreError> {
        let key = crate::slots::next_key(agency);
        let next = self.get(Family::Pages, &key)?.as_deref().map_or(Ok(0), crate::slots::next_of)?;
        let taken = u64::from(slot.slot().ordinal()) + 1;
        self.slots.push(slot.used());
        self.put(Family::Pages, key, next.max(taken).to_be_bytes().to_vec());
        Ok(())
    }

    /// The library as it will be.
    pub(crate) fn view(&self) -> View<'_> {
        let [open, in_flight] = self.under;
        View { db: self.db, layers: [Some(&self.writes), Some(open), Some(in_flight)] }
    }

    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader { view: self.view(), keys: self.keys }
    }

    pub(crate) fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.view().get(family, key)
    }

    /// The edition of the manifest under the present plan, once it was read.
    pub(crate) const fn known_edition(&self) -> &OnceLock<Option<u32>> {
        self.edition
    }

    pub(crate) const fn written(&self) -> &Writes {
        &self.writes
    }

    pub(crate) fn put(&mut self, family: Family, key: Vec<u8>, value: Vec<u8>) {
        self.writes.put(family, key, Some(value));
    }

    pub(crate) const fn keys(&self) -> &Keys {
        self.keys
    }

    pub(crate) fn take(&mut self, family: Family, key: Vec<u8>) {
        self.writes.put(family, key, None);
    }
}

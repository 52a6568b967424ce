//! What a plan reads: the library as it will be, with everything that is planned before it.

use crate::error::StoreError;
use crate::family::Family;
use crate::layout::{self, Key};
use crate::pen::{Pen, Repeat};
use crate::record::{Card, Record, Shelfmark};
use crate::view::Entry;
use kanhe_core::code::{CertificateId, HolderCode, TypeCode, Uscc};
use kanhe_core::event::Event;

impl Pen<'_> {
    /// The shelfmark of an identifier.
    pub fn find(&self, identifier: &CertificateId) -> Result<Option<Shelfmark>, StoreError> {
        self.reader().find(identifier)
    }

    /// The card of a certificate.
    pub fn card(&self, shelfmark: Shelfmark) -> Result<Card, StoreError> {
        self.reader().card(shelfmark)
    }

    /// The record of a certificate.
    pub fn record(&self, shelfmark: Shelfmark) -> Result<Record, StoreError> {
        self.reader().record(shelfmark)
    }

    /// The event at an index of the log.
    pub fn event(&self, index: u64) -> Result<Option<Event>, StoreError> {
        self.reader().event(index)
    }

    /// Everything that happened to a certificate, the oldest first.
    pub fn history(&self, shelfmark: Shelfmark) -> Result<Vec<Event>, StoreError> {
        Ok(self.reader().history(shelfmark)?.into_iter().map(|(_, event)| event).collect())
    }

    /// What was issued for a request before.
    pub fn repeat_of(&self, agency: &Uscc, type_code: &TypeCode, request: &str) -> Result<Option<Repeat>, StoreError> {
        self.reader().repeat_of(agency, type_code, request)
    }

    /// The certificates of one type that a holder has or had.
    pub fn held_by(&self, holder: &HolderCode, type_code: &TypeCode) -> Result<Vec<Shelfmark>, StoreError> {
        let mut found = Vec::new();
        for holder in self.keys().holders(holder) {
            found.extend(self.marked(Family::Holders, Key::new().bytes(&holder).type_code(type_code))?);
        }
        Ok(found)
    }

    /// The certificates of one type that bear or bore a printed number, however it is spelt, but for those that the index knows to be of another
    /// agency: of certificates that an older kanhe has entered it does not know it.
    pub fn numbered(&self, number: &str, type_code: &TypeCode, agency: &Uscc) -> Result<Vec<Shelfmark>, StoreError> {
        let entries = self.all(Family::Numbers, &layout::number(number).type_code(type_code).end())?;
        // What is no agency's code says nothing.
        let agency = agency.as_str().as_bytes();
        let own = entries.iter().filter(|(_, value)| value.len() != agency.len() || value == agency);
        Ok(own.filter_map(|(key, _)| layout::shelfmark_of(key)).collect())
    }

    /// The certificate that an identifier of another scheme stands for, however it is typed.
    pub fn alias(&self, scheme: &str, value: &str) -> Result<Option<Shelfmark>, StoreError> {
        for key in layout::aliases(scheme, value) {
            if let Some(found) = self.get(Family::Aliases, &key)? {
                return Ok(layout::shelfmark_of(&found));
            }
        }
        Ok(None)
    }

    /// The certificates that identifiers of another scheme stand for which begin alike.
    pub fn aliases_from(&self, scheme: &str, beginning: &str) -> Result<Vec<Shelfmark>, StoreError> {
        let entries = self.all(Family::Aliases, &layout::alias(scheme, beginning))?;
        Ok(entries.iter().filter_map(|(_, value)| layout::shelfmark_of(value)).collect())
    }

    /// The certificates that stand under a beginning of a key.
    fn marked(&self, family: Family, prefix: Key) -> Result<Vec<Shelfmark>, StoreError> {
        Ok(self.all(family, &prefix.end())?.iter().filter_map(|(key, _)| layout::shelfmark_of(key)).collect())
    }

    /// All entries whose key begins with `prefix`.
    pub(crate) fn all(&self, family: Family, prefix: &[u8]) -> Result<Vec<Entry>, StoreError> {
        self.view().all(family, prefix)
    }
}

//! Whoever reads certificates, events and applications: of the library as it stands on the disk, or as a plan will have it.

use crate::error::StoreError;
use crate::family::Family;
use crate::layout;
use crate::pen::Repeat;
use crate::project::Project;
use crate::record::{Card, Record, Shelfmark, read};
use crate::secret::Keys;
use crate::view::View;
use kanhe_core::code::{CertificateId, ProjectCode, TypeCode, Uscc};
use kanhe_core::event::Event;

/// What is seen, and the keys that open it.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) view: View<'a>,
    pub(crate) keys: &'a Keys,
}

impl Reader<'_> {
    pub(crate) fn find(self, identifier: &CertificateId) -> Result<Option<Shelfmark>, StoreError> {
        let found = self.view.get(Family::Identifiers, &layout::identifier(identifier))?;
        Ok(found.as_deref().and_then(layout::shelfmark_of))
    }

    pub(crate) fn card(self, shelfmark: Shelfmark) -> Result<Card, StoreError> {
        let found = self.view.get(Family::Cards, &layout::shelfmark(shelfmark))?;
        read(Family::Cards, &found.ok_or(StoreError::Malformed { family: Family::Cards.name() })?)
    }

    pub(crate) fn record(self, shelfmark: Shelfmark) -> Result<Record, StoreError> {
        let opened = self.opened(Family::Certificates, &layout::shelfmark(shelfmark))?;
        read(Family::Certificates, &opened.ok_or(StoreError::Malformed { family: Family::Certificates.name() })?)
    }

    pub(crate) fn event(self, index: u64) -> Result<Option<Event>, StoreError> {
        let Some(opened) = self.opened(Family::Events, &index.to_be_bytes())? else { return Ok(None) };
        Event::decode(&opened).map(Some).map_err(|_| StoreError::Malformed { family: Family::Events.name() })
    }

    /// Everything that happened to a certificate, with its index in the log, the oldest first.
    pub(crate) fn history(self, shelfmark: Shelfmark) -> Result<Vec<(u64, Event)>, StoreError> {
        let entries = self.view.all(Family::Histories, &layout::shelfmark(shelfmark))?;
        let indexes = entries.iter().filter_map(|(key, _)| key.last_chunk().map(|index| u64::from_be_bytes(*index)));
        self.events(Family::Histories, indexes)
    }

    pub(crate) fn repeat_of(self, agency: &Uscc, type_code: &TypeCode, request: &str) -> Result<Option<Repeat>, StoreError> {
        self.view.get(Family::Requests, &layout::request(agency, type_code, request))?.as_deref().map(Repeat::decode).transpose()
    }

    pub(crate) fn project(self, code: &ProjectCode) -> Result<Option<Project>, StoreError> {
        let Some(opened) = self.opened(Family::Projects, &Project::key(code))? else { return Ok(None) };
        read(Family::Projects, &opened).map(Some)
    }

    /// What happened to an application, with its index in the log, the oldest first.
    pub(crate) fn history_of(self, project: &Project) -> Result<Vec<(u64, Event)>, StoreError> {
        self.events(Family::Projects, project.events.iter().copied())
    }

    /// Events of which a family tells, each with its index. None that is lost is left out: whoever did it would be a stranger to the
    /// application, and could decide it.
    fn events(self, family: Family, indexes: impl Iterator<Item = u64>) -> Result<Vec<(u64, Event)>, StoreError> {
        let lost = || StoreError::Malformed { family: family.name() };
        indexes.map(|index| Ok((index, self.event(index)?.ok_or_else(lost)?))).collect()
    }

    /// What stands sealed at a place.
    fn opened(self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.view.get(family, key)?.map(|sealed| self.keys.open(family, key, &sealed)).transpose()
    }
}

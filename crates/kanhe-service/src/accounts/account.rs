//! An account, found again by what the log calls it: for work that goes on after its caller has left.

use super::api_key::ApiKey;
use super::caller::Caller;
use super::officer::{Officer, OfficerId};
use super::refusal::CredentialError;
use jiff::Timestamp;
use kanhe_core::code::Uscc;
use kanhe_store::{Library, Pen, StoreError};

/// An account, by what the log calls it.
pub struct Account {
    actor: String,
    place: Place,
}

/// Where an account lies.
enum Place {
    Officer(OfficerId),
    System(String),
}

impl Account {
    /// Takes what the log calls it: a login, or `key:` and the id of a system's key.
    pub fn new(library: &Library, actor: &str) -> Self {
        let place = match actor.strip_prefix("key:") {
            Some(id) => Place::System(id.to_owned()),
            None => Place::Officer(OfficerId::of(library, actor)),
        };
        Self { actor: actor.to_owned(), place }
    }

    /// The caller that it would be now, as a commit finds it; none, where it is closed, revoked or has run out.
    pub fn caller(&self, pen: &Pen<'_>, now: Timestamp) -> Result<Option<Caller>, StoreError> {
        let mandate = match &self.place {
            Place::Officer(id) => Officer::in_commit(pen, *id)?.filter(|officer| officer.active).map(|officer| officer.mandate),
            Place::System(id) => ApiKey::in_commit(pen, id)?.filter(|key| key.is_open(now)).map(|key| key.mandate),
        };
        Ok(mandate.map(|mandate| mandate.caller(self.actor.clone())))
    }

    /// The same, as long as it belongs to an agency.
    pub fn caller_of(&self, agency: &Uscc, pen: &Pen<'_>, now: Timestamp) -> Result<Option<Caller>, StoreError> {
        Ok(self.caller(pen, now)?.filter(|caller| caller.agency == *agency))
    }

    /// What somebody is told whose account was closed while he asked.
    pub const fn closed(&self) -> CredentialError {
        match self.place {
            Place::Officer(_) => CredentialError::SessionOver,
            Place::System(_) => CredentialError::KeyRevoked,
        }
    }
}

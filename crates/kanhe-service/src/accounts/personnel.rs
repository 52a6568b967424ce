//! What an administrator does with the officers of its agency.

use super::caller::Caller;
use super::mandate::Mandate;
use super::officer::{Login, OF_AGENCY, OFFICERS, ONE_TIME_DAYS, Officer, OfficerId};
use super::refusal::AccountError;
use super::uses::{Use, UseAct, commit_use, note_use};
use super::{password, tries};
use crate::house::Edge;
use crate::identity::Subject;
use jiff::{SignedDuration, Timestamp};
use kanhe_core::code::Uscc;
use kanhe_store::find::Cursor;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use zeroize::Zeroizing;

/// The officers of the agency of who asks; whoever asks is asked for its right before.
pub struct Personnel<'a> {
    library: &'a Library,
    edge: &'a Edge,
    by: &'a Caller,
}

/// An officer, and the password that it gets once.
pub struct Appointed {
    /// By which paths name it.
    pub id: OfficerId,
    /// To be handed over by a safe way; good for a week, and for one thing: choosing another.
    pub password: Zeroizing<String>,
    /// Until when it is good.
    pub until: Timestamp,
}

/// A page of officers.
pub struct Roster {
    /// In the order of their ids.
    pub officers: Vec<(OfficerId, Officer)>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

/// Whether an officer may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It may.
    Active,
    /// It may not, and what it has done stays.
    Inactive,
}

impl<'a> Personnel<'a> {
    /// The officers of the agency of `by`.
    pub const fn new(library: &'a Library, edge: &'a Edge, by: &'a Caller) -> Self {
        Self { library, edge, by }
    }

    /// Adds an officer, with a one-time password. The mandate's agency is that of who asks; `beside` writes what else belongs into the commit.
    pub fn add(
        &self,
        login: &Login,
        mandate: &Mandate,
        beside: impl FnOnce(&mut Pen<'_>, OfficerId) -> Result<(), StoreError>,
    ) -> Result<Appointed, AccountError> {
        mandate.may_be_managed_by(self.by)?;
        let id = OfficerId::of(self.library, login.as_str());
        let (appointed, hashed) = self.one_time(id);
        self.library.commit(|pen| {
            if Officer::in_commit(pen, id)?.is_some() {
                return Err(AccountError::LoginTaken);
            }
            let officer = Officer {
                login: login.as_str().to_owned(),
                mandate: mandate.clone(),
                password: hashed,
                one_time_until: Some(appointed.until),
                second_factor: None,
                active: true,
                edition: 0,
                added: (self.edge.now)(),
                subject: None,
            };
            // Whoever tried this login before it was somebody's has not locked its owner out.
            tries::forget(pen, id);
            officer.put(pen, id)?;
            self.note(pen, &officer, UseAct::OfficerAdded)?;
            Ok(beside(pen, id)?)
        })?;
        Ok(appointed)
    }

    /// Gives an officer another name, other roles or types.
    pub fn change(&self, id: OfficerId, mandate: &Mandate) -> Result<Officer, AccountError> {
        mandate.may_be_managed_by(self.by)?;
        self.amend(id, UseAct::OfficerChanged, |_, officer| officer.mandate = mandate.clone())
    }

    /// Lets an officer sign in, or ends its sessions and does not.
    pub fn turn(&self, id: OfficerId, activity: Activity) -> Result<Officer, AccountError> {
        let act = match activity {
            Activity::Active => UseAct::OfficerReactivated,
            Activity::Inactive => UseAct::OfficerDeactivated,
        };
        self.amend(id, act, |_, officer| {
            officer.active = activity == Activity::Active;
            officer.edition += 1;
        })
    }

    /// Gives an officer a one-time password in the place of its password and second factor, ends its sessions, and hears it again.
    pub fn reset(&self, id: OfficerId) -> Result<Appointed, AccountError> {
        let (appointed, hashed) = self.one_time(id);
        self.amend(id, UseAct::OfficerReset, |pen, officer| {
            officer.password = hashed;
            officer.one_time_until = Some(appointed.until);
            officer.second_factor = None;
            officer.edition += 1;
            tries::forget(pen, id);
        })?;
        Ok(appointed)
    }

    /// Lets an officer sign in as somebody whom the identity service names. It was somebody else before: its sessions end.
    pub fn link(&self, id: OfficerId, subject: &Subject) -> Result<Officer, AccountError> {
        let place = Officer::place_of(self.library, subject);
        self.amend_or(id, UseAct::IdentityLinked, |pen, officer| {
            if pen.office(Drawer::Officers, &place)?.is_some_and(|linked| linked != id.bytes()) {
                return Err(AccountError::SubjectTaken);
            }
            if officer.subject.as_ref().is_some_and(|before| before != subject) {
                self.unlinked(pen, officer);
            }
            officer.subject = Some(subject.clone());
            Ok(pen.put_office(Drawer::Officers, &place, id.bytes())?)
        })
    }

    /// Lets an officer sign in by the identity service no more, and ends its sessions.
    pub fn unlink(&self, id: OfficerId) -> Result<Officer, AccountError> {
        self.amend(id, UseAct::IdentityUnlinked, |pen, officer| self.unlinked(pen, officer))
    }

    fn unlinked(&self, pen: &mut Pen<'_>, officer: &mut Officer) {
        if let Some(before) = officer.subject.take() {
            pen.take_office(Drawer::Officers, &Officer::place_of(self.library, &before));
            officer.edition += 1;
        }
    }

    /// One officer.
    pub fn one(&self, id: OfficerId) -> Result<Officer, AccountError> {
        let found = Officer::find(self.library, id)?.filter(|officer| self.is_ours(officer));
        found.ok_or(AccountError::OfficerUnknown)
    }

    /// A page of officers.
    pub fn list(&self, after: Option<&Cursor>, most: usize) -> Result<Roster, StoreError> {
        officers(self.library, Some(&self.by.agency), after, most)
    }

    fn amend(&self, id: OfficerId, act: UseAct, change: impl FnOnce(&mut Pen<'_>, &mut Officer)) -> Result<Officer, AccountError> {
        self.amend_or(id, act, |pen, officer| {
            change(pen, officer);
            Ok(())
        })
    }

    fn amend_or(
        &self,
        id: OfficerId,
        act: UseAct,
        change: impl FnOnce(&mut Pen<'_>, &mut Officer) -> Result<(), AccountError>,
    ) -> Result<Officer, AccountError> {
        commit_use(self.library, act, |pen| {
            let found = Officer::in_commit(pen, id)?.filter(|officer| self.is_ours(officer));
            let mut officer = found.ok_or(AccountError::OfficerUnknown)?;
            if officer.login == self.by.actor {
                return Err(AccountError::Oneself);
            }
            officer.mandate.may_be_managed_by(self.by)?;
            change(pen, &mut officer)?;
            officer.put(pen, id)?;
            self.note(pen, &officer, act)?;
            Ok(officer)
        })
    }

    fn is_ours(&self, officer: &Officer) -> bool {
        *officer.mandate.agency() == self.by.agency
    }

    fn one_time(&self, id: OfficerId) -> (Appointed, String) {
        let password = password::one_time(&self.edge.drawn());
        let hashed = password::hash(&password, &self.edge.drawn());
        let term = SignedDuration::from_hours(24 * ONE_TIME_DAYS);
        let until = (self.edge.now)().checked_add(term).unwrap_or(Timestamp::MAX);
        (Appointed { id, password, until }, hashed)
    }

    fn note(&self, pen: &mut Pen<'_>, officer: &Officer, act: UseAct) -> Result<(), StoreError> {
        let (agency, actor) = (self.by.agency, self.by.actor.clone());
        let entry = Use { at: (self.edge.now)(), agency, actor, act, subject: officer.login.clone(), until: None };
        note_use(pen, &entry, self.edge.drawn())
    }
}

/// The officers of an agency, or of all.
pub fn officers(library: &Library, agency: Option<&Uscc>, after: Option<&Cursor>, most: usize) -> Result<Roster, StoreError> {
    let prefix = agency.map_or(vec![OFFICERS], |agency| [&[OF_AGENCY], agency.as_str().as_bytes()].concat());
    let page = library.office_page(Drawer::Officers, &prefix, after, most)?;
    let mut officers = Vec::with_capacity(page.papers.len());
    for id in page.papers.iter().filter_map(|(key, _)| OfficerId::of_key(key)) {
        officers.extend(Officer::find(library, id)?.map(|officer| (id, officer)));
    }
    Ok(Roster { officers, next: page.next })
}

//! Signing in, and what officers change of their own accounts.

use super::officer::{Officer, OfficerId};
use super::refusal::{AccountError, SignInError};
use super::secret::Secret;
use super::session::{self, Opening, SignedIn, Token, Way};
use super::tries::Try;
use super::uses::{Use, UseAct, note_use};
use super::{password, second_factor, tries};
use crate::house::Edge;
use crate::identity::Named;
use jiff::Timestamp;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::bytes::ByteArray;

/// What somebody shows who wants to sign in.
#[derive(Clone, Copy)]
pub struct Claim<'a> {
    /// The login.
    pub login: &'a str,
    /// The password.
    pub password: &'a str,
    /// The code of the second factor.
    pub code: Option<&'a str>,
}

/// Signs an officer in. Takes as long for a login that nobody has; wants a thread on which it may compute for some twenty milliseconds.
pub fn sign_in(library: &Library, edge: &Edge, claim: Claim<'_>) -> Result<Token, SignInError> {
    let (id, now) = (OfficerId::of(library, claim.login), (edge.now)());
    let counted = tries::count(library, id, now)?;
    let believed = believe(library, edge, id, claim, now);
    told_if_locked(library, edge, id, &counted, believed)
}

fn believe(library: &Library, edge: &Edge, id: OfficerId, claim: Claim<'_>, now: Timestamp) -> Result<Token, SignInError> {
    let officer = knows(Officer::find(library, id)?, claim.password).ok_or(SignInError::Refused)?;
    if officer.one_time_until.is_some_and(|until| now > until) {
        return Err(SignInError::OneTimeExpired);
    }
    let opening =
        Opening { secret: Secret::new(edge.drawn()), over: session::to_sweep(library, id, now)?, way: Way::Password, there: None };
    library.commit_even_astray(|pen| {
        // What was believed is believed of the officer as it was: an account that has changed meanwhile is asked again.
        let mut found = Officer::in_commit(pen, id)?.filter(|found| found.edition == officer.edition && found.active);
        let officer = found.as_mut().ok_or(SignInError::Refused)?;
        if officer.has_second_factor() {
            let code = claim.code.ok_or(SignInError::CodeWanted)?;
            take_code(officer, code, now).ok_or(SignInError::CodeWrong)?;
            officer.put(pen, id)?;
        }
        tries::forget(pen, id);
        note(pen, edge, officer, UseAct::SignedIn)?;
        Ok(session::begin(pen, id, officer.edition, opening, now)?)
    })
}

/// Signs in the officer whom the identity service names. Who proves there who he is, by however many factors, proves nothing here.
pub fn sign_in_by_identity(library: &Library, edge: &Edge, named: &Named) -> Result<Token, SignInError> {
    let Named { subject, there } = named;
    let (place, now) = (Officer::place_of(library, subject), (edge.now)());
    let id = library.office(Drawer::Officers, &place)?.and_then(|id| OfficerId::of_key(&id)).ok_or(SignInError::Unlinked)?;
    let opening =
        Opening { secret: Secret::new(edge.drawn()), over: session::to_sweep(library, id, now)?, way: Way::Identity, there: Some(*there) };
    library.commit_even_astray(|pen| {
        let found = Officer::in_commit(pen, id)?.filter(|officer| officer.active && officer.subject.as_ref() == Some(subject));
        let officer = found.ok_or(SignInError::Unlinked)?;
        note(pen, edge, &officer, UseAct::SignedInByIdentity)?;
        Ok(session::begin(pen, id, officer.edition, opening, now)?)
    })
}

/// The officer, if it may sign in and the password is its own; as slow if not.
fn knows(officer: Option<Officer>, password: &str) -> Option<Officer> {
    let Some(officer) = officer else {
        password::decoy(password);
        return None;
    };
    (password::is(password, &officer.password) && officer.active).then_some(officer)
}

/// Takes a code, once.
fn take_code(officer: &mut Officer, code: &str, now: Timestamp) -> Option<()> {
    let factor = officer.second_factor.as_mut()?;
    let step = second_factor::step_of(&factor.secret, code, now.as_second()).filter(|step| *step > factor.last)?;
    factor.last = step;
    Some(())
}

/// Puts a password of the officer's own choice in the place of the present one. Every other session of its ends.
pub fn change_password(library: &Library, edge: &Edge, session: &SignedIn, old: &str, new: &str) -> Result<(), AccountError> {
    password::check(new, &session.officer.login)?;
    if old == new {
        return Err(password::WeakPassword::Same.into());
    }
    let counted = tries::count(library, session.id, (edge.now)())?;
    let changed = replace_password(library, edge, session, old, new);
    told_if_locked(library, edge, session.id, &counted, changed)
}

fn replace_password(library: &Library, edge: &Edge, session: &SignedIn, old: &str, new: &str) -> Result<(), AccountError> {
    if !password::is(old, &session.officer.password) {
        return Err(AccountError::PasswordWrong);
    }
    let hashed = password::hash(new, &edge.drawn());
    amend(library, session, |pen, officer| {
        officer.password.clone_from(&hashed);
        officer.one_time_until = None;
        officer.edition += 1;
        tries::forget(pen, session.id);
        session::keep(pen, session, officer.edition)?;
        note(pen, edge, officer, UseAct::PasswordChanged)?;
        Ok(())
    })
}

/// Draws the secret of a second factor. It does not count before it is confirmed with a code.
pub fn begin_second_factor(library: &Library, edge: &Edge, session: &SignedIn) -> Result<[u8; second_factor::SECRET_BYTES], AccountError> {
    let secret = edge.drawn();
    amend(library, session, |_, officer| {
        if officer.has_second_factor() {
            return Err(AccountError::SecondFactorStands);
        }
        officer.second_factor = Some(super::officer::SecondFactor { secret: ByteArray::from(secret), confirmed: false, last: 0 });
        Ok(())
    })?;
    Ok(secret)
}

/// Confirms a second factor: from now on nobody signs in to the account without a code.
pub fn confirm_second_factor(library: &Library, edge: &Edge, session: &SignedIn, code: &str) -> Result<(), AccountError> {
    let now = (edge.now)();
    amend(library, session, |pen, officer| {
        if officer.second_factor.as_ref().is_none_or(|factor| factor.confirmed) {
            return Err(AccountError::NoSecondFactor);
        }
        take_code(officer, code, now).ok_or(AccountError::CodeWrong)?;
        if let Some(factor) = &mut officer.second_factor {
            factor.confirmed = true;
        }
        note(pen, edge, officer, UseAct::SecondFactorSet)?;
        Ok(())
    })
}

/// Changes the account of who is signed in, as long as it is the one that signed in.
fn amend(
    library: &Library,
    session: &SignedIn,
    change: impl FnOnce(&mut Pen<'_>, &mut Officer) -> Result<(), AccountError>,
) -> Result<(), AccountError> {
    library.commit_even_astray(|pen| {
        let found = Officer::in_commit(pen, session.id)?.filter(|found| found.edition == session.officer.edition && found.active);
        let mut officer = found.ok_or(AccountError::OfficerUnknown)?;
        change(pen, &mut officer)?;
        Ok(officer.put(pen, session.id)?)
    })
}

/// What came of a try. Where it was wrong, whatever was wrong of it, and begins a pause, that is written down: in a commit of its own, for
/// one that is refused writes nothing.
fn told_if_locked<T, E: From<StoreError>>(
    library: &Library,
    edge: &Edge,
    id: OfficerId,
    counted: &Try,
    came: Result<T, E>,
) -> Result<T, E> {
    if came.is_err()
        && counted.begins_pause()
        && let Some(officer) = Officer::find(library, id)?
    {
        library.commit_even_astray(|pen| note(pen, edge, &officer, UseAct::Locked))?;
    }
    came
}

fn note(pen: &mut Pen<'_>, edge: &Edge, officer: &Officer, act: UseAct) -> Result<(), StoreError> {
    let (agency, actor) = (*officer.mandate.agency(), officer.login.clone());
    let entry = Use { at: (edge.now)(), agency, subject: actor.clone(), actor, act, until: None };
    note_use(pen, &entry, edge.drawn())
}

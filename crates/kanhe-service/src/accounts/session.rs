//! Sessions: officers who are at work now.
//!
//! A session lies under the officer's id and the hash of its secret. The cookie has the id and the secret. What changes the account
//! raises its edition, and every session of an older edition is over.

use super::caller::Caller;
use super::officer::{Officer, OfficerId};
use super::paper::{read, written};
use super::refusal::CredentialError;
use super::secret::Secret;
use crate::identity::{Logout, SessionThere};
use jiff::{SignedDuration, Timestamp};
use kanhe_store::find::LONGEST_PAGE;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

/// A session is over when nothing was asked for so long.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);

/// A session is over after so long, whatever was asked.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(12);

/// An officer has at most so many sessions; the one that slept longest makes room.
const MOST_SESSIONS: usize = 8;

/// That a session is used is written down at most so often.
const TOUCHED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What is kept of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Session {
    #[n(0)]
    edition: u64,
    #[n(1)]
    #[cbor(with = "kanhe_core::wire::moment")]
    begun: Timestamp,
    #[n(2)]
    #[cbor(with = "kanhe_core::wire::moment")]
    seen: Timestamp,
    #[n(3)]
    way: Option<Way>,
    /// The session at the identity service, where the officer came in by that.
    #[n(4)]
    there: Option<SessionThere>,
}

/// How an officer came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Way {
    /// By a password, and a second factor where it has one.
    #[n(0)]
    Password,
    /// By the identity service.
    #[n(1)]
    Identity,
}

impl Session {
    fn over(&self, now: Timestamp) -> bool {
        now.duration_since(self.seen) > IDLE || now.duration_since(self.begun) > LONGEST
    }
}

/// What an officer's browser has.
pub struct Token {
    officer: OfficerId,
    secret: Secret,
}

impl Token {
    /// Reads the value of a cookie.
    pub fn parse(text: &str) -> Option<Self> {
        let (officer, secret) = text.split_once('.')?;
        Some(Self { officer: OfficerId::parse(officer)?, secret: Secret::parse(secret)? })
    }

    /// The value of the cookie.
    pub fn text(&self) -> String {
        format!("{}.{}", self.officer, self.secret.text())
    }

    /// The word that our own pages send with what changes something.
    pub fn csrf(&self) -> String {
        self.secret.derive("kanhe csrf v1")
    }

    /// Whether this is that word. Hashes are compared: how long that takes tells nothing of the word.
    pub fn has_csrf(&self, sent: &[u8]) -> bool {
        Sha256::digest(sent) == Sha256::digest(self.csrf())
    }

    fn key(&self) -> Vec<u8> {
        [self.officer.bytes().as_slice(), &self.secret.hash()].concat()
    }
}

/// An officer who has proved who it is.
#[derive(Clone)]
pub struct SignedIn {
    /// Its id.
    pub id: OfficerId,
    /// The officer.
    pub officer: Officer,
    /// When the session ends, whatever is asked.
    pub until: Timestamp,
    /// How it came in.
    pub way: Way,
    pub(super) key: Vec<u8>,
}

impl SignedIn {
    /// The caller that it is.
    pub fn caller(&self) -> Caller {
        self.officer.mandate.caller(self.officer.login.clone())
    }

    /// The caller that it is now, as long as the session goes on; asking does not keep it awake.
    pub fn again(&self, library: &Library, now: Timestamp) -> Result<Option<Caller>, StoreError> {
        let found = going_on(library, &self.key, self.id, now)?;
        Ok(found.map(|(_, officer)| Self { officer, ..self.clone() }.caller()))
    }

    /// Whether it may do nothing but choose a password of its own: that it came in with one that an administrator knows.
    pub fn must_change(&self) -> bool {
        self.by_password() && self.officer.must_change()
    }

    /// Whether it came in by a password of ours: how an identity service knows somebody is for that service to say.
    pub fn by_password(&self) -> bool {
        self.way == Way::Password
    }
}

/// Finds the session of a token, and writes down, now and then, that it is used.
pub fn recognise(library: &Library, token: &Token, now: Timestamp) -> Result<SignedIn, CredentialError> {
    let key = token.key();
    let (session, officer) = going_on(library, &key, token.officer, now)?.ok_or(CredentialError::SessionOver)?;
    if now.duration_since(session.seen) >= TOUCHED_EVERY {
        library.commit_even_astray(|pen| match pen.office(Drawer::Sessions, &key)? {
            Some(_) => pen.put_office(Drawer::Sessions, &key, &written(&Session { seen: now, ..session })),
            // It was ended a moment ago, and stays so.
            None => Ok(()),
        })?;
    }
    let until = session.begun.checked_add(LONGEST).unwrap_or(Timestamp::MAX);
    Ok(SignedIn { id: token.officer, officer, until, way: session.way.unwrap_or(Way::Password), key })
}

/// A session and its officer, if it goes on.
fn going_on(library: &Library, key: &[u8], id: OfficerId, now: Timestamp) -> Result<Option<(Session, Officer)>, StoreError> {
    let session = library.office(Drawer::Sessions, key)?.map(|paper| read::<Session>(&paper)).transpose()?;
    let both = session.zip(Officer::find(library, id)?);
    Ok(both.filter(|(session, officer)| !session.over(now) && session.edition == officer.edition && officer.active))
}

/// Begins a session in a commit.
pub(super) fn begin(pen: &mut Pen<'_>, id: OfficerId, edition: u64, opening: Opening, now: Timestamp) -> Result<Token, StoreError> {
    let token = Token { officer: id, secret: opening.secret };
    for key in &opening.over {
        pen.take_office(Drawer::Sessions, key);
    }
    let session = Session { edition, begun: now, seen: now, way: Some(opening.way), there: opening.there };
    pen.put_office(Drawer::Sessions, &token.key(), &written(&session))?;
    Ok(token)
}

/// What a session begins with.
pub(super) struct Opening {
    /// What its cookie has.
    pub secret: Secret,
    /// The sessions that it takes the place of.
    pub over: Vec<Vec<u8>>,
    /// How the officer came in.
    pub way: Way,
    /// The session at the identity service, where it came in by that.
    pub there: Option<SessionThere>,
}

/// Lets a session live on after its officer's account has changed, in a commit.
pub(super) fn keep(pen: &mut Pen<'_>, session: &SignedIn, edition: u64) -> Result<(), StoreError> {
    let Some(paper) = pen.office(Drawer::Sessions, &session.key)? else { return Ok(()) };
    let before: Session = read(&paper)?;
    pen.put_office(Drawer::Sessions, &session.key, &written(&Session { edition, ..before }))
}

/// Ends a session.
pub fn end(library: &Library, session: &SignedIn) -> Result<(), StoreError> {
    library.commit_even_astray(|pen| {
        pen.take_office(Drawer::Sessions, &session.key);
        Ok(())
    })
}

/// Two clocks differ by no more seconds: a session that began later than this behind a logout token is not the one that it ends.
const LATEST: i64 = 60;

/// Ends the sessions that the identity service says are over there. One that began after it said so is another.
pub fn end_as_told(library: &Library, logout: &Logout) -> Result<(), StoreError> {
    let is_over = |session: &Session| {
        let before = session.begun.as_second() <= logout.issued.saturating_add(LATEST);
        before && session.there.is_some_and(|there| there.is_over_by(&logout.ended))
    };
    let (mut over, mut after) = (Vec::new(), None);
    loop {
        let page = library.office_page(Drawer::Sessions, &[], after.as_ref(), LONGEST_PAGE)?;
        for (key, paper) in page.papers {
            if is_over(&read(&paper)?) {
                over.push(key);
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if over.is_empty() {
        return Ok(());
    }
    library.commit_even_astray(|pen| {
        over.iter().for_each(|key| pen.take_office(Drawer::Sessions, key));
        Ok(())
    })
}

/// An officer's sessions that are over, and as many of the others as make room for one more.
pub(super) fn to_sweep(library: &Library, id: OfficerId, now: Timestamp) -> Result<Vec<Vec<u8>>, StoreError> {
    let page = library.office_page(Drawer::Sessions, id.bytes(), None, 100)?;
    let mut rows = Vec::with_capacity(page.papers.len());
    for (key, paper) in page.papers {
        rows.push((key, read::<Session>(&paper)?));
    }
    rows.sort_by_key(|(_, session)| (session.over(now), std::cmp::Reverse(session.seen)));
    let sweep = rows.into_iter().enumerate().filter(|(place, (_, session))| session.over(now) || place + 1 >= MOST_SESSIONS);
    Ok(sweep.map(|(_, (key, _))| key).collect())
}

//! Requests that come again, because an answer was lost: the same key and the same words get the same answer, and nothing is done twice.
//!
//! An issue is known by its request id, which the library keeps for ever, and the header stands in for it. A change of state has no such
//! id: what was answered is kept in the drawer `Answers`, in the commit of the change itself, so that there is no moment at which the change
//! is on the disk and the answer is not. It is kept for a day.

use super::problem::Problem;
use crate::accounts::Caller;
use crate::house::House;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use kanhe_store::{Drawer, Pen, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The header by which a caller names a request.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A key has at most so many printable ASCII characters, as a request id has.
const LONGEST_KEY: usize = 64;

/// An answer is kept so long.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// So many old answers are thrown away with each new one: more than come, so that none are left.
const THROWN_AWAY: usize = 8;

/// A request that says by which key it may come again.
pub struct Repeat {
    key: String,
    /// Who asked and by which key, as nobody can read it.
    place: [u8; 32],
    /// What was asked.
    asked: [u8; 32],
}

/// What was answered.
#[derive(Serialize, Deserialize)]
struct Kept {
    asked: [u8; 32],
    second: i64,
    body: String,
}

/// What is answered to an act: kept in the commit of the act, and then given.
pub struct Answer<'r> {
    repeat: Option<&'r Repeat>,
    now: Timestamp,
    body: String,
}

impl<'r> Answer<'r> {
    /// No answer yet, to a request that may have a key.
    pub const fn new(repeat: Option<&'r Repeat>, now: Timestamp) -> Self {
        Self { repeat, now, body: String::new() }
    }

    /// Answers with this, and keeps it in the commit of what it answers.
    pub fn keep(&mut self, pen: &mut Pen<'_>, shown: &impl Serialize) -> Result<(), StoreError> {
        self.body = serde_json::to_string(shown).unwrap_or_default();
        Repeat::keep_if(self.repeat, pen, self.now, &self.body)
    }

    /// The answer as it is sent.
    pub fn into_body(self) -> String {
        self.body
    }
}

/// An answer, given now or before.
pub struct Once {
    body: String,
    replayed: bool,
}

impl Repeat {
    /// Takes the header's value, and what was asked.
    pub fn new(key: &HeaderValue, caller: &Caller, path: &str, body: &[u8]) -> Result<Self, Problem> {
        let malformed = || {
            let detail = format!("an Idempotency-Key has 1 to {LONGEST_KEY} printable ASCII characters without spaces");
            Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_malformed", detail)
        };
        let key = key.to_str().map_err(|_| malformed())?;
        if !(1..=LONGEST_KEY).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(malformed());
        }
        let place = [caller.agency.as_str(), &caller.actor, key].join("\n");
        let asked = Sha256::new().chain_update(path).chain_update([0]).chain_update(body).finalize().into();
        Ok(Self { key: key.to_owned(), place: Sha256::digest(place).into(), asked })
    }

    /// The key, which stands in for a request id.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Keeps an answer in the commit of what it answers.
    fn keep(&self, pen: &mut Pen<'_>, now: Timestamp, body: &str) -> Result<(), StoreError> {
        let kept = Kept { asked: self.asked, second: now.as_second(), body: body.to_owned() };
        pen.put_office(Drawer::Answers, &self.at(day(now)), &serde_json::to_vec(&kept).unwrap_or_default())
    }

    /// The same for a request that may have no key.
    pub fn keep_if(repeat: Option<&Self>, pen: &mut Pen<'_>, now: Timestamp, body: &str) -> Result<(), StoreError> {
        repeat.map_or(Ok(()), |repeat| repeat.keep(pen, now, body))
    }

    /// What was answered before to the same words.
    fn answered(&self, house: &House) -> Result<Option<Once>, Problem> {
        let now = house.now();
        for day in [day(now), day(now) - 1] {
            let Some(paper) = house.library.office(Drawer::Answers, &self.at(day))? else { continue };
            let kept: Kept = serde_json::from_slice(&paper).map_err(|_| Problem::failed())?;
            if now.as_second() - kept.second > KEPT.as_secs() {
                continue;
            }
            if kept.asked != self.asked {
                let detail = "the Idempotency-Key was used for another request within a day";
                return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail));
            }
            return Ok(Some(Once { body: kept.body, replayed: true }));
        }
        Ok(None)
    }

    /// Answers stand by day, so that the old ones stand together.
    fn at(&self, day: i64) -> Vec<u8> {
        [&day.to_be_bytes()[..], &self.place].concat()
    }
}

fn day(now: Timestamp) -> i64 {
    now.as_second().div_euclid(86_400)
}

/// Does an act once for each key: `act` keeps its answer with [`Repeat::keep_if`], and gives it.
pub fn once(house: &House, repeat: Option<&Repeat>, act: impl FnOnce() -> Result<String, Problem>) -> Result<Once, Problem> {
    let Some(repeat) = repeat else { return act().map(|body| Once { body, replayed: false }) };
    // Twins that come at the same moment come one after the other: the second finds the answer of the first.
    let _turn = house.turns.of(&repeat.place);
    if let Some(before) = repeat.answered(house)? {
        return Ok(before);
    }
    throw_old_away(house)?;
    act().map(|body| Once { body, replayed: false })
}

fn throw_old_away(house: &House) -> Result<(), Problem> {
    let yesterday = day(house.now()) - 1;
    let found = house.library.office_page(Drawer::Answers, &[], None, THROWN_AWAY)?;
    let is_old = |key: &[u8]| key.first_chunk().is_some_and(|day| i64::from_be_bytes(*day) < yesterday);
    let old: Vec<_> = found.papers.into_iter().map(|(key, _)| key).filter(|key| is_old(key)).collect();
    if old.is_empty() {
        return Ok(());
    }
    Ok(house.library.commit(|pen| {
        old.iter().for_each(|key| pen.take_office(Drawer::Answers, key));
        Ok::<_, StoreError>(())
    })?)
}

impl Once {
    /// What is answered.
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl axum::response::IntoResponse for Once {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.replayed {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

//! Requests that come again, because an answer was lost: the same key and the same words get the same answer, and nothing is done twice.
//!
//! An issue is known by its request id, which the library keeps for ever, and the header stands in for it; it is bound to the request for a
//! day, also where that has an id of its own. A change of state has no such id: what was answered is kept in the drawer `Answers`, in the
//! commit of the change itself, so that there is no moment at which the change is on the disk and the answer is not. It is kept for a day. Of
//! an answer with a secret, which is shown once, only what was made is kept.
//!
//! A route that takes the header says so in the interface's description. Of those that do not, questions and acts that done twice are done once
//! pass it by, and every other refuses it: nobody believes that his request is done once where it would be done twice.

use super::problem::Problem;
use crate::accounts::Caller;
use crate::house::House;
use crate::json::{bytes_of, text_of};
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use kanhe_issuer::recorded;
use kanhe_store::{Drawer, Pen, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi, RefOr};

/// The header by which a caller names a request.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A key has at most so many printable ASCII characters, as a request id has.
const LONGEST_KEY: usize = 64;

/// An answer is kept so long.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Seconds by which answers stand together.
const A_DAY: i64 = 86_400;

/// So many old answers are thrown away with each new one: more than come, so that none are left.
const THROWN_AWAY: usize = 8;

/// A request that says by which key it may come again.
#[derive(Clone)]
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
    /// What was answered, word for word; or, if that was shown once, what was made.
    body: String,
    #[serde(default)]
    shown_once: bool,
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
        self.body = text_of(shown);
        Repeat::keep_if(self.repeat, pen, self.now, &self.body)
    }

    /// Keeps what was made in the commit in which it is made: who asks again is told that, and not the secret, which is shown once.
    pub fn keep_made(&mut self, pen: &mut Pen<'_>, made: &str) -> Result<(), StoreError> {
        let Some(repeat) = self.repeat else { return Ok(()) };
        repeat.put(pen, &Kept { asked: repeat.asked, second: self.now.as_second(), body: made.to_owned(), shown_once: true })
    }

    /// Answers with this, of which nothing more is kept.
    pub fn show(&mut self, shown: &impl Serialize) {
        self.body = text_of(shown);
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
        self.put(pen, &Kept { asked: self.asked, second: now.as_second(), body: body.to_owned(), shown_once: false })
    }

    fn put(&self, pen: &mut Pen<'_>, kept: &Kept) -> Result<(), StoreError> {
        let day = kept.second.div_euclid(A_DAY);
        pen.put_office(Drawer::Answers, &self.at(day), &bytes_of(kept))
    }

    /// The same for a request that may have no key.
    pub fn keep_if(repeat: Option<&Self>, pen: &mut Pen<'_>, now: Timestamp, body: &str) -> Result<(), StoreError> {
        repeat.map_or(Ok(()), |repeat| repeat.keep(pen, now, body))
    }

    /// What was answered before to the same words.
    fn answered(&self, house: &House) -> Result<Option<Once>, Problem> {
        let now = house.now();
        for day in days(house, now)? {
            let Some(paper) = house.library.office(Drawer::Answers, &self.at(day))? else { continue };
            let kept: Kept = serde_json::from_slice(&paper).map_err(|_| Problem::failed())?;
            if now.as_second() - kept.second > KEPT.as_secs() {
                continue;
            }
            if kept.asked != self.asked {
                let detail = "the Idempotency-Key was used for another request within a day";
                return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail));
            }
            if kept.shown_once {
                let detail =
                    format!("this request was done before, and made {}: its secret was shown then, and is not shown again", kept.body);
                return Err(Problem::new(StatusCode::CONFLICT, "idempotency_shown_once", detail));
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

/// The days with which an answer may stand that is kept still: those about now and, where the clock was set back since, about the last event.
fn days(house: &House, now: Timestamp) -> Result<BTreeSet<i64>, StoreError> {
    let last = recorded::last(&house.library)?.filter(|last| *last > now);
    Ok([Some(now), last].into_iter().flatten().flat_map(|moment| day(moment) - 1..=day(moment) + 1).collect())
}

fn day(now: Timestamp) -> i64 {
    now.as_second().div_euclid(A_DAY)
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

/// Does an act that done twice is done once, as the library itself sees to it: a key is bound to its first request, and the same again asks for
/// the act again, which finds it done.
pub fn bound<T>(house: &House, repeat: Option<&Repeat>, act: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    let Some(repeat) = repeat else { return act() };
    let _turn = house.turns.of(&repeat.place);
    let known = repeat.answered(house)?.is_some();
    let done = act()?;
    if !known {
        throw_old_away(house)?;
        house.library.commit(|pen| repeat.keep(pen, house.now(), ""))?;
    }
    Ok(done)
}

/// Tells what was done before, where nothing new can be done, to whom has not bound its key to another request. Nothing is written.
pub fn told_again<T>(
    house: &House,
    repeat: Option<&Repeat>,
    before: impl FnOnce() -> Result<Option<T>, Problem>,
) -> Result<Option<T>, Problem> {
    repeat.map(|repeat| repeat.answered(house)).transpose()?;
    before()
}

/// Questions, and acts that done twice are done once: programs that send the header with everything may send it here too.
const SAME_TWICE: [&str; 21] = [
    "/v1/verify",
    "/v1/verify/batch",
    "/v1/verify/picture",
    "/v1/verify/file",
    "/v1/certificates/search",
    "/v1/applications/search",
    "/v1/sharing/holder",
    "/v1/sharing/identifier",
    "/v1/sharing/qr",
    "/v1/sharing/verify-information",
    "/v1/sharing/verify-file",
    "/v1/sharing/matching",
    "/v1/check",
    "/v1/export",
    "/v1/publish",
    "/v1/jobs/{id}/pause",
    "/v1/jobs/{id}/resume",
    "/v1/jobs/{id}/cancel",
    "/v1/officers/{id}/deactivation",
    "/v1/officers/{id}/reactivation",
    "/v1/webhooks/{id}/deliveries/{index}/replay",
];

/// The routes that take the header, as the interface's description has them.
pub struct Takers(BTreeSet<String>);

impl Takers {
    /// Reads a description, with paths as the router has them.
    pub fn of(document: &OpenApi) -> Self {
        let takes = |operation: &Operation| {
            let is_key = |name: &str| KEY.as_str().eq_ignore_ascii_case(name);
            operation.parameters.iter().flatten().any(|parameter| matches!(parameter, RefOr::T(named) if is_key(&named.name)))
        };
        let paths = document.paths.paths.iter().filter(|(_, item)| item.post.as_ref().is_some_and(takes));
        Self(paths.map(|(path, _)| path.clone()).collect())
    }

    /// Refuses the header where it would be dropped. What is no POST is the same when it comes again, as HTTP has it.
    pub fn admit(&self, request: &Request) -> Result<(), Problem> {
        if request.method() != Method::POST || !request.headers().contains_key(KEY) {
            return Ok(());
        }
        let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        if self.0.contains(path) || SAME_TWICE.contains(&path) {
            return Ok(());
        }
        let detail = "this path takes no Idempotency-Key: what is asked of it twice is done twice";
        Err(Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_not_taken", detail))
    }
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

//! What is known of the identity service, and what it is asked.

use super::claims::{LEEWAY, OLDEST};
use super::errand::{Errand, Return};
use super::error::{IdentityError, LogoutError, TokenError};
use super::form::encode;
use super::id_token::{self, Asked, Named};
use super::jwk::{self, Key};
use super::jws::Jws;
use super::logout_token::{self, Logout, Wanted};
use super::metadata::{ClientProof, Metadata};
use crate::house::Edge;
use crate::percent::escaped;
use crate::webhooks::Miss;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// What we know of it is read again after so long: a key that it takes back is not believed for longer.
const READ_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// One that was not answered is not asked again for so long: nobody waits for what somebody else has just waited for.
const ASKED_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// A key that we do not know is asked for at most so often, whatever tokens name.
const KEYS_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// An answer has at most so many bytes.
pub const LONGEST_ANSWER: usize = 1 << 20;

/// A code has at most so many characters.
const LONGEST_CODE: usize = 4_096;

/// So many returns are worked on at a time: each asks the identity service something.
const RETURNS_AT_A_TIME: usize = 8;

/// So many logout tokens are remembered, the last ones: a token that is forgotten and comes again ends no session that began after it.
const MOST_OBEYED: usize = 10_000;

/// Where browsers come back to.
pub const CALLBACK: &str = "/v1/session/oidc/callback";

/// What the service asks the identity service.
pub struct Question<'a> {
    /// Where.
    pub url: &'a str,
    /// The value of `Authorization`.
    pub authorization: Option<Zeroizing<String>>,
    /// What is sent with `POST`, as `application/x-www-form-urlencoded`; none for `GET`.
    pub form: Option<Zeroizing<String>>,
}

/// What the identity service answers.
pub struct Answer {
    /// Its status of HTTP.
    pub status: u16,
    /// The body, of at most [`LONGEST_ANSWER`] bytes.
    pub body: Zeroizing<Vec<u8>>,
}

/// Asks, follows no redirection, and says why where nobody answers.
pub type Fetch = dyn Fn(&Question<'_>) -> Result<Answer, Miss> + Send + Sync;

/// What the configuration says.
pub struct Settings {
    /// The identity service, as it names itself.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What proves it.
    pub client_secret: Option<Zeroizing<String>>,
    /// Under which browsers know us: `https://licences.example.cn`.
    pub address: String,
    /// What we ask for: `openid` at least.
    pub scope: String,
    /// The claim that names the officer.
    pub claim: String,
    /// The ways of identification of which one must be used.
    pub contexts: Vec<String>,
    /// For how many seconds a proof is good.
    pub max_age: Option<u32>,
    /// The path where a browser goes when it is signed in, or out.
    pub landing: String,
}

impl Settings {
    /// Where browsers come back to.
    pub fn callback(&self) -> String {
        format!("{}{CALLBACK}", self.address)
    }
}

/// The identity service.
pub struct Provider {
    /// What the configuration says of it.
    pub settings: Settings,
    /// Whose turn it is to come back.
    pub turns: Semaphore,
    fetch: Box<Fetch>,
    known: Mutex<Option<Arc<Known>>>,
    failed: Mutex<Option<Failed>>,
    obeyed: Mutex<VecDeque<Obeyed>>,
}

/// A logout token that was obeyed: its name, and when.
struct Obeyed {
    name: [u8; 32],
    second: i64,
}

/// That its description could not be had.
struct Failed {
    at: Timestamp,
    why: IdentityError,
}

struct Known {
    metadata: Metadata,
    read: Timestamp,
    keys: Vec<Key>,
    keys_read: Timestamp,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl Provider {
    /// An identity service of which nothing is known yet: it may be away when our own service starts.
    pub fn new(settings: Settings, fetch: Box<Fetch>) -> Self {
        let turns = Semaphore::new(RETURNS_AT_A_TIME);
        Self { settings, turns, fetch, known: Mutex::default(), failed: Mutex::default(), obeyed: Mutex::default() }
    }

    /// Where a browser goes to be signed in.
    pub fn begin(&self, errand: &Errand, edge: &Edge) -> Result<String, IdentityError> {
        let (known, settings) = (self.known(edge)?, &self.settings);
        let callback = settings.callback();
        let (state, nonce, challenge) = (errand.state(), errand.nonce(), errand.challenge());
        let (contexts, max_age) = (settings.contexts.join(" "), settings.max_age.map(|seconds| seconds.to_string()));
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", &settings.client_id),
            ("redirect_uri", &callback),
            ("scope", &settings.scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        if !contexts.is_empty() {
            pairs.push(("acr_values", &contexts));
        }
        pairs.extend(max_age.as_deref().map(|seconds| ("max_age", seconds)));
        Ok(with_query(&known.metadata.authorization_endpoint, pairs))
    }

    /// Whom the identity service names, after a browser has come back.
    pub fn finish(&self, errand: &Errand, back: &Return, edge: &Edge) -> Result<Named, IdentityError> {
        let now = (edge.now)();
        errand.check(back, now)?;
        let known = self.known(edge)?;
        // RFC 9207 §2.4: a code of another service is not shown to this one.
        let other =
            back.iss.as_ref().map_or(known.metadata.authorization_response_iss_parameter_supported, |iss| *iss != self.settings.issuer);
        if other {
            return Err(IdentityError::Issuer { part: "what the browser brings back" });
        }
        let code = back.code.as_deref().filter(|code| back.error.is_none() && (1..=LONGEST_CODE).contains(&code.len()));
        let token = self.redeem(&known, code.ok_or(IdentityError::Declined)?, errand)?;
        let payload = self.authenticate(&known, Jws::parse(&token)?, now)?;
        let Settings { issuer, client_id, claim, contexts, max_age, .. } = &self.settings;
        let nonce = errand.nonce();
        let asked = Asked { issuer, client_id, nonce: &nonce, contexts, max_age: *max_age, claim, now: now.as_second() };
        Ok(id_token::read(&payload, &asked)?)
    }

    /// What a logout token says, if it is one of the identity service, for us, and did not come before (Back-Channel Logout 1.0 §2.6).
    pub fn told_out(&self, token: &str, edge: &Edge) -> Result<Logout, LogoutError> {
        let now = (edge.now)();
        let jws = Jws::parse(token)?;
        logout_token::is_of_type(jws.typ())?;
        let payload = self.authenticate(&self.known(edge)?, jws, now)?;
        let Settings { issuer, client_id, .. } = &self.settings;
        let logout = logout_token::read(&payload, &Wanted { issuer, client_id, now: now.as_second() })?;
        let obeyed = self.obeyed.lock().unwrap_or_else(PoisonError::into_inner);
        if obeyed.iter().any(|before| before.name == logout.name) { Err(LogoutError::Again) } else { Ok(logout) }
    }

    /// Remembers a logout token for as long as it could come again: what was told and not done may be told again.
    pub fn obeyed(&self, logout: &Logout, edge: &Edge) {
        let second = (edge.now)().as_second();
        let mut obeyed = self.obeyed.lock().unwrap_or_else(PoisonError::into_inner);
        while obeyed.len() >= MOST_OBEYED || obeyed.front().is_some_and(|first| first.second < second - OLDEST - 2 * LEEWAY) {
            obeyed.pop_front();
        }
        obeyed.push_back(Obeyed { name: logout.name, second });
    }

    /// Where a browser goes to be signed out there too (RP-Initiated Logout 1.0).
    pub fn end(&self, edge: &Edge) -> Result<String, IdentityError> {
        let known = self.known(edge)?;
        let landing = format!("{}{}", self.settings.address, self.settings.landing);
        let place = known.metadata.end_session_endpoint.as_deref().ok_or(IdentityError::NoSignOut)?;
        Ok(with_query(place, [("client_id", self.settings.client_id.as_str()), ("post_logout_redirect_uri", landing.as_str())]))
    }

    /// Gives a code, and gets an ID token (Core §3.1.3). What else is given is dropped: we ask the service nothing in the person's name.
    fn redeem(&self, known: &Known, code: &str, errand: &Errand) -> Result<Zeroizing<String>, IdentityError> {
        let (settings, callback, verifier) = (&self.settings, self.settings.callback(), Zeroizing::new(errand.verifier()));
        let mut pairs =
            vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &callback), ("code_verifier", &verifier)];
        let mut authorization = None;
        match &settings.client_secret {
            None => pairs.push(("client_id", &settings.client_id)),
            Some(secret) => match known.metadata.proof()? {
                ClientProof::Header => authorization = Some(basic(&settings.client_id, secret)),
                ClientProof::Form => pairs.extend([("client_id", settings.client_id.as_str()), ("client_secret", secret)]),
            },
        }
        let form = Some(Zeroizing::new(encode(pairs)));
        let part = "an ID token";
        let answer = self.ask(part, &Question { url: &known.metadata.token_endpoint, authorization, form })?;
        if answer.status != 200 {
            return Err(IdentityError::CodeRefused { status: answer.status });
        }
        let tokens: Tokens = serde_json::from_slice(&answer.body).map_err(|_| IdentityError::Malformed { part })?;
        Ok(Zeroizing::new(tokens.id_token))
    }

    /// The claims of a token that a key of the service has signed. A key that is not known may be a new one (Core §10.1.1).
    fn authenticate(&self, known: &Arc<Known>, jws: Jws<'_>, now: Timestamp) -> Result<Vec<u8>, IdentityError> {
        if let Some(key) = jws.key(&known.keys).cloned() {
            return Ok(jws.authenticate(&key)?);
        }
        if now.duration_since(known.keys_read) < KEYS_AGAIN {
            return Err(TokenError::KeyUnknown.into());
        }
        let keys = self.keys(&known.metadata)?;
        let renewed = Arc::new(Known { metadata: known.metadata.clone(), read: known.read, keys, keys_read: now });
        self.put(Arc::clone(&renewed));
        let key = jws.key(&renewed.keys).cloned().ok_or(TokenError::KeyUnknown)?;
        Ok(jws.authenticate(&key)?)
    }

    /// What is known, read again where it is old. What could not be read is remembered for a while, and said at once.
    fn known(&self, edge: &Edge) -> Result<Arc<Known>, IdentityError> {
        let now = (edge.now)();
        let before = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = before.filter(|known| is_young(known.read, READ_AGAIN, now)) {
            return Ok(known);
        }
        if let Some(failed) = self.failed.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
            && is_young(failed.at, ASKED_AGAIN, now)
        {
            return Err(failed.why.clone());
        }
        self.read(now).inspect_err(|why| {
            // Whoever does not answer lets one wait: the time counts from the end of that.
            let failed = Failed { at: (edge.now)(), why: why.clone() };
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(failed);
        })
    }

    fn read(&self, now: Timestamp) -> Result<Arc<Known>, IdentityError> {
        let part = "its description";
        let url = format!("{}/.well-known/openid-configuration", self.settings.issuer.trim_end_matches('/'));
        let metadata = Metadata::decode(&self.get(part, &url)?, &self.settings.issuer)?;
        let keys = self.keys(&metadata)?;
        let known = Arc::new(Known { metadata, read: now, keys, keys_read: now });
        self.put(Arc::clone(&known));
        Ok(known)
    }

    fn put(&self, known: Arc<Known>) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }

    fn keys(&self, metadata: &Metadata) -> Result<Vec<Key>, IdentityError> {
        let part = "its keys";
        jwk::decode(&self.get(part, &metadata.jwks_uri)?).ok_or(IdentityError::Malformed { part })
    }

    fn get(&self, part: &'static str, url: &str) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
        let answer = self.ask(part, &Question { url, authorization: None, form: None })?;
        if answer.status == 200 { Ok(answer.body) } else { Err(unanswered(part, Ok(answer.status))) }
    }

    fn ask(&self, part: &'static str, question: &Question<'_>) -> Result<Answer, IdentityError> {
        match (self.fetch)(question) {
            Err(miss) => Err(unanswered(part, Err(miss))),
            Ok(answer) if answer.status >= 500 => Err(unanswered(part, Ok(answer.status))),
            Ok(answer) if answer.body.len() > LONGEST_ANSWER => Err(IdentityError::Malformed { part }),
            Ok(answer) => Ok(answer),
        }
    }
}

/// Tells the log why there is no answer: who signs in can do nothing about it, and who runs the service can.
fn unanswered(part: &'static str, answer: Result<u16, Miss>) -> IdentityError {
    let (status, reason) = (answer.unwrap_or_default(), answer.err().map_or("", Miss::word));
    tracing::warn!(part, status, reason, "the identity service did not answer");
    IdentityError::Unreachable { part }
}

/// Whether less time than that has passed, by a clock that was not set back.
fn is_young(since: Timestamp, life: SignedDuration, now: Timestamp) -> bool {
    now >= since && now.duration_since(since) < life
}

/// Name and secret as RFC 6749 §2.3.1 has them: escaped first, so that a colon in either is none between them.
fn basic(client_id: &str, secret: &str) -> Zeroizing<String> {
    let pair = Zeroizing::new(format!("{}:{}", escaped(client_id), escaped(secret)));
    Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

fn with_query<'a>(address: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let between = if address.contains('?') { '&' } else { '?' };
    format!("{address}{between}{}", encode(pairs))
}

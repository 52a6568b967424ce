//! How much one caller may ask, and how much all of them together.
//!
//! Each caller has a bucket of tokens that fills again at a steady rate (GCRA, ITU-T I.371): a burst is fine, and a flood is told when to
//! come back. A caller is an account where it has proved to be one, and an address otherwise.
//!
//! Who only asks how the service is has buckets and places of its own: a service that is busy is not to be taken for one that is dead.

use super::problem::Problem;
use crate::accounts::Caller;
use crate::house::House;
use crate::serve::{Peer, Share, Shares, network};
use axum::extract::Request;
use axum::http::StatusCode;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use thiserror::Error;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Callers whose buckets are remembered. A full bucket says nothing, and is forgotten first.
const MOST_CALLERS: usize = 100_000;

/// The paths by which others ask how the service is.
const PROBED: [&str; 2] = ["/healthz", "/readyz"];

/// So many such questions are answered at a time: more than there are who watch a service.
const PROBES: usize = 16;

const MICROSECONDS: i64 = 1_000_000;

/// What callers may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests of one caller in a second, in the long run.
    pub per_second: u32,
    /// Requests that it may send at once.
    pub burst: u32,
    /// Requests of all callers that are worked on at a time.
    pub at_once: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Self { per_second: 100, burst: 400, at_once: 512 }
    }
}

/// Who is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Account(String),
    Address(IpAddr),
    /// Whoever asks from there how the service is.
    Probe(IpAddr),
}

/// Why a request is not worked on now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
enum Held {
    #[error("you have asked {burst} times at once, and may ask {per_second} times a second")]
    TooOften { per_second: u32, burst: u32, seconds: u64 },
    #[error("{at_once} requests are being worked on")]
    Busy { at_once: usize },
    #[error("{most} requests from your network are being worked on, and no more are at a time")]
    Crowd { most: usize },
}

impl Held {
    fn code(&self) -> &'static str {
        match self {
            Self::TooOften { .. } | Self::Crowd { .. } => "rate_exceeded",
            Self::Busy { .. } => "service_busy",
        }
    }
}

impl From<Held> for Problem {
    fn from(held: Held) -> Self {
        let (status, seconds) = match held {
            Held::TooOften { seconds, .. } => (StatusCode::TOO_MANY_REQUESTS, seconds),
            Held::Crowd { .. } => (StatusCode::TOO_MANY_REQUESTS, 1),
            Held::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, 1),
        };
        Self::new(status, held.code(), held).retry_after(seconds)
    }
}

/// A place in which a request is worked on, given back when it is dropped.
pub struct Place<'t> {
    _share: Option<Share>,
    _permit: SemaphorePermit<'t>,
}

/// Counts requests.
pub struct Turnstile {
    rate: Rate,
    places: Semaphore,
    /// Of the places: who sends a request drop by drop keeps one until its time is over.
    shares: Shares,
    probes: Semaphore,
    /// For each caller the moment, in microseconds since 1970, at which its bucket is full again.
    full: Mutex<HashMap<Who, i64>>,
}

impl Turnstile {
    /// A turnstile through which nobody has gone.
    pub fn new(rate: Rate) -> Self {
        let (places, probes) = (Semaphore::new(at_once(rate)), Semaphore::new(PROBES));
        Self { rate, places, shares: Shares::of(at_once(rate)), probes, full: Mutex::default() }
    }

    /// A place for a request, if there is one; it is given back when it is dropped.
    pub fn place(&self, request: &Request) -> Result<Place<'_>, Problem> {
        let full = |at_once| move |_| Problem::from(Held::Busy { at_once });
        if is_probe(request) {
            return Ok(Place { _share: None, _permit: self.probes.try_acquire().map_err(full(PROBES))? });
        }
        let permit = self.places.try_acquire().map_err(full(at_once(self.rate)))?;
        let share = match request.extensions().get::<Peer>().map(|peer| self.shares.take(peer.address)) {
            Some(None) => return Err(Held::Crowd { most: self.shares.most() }.into()),
            Some(share) => share,
            None => None,
        };
        Ok(Place { _share: share, _permit: permit })
    }

    /// Takes a token of a request's caller, if it has one left.
    pub fn token(&self, house: &House, request: &Request) -> Result<(), Problem> {
        let taken = who(request).map_or(Ok(()), |who| self.take(who, house.now().as_microsecond()));
        taken.map_err(Problem::from)
    }

    /// What a caller hears whose key was refused: that, or that it has tried too often from its address.
    pub fn refused(&self, house: &House, request: &Request, problem: Problem) -> Problem {
        self.token(house, request).err().unwrap_or(problem)
    }

    fn take(&self, who: Who, now: i64) -> Result<(), Held> {
        let Rate { per_second, burst, .. } = self.rate;
        let token = MICROSECONDS / i64::from(per_second.max(1));
        let deepest = token.saturating_mul(i64::from(burst.max(1)));
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        // A bucket that lies further ahead than it is deep is of before the clock was set back: it would be full again only when that is made up.
        let counted = full.get(&who).filter(|full| **full <= now.saturating_add(deepest));
        let after = counted.map_or(now, |full| (*full).max(now)).saturating_add(token);
        let late = after.saturating_sub(now).saturating_sub(deepest);
        if late > 0 {
            let seconds = u64::try_from(late.div_euclid(MICROSECONDS).saturating_add(1)).unwrap_or(1);
            return Err(Held::TooOften { per_second, burst, seconds });
        }
        if full.len() >= MOST_CALLERS {
            full.retain(|_, full| *full > now);
        }
        full.insert(who, after);
        Ok(())
    }
}

fn at_once(rate: Rate) -> usize {
    usize::try_from(rate.at_once).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS)
}

fn is_probe(request: &Request) -> bool {
    PROBED.contains(&request.uri().path())
}

fn who(request: &Request) -> Option<Who> {
    if is_probe(request) {
        return request.extensions().get::<Peer>().map(|peer| Who::Probe(network(peer.address)));
    }
    let account = request.extensions().get::<Caller>().map(|caller| Who::Account(format!("{} {}", caller.agency.as_str(), caller.actor)));
    let address = || request.extensions().get::<Peer>().map(|peer| Who::Address(network(peer.address)));
    account.or_else(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turnstile() -> Turnstile {
        Turnstile::new(Rate { per_second: 2, burst: 3, at_once: 1 })
    }

    fn address(text: &str) -> Who {
        Who::Address(network(text.parse().unwrap()))
    }

    #[test]
    fn a_burst_goes_through_and_a_flood_is_told_when_to_come_back() {
        let turnstile = turnstile();
        let take = |at: i64| turnstile.take(address("192.0.2.1"), at).map_err(|held| Problem::from(held).code());
        let at_once: Vec<_> = (0..5).map(|_| take(0)).collect();
        assert_eq!(at_once, [Ok(()), Ok(()), Ok(()), Err("rate_exceeded"), Err("rate_exceeded")]);
        assert_eq!(take(MICROSECONDS / 2), Ok(()), "half a second is a token");
        assert_eq!(take(MICROSECONDS / 2), Err("rate_exceeded"));
        assert_eq!((0..5).filter(|_| take(100 * MICROSECONDS).is_ok()).count(), 3, "a bucket holds no more than a burst");
    }

    #[test]
    fn callers_are_counted_by_account_or_by_network() {
        let turnstile = turnstile();
        let rows = [
            ("2001:db8::1", "2001:db8::ffff:1", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
        ];
        for (one, other, same) in rows {
            assert_eq!(address(one) == address(other), same, "{one} {other}");
        }
        (0..3).for_each(|_| turnstile.take(Who::Account("a".to_owned()), 0).unwrap());
        assert!(turnstile.take(Who::Account("b".to_owned()), 0).is_ok());
        assert!(turnstile.take(Who::Account("a".to_owned()), 0).is_err());
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let turnstile = turnstile();
        let take = |at: i64| turnstile.take(address("192.0.2.1"), at).is_ok();
        assert!(take(0));
        assert_eq!((0..4).filter(|_| take(-60 * MICROSECONDS)).count(), 3, "one bucket is full, as of anybody who is new");
        assert!(take(0));
    }
}

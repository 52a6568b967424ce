//! An act on something that a path names: who acts, on what, and whether the same was asked before.

use super::aside::aside;
use super::body::json_bytes;
use super::moment::effective;
use super::own::within;
use super::problem::Problem;
use super::repeat::{Answer, KEY, Once, Repeat, bound, once, told_again};
use crate::accounts::Caller;
use crate::house::Shared;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use jiff::Timestamp;
use kanhe_core::event::Grounds;
use kanhe_issuer::registrar::Entry;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// A request that changes something.
pub struct Act<B> {
    /// What the service holds.
    pub house: Shared,
    /// Who acts.
    pub caller: Caller,
    /// What the path names; empty where it names nothing.
    pub subject: String,
    /// The request's `Idempotency-Key`, and what was asked with it.
    pub repeat: Option<Repeat>,
    /// The body.
    pub body: B,
}

impl<B: DeserializeOwned> FromRequest<Shared> for Act<B> {
    type Rejection = Problem;

    async fn from_request(request: Request, house: &Shared) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, house).await?;
        let named = Path::<BTreeMap<String, String>>::from_request_parts(&mut parts, house).await;
        let subject = named.ok().and_then(|Path(named)| named.into_values().next()).unwrap_or_default();
        let (path, key) = (parts.uri.path().to_owned(), parts.headers.get(KEY).cloned());
        let bytes = json_bytes(Request::from_parts(parts, body), house).await?;
        let repeat = key.map(|key| Repeat::new(&key, &caller, &path, &bytes)).transpose()?;
        Ok(Self { house: house.clone(), caller, subject, repeat, body: super::body::parse(&bytes)? })
    }
}

impl<B: Send + 'static> Act<B> {
    /// Does the act where waiting for the disk and signing keep nobody else waiting.
    pub async fn done<T: Send + 'static>(self, act: impl FnOnce(Self) -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
        let (house, caller) = (self.house.clone(), self.caller.clone());
        aside(&house, move |_| act(self).map_err(|problem| problem.told_to(within(&caller)))).await
    }
}

impl<B> Act<B> {
    /// Does an act once for each key; what is answered to it is kept in its own commit.
    pub fn once(&self, act: impl FnOnce(&mut Answer<'_>) -> Result<(), Problem>) -> Result<Once, Problem> {
        let mut answer = Answer::new(self.repeat.as_ref(), self.house.now());
        once(&self.house, self.repeat.as_ref(), || {
            act(&mut answer)?;
            Ok(answer.into_body())
        })
    }

    /// Does an act that the library itself does once, most by their request ids; its key is bound to this request, and stands in for the id
    /// where there is none.
    ///
    /// Who asks for what was done `before` is told that it was, whatever keeps it from being done now: a clock that lies behind, a key that is not
    /// held any more, a form that finds faults by now.
    pub fn known<T>(
        &self,
        act: impl FnOnce(&Self) -> Result<T, Problem>,
        before: impl FnOnce(&Self) -> Result<Option<T>, Problem>,
    ) -> Result<T, Problem> {
        let (house, repeat) = (&self.house, self.repeat.as_ref());
        match house.moment() {
            Ok(_) => bound(house, repeat, || act(self).or_else(|refused| instead_of(refused, before(self)))),
            Err(behind) => told_again(house, repeat, || before(self))?.ok_or_else(|| behind.into()),
        }
    }
}

/// What is told of an act that was refused: what was done before, or else why it was refused, also where nobody can look what was done.
fn instead_of<T>(refused: Problem, before: Result<Option<T>, Problem>) -> Result<T, Problem> {
    before.ok().flatten().ok_or(refused)
}

/// Bodies that say why something is done: what each has of its own, and behind it the grounds, written here once for all.
///
/// `now` makes bodies of acts that hold from now on; `dated` those that may name the moment, and `today` those that may name one of the day on
/// which they are done. Serde flattens no struct into one that refuses members that it does not know, so the members are spelt out in each.
macro_rules! grounded {
    (now $($body:tt)*) => { $crate::http::act::grounded! { @ {} $($body)* } };
    (dated $($body:tt)*) => {
        $crate::http::act::grounded! { @ {
            /// From when on it holds: a moment (RFC 3339), at most now, or a day in China, which begins behind what was done last on it, and today
            /// is now; now, where nothing is said.
            effective
        } $($body)* }
    };
    (today $($body:tt)*) => {
        $crate::http::act::grounded! { @ {
            /// At which moment of today (RFC 3339), at most now; now, where nothing is said. Another day is refused: what arrives or is approved
            /// does so on the day on which that is written down.
            effective
        } $($body)* }
    };
    (@ { $($(#[doc = $when:literal])+ $effective:ident)? } $(#[$about:meta])* pub struct $name:ident { $($(#[$of:meta])* $member:ident: $kind:ty,)* }) => {
        #[derive(serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$about])*
        pub struct $name {
            $($(#[$of])* $member: $kind,)*
            /// The legal basis (法律依据).
            #[schema(min_length = 1, max_length = 200)]
            basis: String,
            /// The reason.
            #[schema(min_length = 1, max_length = 200)]
            reason: String,
            $($(#[doc = $when])+
            $effective: Option<String>,)?
        }

        impl $crate::http::act::Grounded for $name {
            fn words(&self) -> (&str, &str) {
                (&self.basis, &self.reason)
            }

            $(fn effective(&self) -> Option<&str> {
                self.$effective.as_deref()
            })?
        }
    };
}

pub(crate) use grounded;

/// A body that says why something is done. Who does it is who calls.
pub trait Grounded {
    /// The legal basis and the reason.
    fn words(&self) -> (&str, &str);

    /// From when on it holds, as it was written; none for now.
    fn effective(&self) -> Option<&str> {
        None
    }
}

grounded! { dated
    /// Why something is done. Who does it is who calls.
    #[schema(as = Grounds)]
    pub struct GroundsBody {}
}

impl<B: Grounded> Act<B> {
    /// What goes into the log: the actor is the caller, never a member of a body, and the moment is the house's own, if its clock does not lie
    /// behind what was recorded last.
    pub fn entry(&self) -> Result<Entry, Problem> {
        self.entry_after(None)
    }

    /// The same of an act behind another: a day may mean the moment of that one.
    pub fn entry_after(&self, last: Option<Timestamp>) -> Result<Entry, Problem> {
        let now = self.house.moment()?;
        let (basis, reason) = self.body.words();
        let grounds = Grounds::new(basis, reason, &self.caller.actor)?;
        let effective = self.body.effective().map(|named| effective(named, last, now)).transpose()?.unwrap_or(now);
        Ok(Entry { grounds, effective, now, salt: self.house.chance() })
    }
}

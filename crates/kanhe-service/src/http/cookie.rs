//! Our cookies, which no script reads.
//!
//! Over TLS a cookie is sent by TLS only, and to this very host alone. Whether a browser has come over TLS is found out once, in the layer
//! `protect`, which tells it by the same answer to come back over TLS only.

use crate::serve::Transport;
use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue};
use axum::response::Response;
use std::convert::Infallible;
use zeroize::Zeroizing;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// An officer's session: it comes with requests of our own pages alone.
    Session,
    /// The errand of a browser that was sent to the identity service, from where it comes back by a link; it signs nobody in.
    Errand,
}

impl Cookie {
    /// Over TLS one that browsers take from this very host alone (RFC 6265bis §4.1.3.2).
    const fn name(self, transport: Transport) -> &'static str {
        match (self, transport) {
            (Self::Session, Transport::Tls) => "__Host-kanhe",
            (Self::Session, Transport::Plain) => "kanhe_session",
            (Self::Errand, Transport::Tls) => "__Host-kanhe-errand",
            (Self::Errand, Transport::Plain) => "kanhe_errand",
        }
    }

    const fn same_site(self) -> &'static str {
        match self {
            Self::Session => "Strict",
            Self::Errand => "Lax",
        }
    }

    /// Its value, as a browser has sent it.
    pub fn sent(self, transport: Transport, headers: &HeaderMap) -> Option<Zeroizing<String>> {
        let pairs = headers.get_all(COOKIE).iter().filter_map(|sent| sent.to_str().ok()).flat_map(|sent| sent.split(';'));
        let mut ours = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(name, _)| *name == self.name(transport));
        ours.next().map(|(_, value)| Zeroizing::new(value.to_owned()))
    }

    /// Lets the browser keep it for so many seconds; with none it is forgotten.
    pub fn set(self, transport: Transport, response: &mut Response, value: &str, seconds: i64) {
        let (name, same_site) = (self.name(transport), self.same_site());
        let secure = if transport == Transport::Tls { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}; Max-Age={seconds}{secure}");
        if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
            cookie.set_sensitive(true);
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
}

/// How the browser of a request has come, as the layers around every request have found out.
pub fn transport_of(extensions: &Extensions) -> Transport {
    extensions.get().copied().unwrap_or(Transport::Plain)
}

impl<S: Send + Sync> FromRequestParts<S> for Transport {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(transport_of(&parts.extensions))
    }
}

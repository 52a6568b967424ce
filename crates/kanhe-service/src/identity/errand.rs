//! A browser that was sent to the identity service, and comes back.
//!
//! The browser keeps one secret, in a cookie; state, nonce and the verifier of PKCE are made of it. So the service keeps nothing of an errand,
//! and however many are begun, none costs it anything. A return whose state does not come of the browser's own secret was begun in another
//! browser: somebody would sign his victim in as himself.

use super::error::IdentityError;
use crate::accounts::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// A person has so many seconds to sign in at the identity service.
pub const LONGEST_ERRAND: i64 = 600;

/// A browser on its way.
pub struct Errand {
    begun: i64,
    secret: Secret,
}

/// What a browser brings back (Core §3.1.2.5, RFC 9207).
#[derive(Clone, Debug, Default)]
pub struct Return {
    /// What an ID token is given for.
    pub code: Option<String>,
    /// What we sent along.
    pub state: Option<String>,
    /// Who sends it back.
    pub iss: Option<String>,
    /// Why nobody was signed in.
    pub error: Option<String>,
}

impl Errand {
    /// Begins one.
    pub fn new(chance: [u8; 32], now: Timestamp) -> Self {
        Self { begun: now.as_second(), secret: Secret::new(chance) }
    }

    /// Reads the value of the cookie.
    pub fn parse(text: &str) -> Option<Self> {
        let (begun, secret) = text.split_once('.')?;
        Some(Self { begun: begun.parse().ok()?, secret: Secret::parse(secret)? })
    }

    /// The value of the cookie.
    pub fn text(&self) -> String {
        format!("{}.{}", self.begun, self.secret.text())
    }

    /// What comes back with the browser; the moment is part of it, so that nobody makes an errand younger.
    pub fn state(&self) -> String {
        self.secret.derive(&format!("kanhe identity state v1 {}", self.begun))
    }

    /// What the ID token must repeat.
    pub fn nonce(&self) -> String {
        self.secret.derive("kanhe identity nonce v1")
    }

    /// What proves that who brings the code is who began (RFC 7636 §4.1).
    pub fn verifier(&self) -> String {
        self.secret.derive("kanhe identity verifier v1")
    }

    /// What is said of the verifier in advance (RFC 7636 §4.2).
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }

    /// Refuses a return that is not this errand's, or that comes too late.
    pub fn check(&self, back: &Return, now: Timestamp) -> Result<(), IdentityError> {
        let state = back.state.as_deref().unwrap_or_default();
        // Hashes are compared: how long that takes tells nothing of the state.
        let ours = Sha256::digest(state) == Sha256::digest(self.state());
        let age = now.as_second().saturating_sub(self.begun);
        if ours && (0..=LONGEST_ERRAND).contains(&age) { Ok(()) } else { Err(IdentityError::State) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_return_is_taken_in_the_browser_that_began_and_in_time() {
        let errand = Errand::new([7; 32], at(1_000));
        let back = Return { state: Some(errand.state()), ..Return::default() };
        let same = Errand::parse(&errand.text()).unwrap();
        assert_eq!((same.nonce(), same.verifier()), (errand.nonce(), errand.verifier()));
        for (now, good) in [(999, false), (1_000, true), (1_600, true), (1_601, false)] {
            assert_eq!(same.check(&back, at(now)).is_ok(), good, "{now}");
        }
        let younger = Errand::parse(&errand.text().replacen("1000", "1500", 1)).unwrap();
        assert_eq!(younger.check(&back, at(1_601)), Err(IdentityError::State));
        assert_eq!(Errand::new([8; 32], at(1_000)).check(&back, at(1_000)), Err(IdentityError::State));
        assert_eq!(errand.check(&Return::default(), at(1_000)), Err(IdentityError::State));
    }

    #[test]
    fn what_is_made_of_the_secret_tells_nothing_of_the_rest() {
        let errand = Errand::new([7; 32], at(1_000));
        let made = [errand.state(), errand.nonce(), errand.verifier(), errand.challenge(), errand.secret.text()];
        for (place, one) in made.iter().enumerate() {
            assert_eq!(one.len(), 43);
            assert!(made.iter().skip(place + 1).all(|other| other != one));
        }
    }
}

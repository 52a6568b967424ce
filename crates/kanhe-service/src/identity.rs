//! Officers who sign in by an identity service that is not ours, by OpenID Connect Core 1.0.
//!
//! The authorization code flow with PKCE (RFC 7636), state and nonce, the two ways of signing out, and nothing else of the standard. The service says who somebody is;
//! what he may do is ours: an administrator links an officer to a subject, and nobody gets an account because the identity service knows
//! him (`docs/decisions/0014`).
//!
//! * [`Errand`]: a browser that was sent to the identity service, and comes back;
//! * [`Provider`]: what is known of the identity service: its addresses and keys, read from it and read again;
//! * `id_token`: every check of Core §3.1.3.7, one after the other;
//! * `logout_token`: the same of Back-Channel Logout 1.0 §2.6, for who has signed out there;
//! * `jws`, `jwk`: signatures and keys as JOSE writes them (RFC 7515, RFC 7517, RFC 7518, RFC 8037).

mod claims;
mod errand;
mod error;
mod form;
mod id_token;
mod jwk;
mod jws;
mod logout_token;
mod metadata;
mod provider;
mod session_there;

pub use errand::{Errand, LONGEST_ERRAND, Return};
pub use error::{IdentityError, LogoutError, TokenError};

pub use id_token::{Named, Subject};
pub use logout_token::Logout;
pub use metadata::is_private;
pub use provider::{Answer, CALLBACK, Fetch, LONGEST_ANSWER, Provider, Question, Settings};
pub use session_there::SessionThere;

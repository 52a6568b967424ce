//! Officers who sign in by an identity service that is not ours, by OpenID Connect Core 1.0.
//!
//! The authorization code flow with PKCE (RFC 7636), state and nonce, and nothing else of the standard. The service says who somebody is;
//! what he may do is ours: an administrator links an officer to a subject, and nobody gets an account because the identity service knows
//! him (`docs/decisions/0014`).
//!
//! * [`Errand`]: a browser that was sent to the identity service, and comes back;
//! * [`Provider`]: what is known of the identity service: its addresses and keys, read from it and read again;
//! * `id_token`: every check of Core §3.1.3.7, one after the other;
//! * `jws`, `jwk`: signatures and keys as JOSE writes them (RFC 7515, RFC 7517, RFC 7518, RFC 8037).

mod errand;
mod error;
mod form;
mod id_token;
mod jwk;
mod jws;
mod metadata;
mod provider;

pub use errand::{Errand, LONGEST_ERRAND, Return};
pub use error::{IdentityError, TokenError};

pub use id_token::Subject;
pub use metadata::is_private;
pub use provider::{Answer, CALLBACK, Fetch, LONGEST_ANSWER, Provider, Question, Settings};

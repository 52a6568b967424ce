//! Keys that never leave a token: a hardware security module, a smart card, or what behaves like one (PKCS#11 v2.40 and later).
//!
//! * [`address`]: where a key is, as RFC 7512 writes it;
//! * [`TokenKey`]: a key in a token, which signs there;
//! * [`TokenError`]: what may be wrong with a token, a PIN or a key.
//!
//! The maker of a token brings the module that speaks with it, and the module is loaded into the process: it is foreign code, and is trusted as
//! the executable is. What it signs is not: every signature is verified here before anybody sees it.

pub mod address;
mod error;
mod key;
mod link;
mod module;

pub use address::{Address, AddressError, Named, TokenName};
pub use error::TokenError;
pub use key::TokenKey;
pub use link::Pin;

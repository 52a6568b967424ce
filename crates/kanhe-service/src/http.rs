//! The interface over HTTP.
//!
//! A handler parses, calls and renders. What all requests share (who asks, in which language, how large, how long, what is logged) is done
//! once, around all of them, in `layers`.

mod act;
pub(crate) mod aside;
mod audited;
mod authenticate;
mod body;
mod caller;
mod cookie;
mod description;
mod docs;
mod doors;
mod examples;
mod flow;
mod journey;
mod layers;
mod moment;
mod observe;
mod origins;
mod own;
pub mod problem;
pub(crate) mod refused;
mod repeat;
mod routes;
pub(crate) mod schema;
mod seen;
mod tongue;
mod turnstile;

pub use journey::TARGET as TRACES;
pub use layers::Limits;
pub use routes::{openapi, router};
pub use turnstile::Rate;

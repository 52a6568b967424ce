//! Who may do what.
//!
//! Every caller belongs to one agency and sees nothing of another: there is no account above the agencies. What a caller may do comes from
//! its roles, and for which types from its scope.

mod caller;
mod role;

pub use caller::{Caller, Forbidden, Scope};
pub use role::{Right, Role};

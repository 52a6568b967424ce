//! Who may do what.
//!
//! Every caller belongs to one agency and sees nothing of another: there is no account above the agencies. What a caller may do comes from
//! its roles, for which types from its scope, and for which departments it reviews from those to which it is bound.
//!
//! * [`Caller`], [`Role`], [`Right`]: who has proved who it is, and what it may do;
//! * [`Officer`], [`Personnel`]: people, and what an administrator does with them;
//! * [`sign_in`], [`session`], [`password`], [`second_factor`]: how people prove who they are;
//! * [`api_key`]: how systems do, by a key or by a client certificate;
//! * [`uses`], [`alarm`]: who saw or changed what, and who does unusually much, for auditors.

mod account;
pub mod alarm;
pub mod api_key;
mod caller;
mod mandate;
mod officer;
pub(crate) mod paper;
pub mod password;
mod personnel;
mod refusal;
mod role;
pub mod second_factor;
pub(crate) mod secret;
pub mod session;
pub mod sign_in;
mod thumbprint;
mod tries;
pub mod uses;

pub use account::Account;
pub use caller::{Caller, Departments, Forbidden, Scope};
pub use mandate::{LONGEST_NAME, MOST_DEPARTMENTS, MOST_TYPES, Mandate, MandateError};
pub use officer::{Login, LoginError, ONE_TIME_DAYS, Officer, OfficerId};
pub use personnel::{Activity, Appointed, Personnel, Roster, officers};
pub use refusal::{AccountError, CredentialError, SignInError};
pub use role::{Right, Role};
pub use thumbprint::{ClientCertificate, Thumbprint};
pub use tries::TRIES_BEFORE_PAUSE;

//! The issuing service: what an agency and its region run, and what every app that checks can call.
//!
//! * [`accounts`]: who may do what;
//! * [`config`]: one TOML file, whose manual is the doc comments of its type;
//! * [`house`]: what a running service holds, made by the executable and shared by all requests;
//! * [`counter`]: the pack that the service verifies with;
//! * [`proposals`]: acts that take two people;
//! * [`publish`]: status lists, the checkpoint and the pack, signed while the service holds the library;
//! * [`signed_file`]: signed files as they are handed out;
//! * [`shown`]: what is shown of certificates, events and applications;
//! * [`backup`]: copies of the library while it is open;
//! * [`export`]: what is kept, in a form that other programs read;
//! * [`measure`]: what monitoring is told;
//! * [`identity`]: officers who sign in by an identity service that is not ours;
//! * [`http`]: the interface under `/v1`: routes, problems, who calls;
//! * [`jobs`]: tables that are worked through while others are served;
//! * [`percent`]: what stands in an address or a form, escaped;
//! * [`recording`]: when it records what is done, by a clock that is held against what was recorded last;
//! * [`reread`]: files that a running service reads again, and how that went;
//! * [`sharing`]: certificates of every agency, for who names a purpose;
//! * [`serve`]: a listener, until it is told to stop.
//! * `x509`: how long a certificate holds;
//! * [`webhooks`]: whoever an agency names is told what happens.
//!
//! No clock or dice is asked here: [`house::Edge`] brings both, so that a test can move them.

pub mod accounts;
pub mod backup;
pub mod cause;
pub mod config;
pub mod counter;
pub mod export;
pub mod house;
pub mod http;
pub mod identity;
pub mod jobs;
mod json;
pub mod measure;
pub mod percent;
pub mod proposals;
pub mod publish;
pub mod recording;
pub mod reread;
pub mod serve;
pub mod sharing;
pub mod shown;
pub mod signed_file;
pub mod webhooks;
mod x509;

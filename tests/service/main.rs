//! The service over real HTTP: a listener, a RocksDB and a clock that stories move.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic, reason = "a test stops where it fails")]
#![allow(clippy::type_complexity, reason = "the rows of a table are tuples")]

mod administration;
mod agencies;
mod alone;
mod applications;
mod approved;
mod asked;
mod audit;
#[path = "../backups.rs"]
mod backups;
mod browser;
mod certificates;
mod chromium;
mod client_certificates;
mod clock;
mod day;
mod departments;
mod doors;
mod examples;
mod followed;
mod interface;
mod jobs;
mod keys;
mod meanwhile;
mod node;
mod office;
mod oidc;
mod operations;
mod people;
mod problems;
mod proposals;
mod published;
mod publishing;
mod quiet;
mod repeats;
mod samples;
mod schemathesis;
mod separation;
mod sessions;
mod set_back;
mod shapes;
mod sharing;
#[path = "../silence.rs"]
mod silence;
mod stage;
mod taken_up;
mod transfer;
mod verify;
mod webhooks;
mod whole;
mod workbook;
mod written_no_more;

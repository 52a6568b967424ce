//! The library: every certificate, its whole life, and a log nobody can rewrite.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic, reason = "a test stops where it fails")]

mod aliases;
mod asked;
mod backing;
#[path = "../backups.rs"]
mod backups;
mod bounded;
mod damage;
mod drawers;
mod edited;
mod editions;
mod finding;
mod founding;
mod judged;
mod life;
mod log;
mod lost;
mod model;
mod numbers;
mod proofread;
mod proposal_model;
mod registry;
mod review;
mod review_model;
mod spellings;
mod still;
mod taken_over;
mod together;
mod transfer;
mod unsound;
mod versions;
mod within;

//! Acts that take two people: proposed, shown, decided.

pub mod decide;
pub mod propose;
pub mod show;

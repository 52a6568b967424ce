//! Certificates: issued, found, shown, and what becomes of them.

pub mod batch;
pub mod change;
pub mod files;
pub mod issue;
pub mod replace;
pub mod search;
pub mod show;
pub mod take_over;

//! Sharing (GB/T 36906): a relying party's questions, each with its purpose.

mod ask;
pub mod certificates;
pub mod downloads;
pub mod matching;
pub mod verify;

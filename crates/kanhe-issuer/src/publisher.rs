//! What counters need, signed: an agency's status lists, the checkpoint of the library's log, the region's pack.
//!
//! * [`Term`], [`listing_agency`], [`sign_list`]: lists derived from what the library knows, never edited;
//! * [`sign_head`]: a checkpoint, if the log begins with everything that was published of it; [`continues`] and [`goes_on_from`] ask only that;
//! * [`each_tile`]: the files that a checkpoint vouches for;
//! * [`prove_event`]: that an event stands in a published checkpoint;
//! * [`Renewal`]: the pack that comes after another, and [`moment_of`] the moment that it bears.
//!
//! What is signed here leaves as bytes: who keeps and serves them is not this room's question.

mod error;
mod head;
mod lists;
mod pack;
mod proof;

pub use error::{EventProofError, HeadError, ListError, PackSigningError};
pub use head::{SignedHead, continues, each_tile, goes_on_from, sign_head};
pub use lists::{Term, list_of, listing_agency, sign_list};
pub use pack::{Renewal, moment_of, read_contents, sign_pack};
pub use proof::{ProvenEvent, prove_event};

//! Sharing (GB/T 36906): what others may ask of a library, for what, and how they are answered.
//!
//! Who asks names a [`Purpose`]: the matter, the case, and the holder's consent or the duty by which he asks. What he gets is an answer of
//! the standard's own codes ([`Answer`], [`FileAnswer`]), or a [`Matching`]: which of the certificates that a matter needs a holder has.

mod information;
mod matter;
mod purpose;

pub use information::{Answer, FileAnswer, Stated, answer_to};
pub use matter::{Matching, Matter, MatterError, Want, match_want};
pub use purpose::{Basis, Purpose, PurposeError};

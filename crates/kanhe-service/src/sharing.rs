//! Sharing (GB/T 36906): certificates of every agency, for who names a purpose.
//!
//! This is the one road across agencies. What is shown to somebody else is shown by [`Found::disclose`] alone, and it writes down before who
//! asked, for what and by what right: under the agency that asked, and under each agency whose certificates were shown.
//!
//! * [`Inquiry`], [`Share`]: who asks for what, and the paper of it;
//! * [`Found`], [`SharedCertificate`]: what was found, and what of it may be seen;
//! * [`Rules`]: how often a caller may ask on a day, and what is unusual;
//! * [`matters`], [`match_matter`]: matters, and which of the certificates that one needs a holder has;
//! * [`information`], [`mod@file`]: the answers of the standard to information and to files;
//! * [`links`]: a signed file, fetched once.

mod calls;
pub mod file;
mod found;
pub mod information;
mod inquiry;
pub mod links;
mod matching;
pub mod matters;
mod refusal;
mod shown;

pub use calls::Rules;
pub(crate) use calls::{Counted, count_own, tell};
pub use found::{Found, by_holder, by_identifier};
pub use inquiry::{Inquiry, Share, ShareAct, shares_of};
pub use matching::{MatchedWant, match_matter};
pub use refusal::ShareError;
pub use shown::SharedCertificate;

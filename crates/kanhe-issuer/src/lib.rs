//! What an agency does: its catalogue of types, the admission of applications, minting and signing.
//!
//! * [`catalogue`]: type files, believed only when every word of them agrees with every other;
//! * [`application`]: tables of applications, read row by row, each admitted as a [`application::Draft`] or returned with all its faults;
//! * [`keyring`]: the agency's keys, kept encrypted;
//! * [`desk`]: where a draft becomes a signed certificate with its seal;
//! * [`lifecycle`]: which act is allowed in which condition of a certificate, and what it makes of it;
//! * [`registrar`]: the agency's rules, applied where the library is written;
//! * [`examiner`]: from the arrival of an application over the opinions of departments to a decision by somebody else;
//! * [`eyes`]: who stands behind a system's key, and is no second person beside it;
//! * [`proposal`]: acts that take two people, from the proposal to what comes of it;
//! * [`sharing`]: what others may ask, for what purpose, and the answers of the standard;
//! * [`question`]: what is asked that nothing could answer;
//! * [`recorded`]: when something is recorded, by a clock that is held against what was recorded last;
//! * [`sight`]: how much of a certificate somebody may see;
//! * [`audit`], [`survivors`]: whether a library is what its rules say, and what a stolen key had signed before;
//! * [`backing`], [`dropped`]: what a manifest lacks for a certificate, and what it had that the next one has not;
//! * [`publisher`]: what counters need, signed: status lists, the checkpoint of the log, the pack.
//!
//! No file, clock or dice is touched here: bytes or what they are read from, the day, the slot and the salt are arguments.

pub mod application;
pub mod audit;
pub mod backing;
pub mod catalogue;
pub mod desk;
mod discretion;
pub mod doubt;
pub mod dropped;
pub mod examiner;
pub mod eyes;
pub mod json;
pub mod keyring;
pub mod lifecycle;
pub mod proposal;
pub mod publisher;
pub mod question;
pub mod recorded;
pub mod registrar;
pub mod sharing;
pub mod sight;
pub mod survivors;

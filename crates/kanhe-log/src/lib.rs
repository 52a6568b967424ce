//! The append-only log: tiles, sequencing, proofs. Pure: no I/O, no clock, no dice.
//!
//! What is logged is in `docs/spec/log.md`; how, in the specifications of C2SP, which this crate follows to the letter:
//!
//! * [`hash`], [`tile`], [`path`], [`entries`]: the tree of RFC 6962, cut into the files of `c2sp.org/tlog-tiles`;
//! * [`edge`]: the right edge of the tree, the one place where it grows;
//! * [`prove`], [`proof`]: proofs made from tiles, and proofs checked without them;
//! * [`audit`](mod@audit): all published files hashed again;
//! * [`note`], [`checkpoint`]: heads that a key has signed (`c2sp.org/signed-note`, `c2sp.org/tlog-checkpoint`);
//! * [`bundle`]: a proof with its checkpoint, for who has neither log nor network (`c2sp.org/tlog-proof`).

pub mod audit;
pub mod bundle;
pub mod checkpoint;
pub mod edge;
pub mod entries;
pub mod hash;
pub mod note;
pub mod path;
pub mod proof;
pub mod prove;
mod text;
pub mod tile;

//! The store: all certificates of a region in one RocksDB, with one writer.
//!
//! * [`Library`]: founded once, opened with its secret; [`Library::commit`] is the one function that writes;
//! * [`Pen`]: what a commit reads and writes: records, cards, events, applications, each with all its index entries;
//! * [`find`]: every question answered from an index, page by page;
//! * [`Drawer`]: the office's own papers, which may stand in the same batch as the certificate that they are about;
//! * [`taken`]: where in their drawer the things lie that two people have taken up;
//! * [`log`]: the log that grows with every commit, in the same batch;
//! * [`check`]: the whole house held against itself;
//! * [`Still`]: the library as it stood at one moment, while others write;
//! * [`backup`]: online backups and their restoration;
//! * [`docket`]: of which library a backup is;
//! * [`bare`]: what the disk does without us, to measure by.
//!
//! Keys and values are laid out in `docs/DATA_MODEL.md`. This crate knows what is written and where, and no rule about what may be.

pub mod backup;
pub mod bare;
mod beside;
pub mod check;
mod closing;
mod counts;
mod crc;
mod cursor;
mod damage;
pub mod docket;
mod error;
mod family;
#[cfg(feature = "faults")]
pub mod faults;
#[cfg(not(feature = "faults"))]
mod faults;
pub mod find;
mod find_only;
mod find_pages;
mod find_standing;
mod find_words;
mod first_pages;
mod indexed;
mod keeper;
mod kept_list;
mod layout;
mod library;
pub mod log;
mod office;
mod open;
mod papers;
mod pen;
mod pen_reads;
mod plot;
mod project;
mod read_whole;
mod reader;
mod record;
mod reserved;
mod restorations;
mod secret;
mod skip;
mod slots;
mod still;
pub mod taken;
mod to_read;
mod upgrade;
mod view;
mod within;
mod words;
mod writer;
mod writes;

pub use counts::Count;
pub use error::StoreError;
pub use keeper::{Keeper, Restorer};
pub use kept_list::KeptList;
pub use library::{Begun, Library, Settings};
pub use office::{Drawer, Papers};
pub use open::FORMAT;
pub use papers::SignedManifest;
pub use pen::{Arrival, Pen, Repeat, Turn};
pub use plot::Plot;
pub use project::{FoundProjects, Origin, Project, Replaces, Stage};
pub use record::{Card, Record, Shelfmark};
pub use reserved::Reserved;
pub use secret::LibrarySecret;
pub use slots::Page;
pub use still::Still;
pub use within::Within;

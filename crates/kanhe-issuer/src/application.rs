//! Applications: tables of them are read row by row, and each row becomes a [`Draft`] or comes back with all its faults.
//!
//! A fault names its column, a stable code and both sides, and never repeats a name, a code or any other value of a person.

mod admit;
mod asked;
mod characters;
pub(crate) mod columns;
mod csv_rows;
mod day;
mod draft;
mod error;
mod fault;
mod fields;
mod formula;
mod holders;
mod json_rows;
mod lodged;
mod printable;
mod quotes;
mod table;
mod term;
mod workbook;

#[cfg(test)]
mod tests;

pub use columns::{FAULTS, FixedColumn, columns_of, fixed_columns};
pub use draft::{Draft, Minting};
pub use error::TableError;
pub use fault::{Fault, FaultDefect};
pub(crate) use fields::says;
pub use formula::guarded;
pub use json_rows::Columns;
pub(crate) use lodged::days_named;
pub use printable::Unprintable;
pub use table::{Application, MOST_BYTES, Requests, Table};
pub use term::Term;

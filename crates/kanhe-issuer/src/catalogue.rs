//! The catalogue (证照目录): the certificate types that an agency works with, each from one type file.
//!
//! A running service takes up types while others are at work with those that it has: `in_force` says which edition counts.
//!
//! The format is `docs/spec/type-file.md`. Nothing here reads files: names and bytes come from the edge.

mod budget;
mod check;
mod code_set;
mod defects;
mod error;
mod form;
mod in_force;
mod kind;
mod review;
mod seal_profile;
mod shape;
mod sought;
mod type_file;
mod worst_case;

#[cfg(test)]
pub(crate) mod tests;

pub use budget::qr_version_of;
pub use code_set::{CodeSet, Meaning, StateCode, meaning_of};
pub use error::{CatalogueError, TypeDefect};
pub use kind::{AuthorityLevel, Budget, CertificateKind, DefiningAuthority, FormField, HolderCategory, HolderRule, ValidityRule};
pub use review::{Department, ReviewOrder, ReviewRule};
pub use shape::Shape;
pub use sought::{Asked, SoughtError};

use in_force::Later;
use kanhe_core::code::TypeCode;
use kanhe_core::dictionary::Dictionary;
use std::sync::RwLock;

/// A catalogue has at most so many types: the whole country has about 900.
pub const MOST_TYPES: usize = 4_096;

/// Certificate types, each under one code; of each the edition that is in force.
#[derive(Debug, Default)]
pub struct Catalogue {
    kinds: Vec<CertificateKind>,
    later: Later,
    /// Editions by which certificates were issued, and that are read by alone: they come into force no more.
    former: Later,
    /// Places in `kinds`, and behind them in `later`.
    in_force: RwLock<Vec<usize>>,
}

impl Catalogue {
    /// Believes type files that are right in themselves and beside each other.
    ///
    /// Each file comes with its name; `dictionaries` are those that seals may be packed with, and that the worst case is measured with.
    ///
    /// # Errors
    ///
    /// Every defect of every file, by file and member.
    pub fn load<N, B>(files: impl IntoIterator<Item = (N, B)>, dictionaries: &[&Dictionary]) -> Result<Self, Vec<CatalogueError>>
    where
        N: AsRef<str>,
        B: AsRef<[u8]>,
    {
        let mut kinds: Vec<CertificateKind> = Vec::new();
        let mut errors = Vec::new();
        let mut measure = worst_case::Measure::new(dictionaries);
        for (count, (name, bytes)) in files.into_iter().enumerate() {
            let refused = |member: &str, defect| CatalogueError { file: name.as_ref().to_owned(), member: member.to_owned(), defect };
            if count >= MOST_TYPES {
                errors.push(refused("file", TypeDefect::TooMany { most: MOST_TYPES }));
                break;
            }
            match check::check(name.as_ref(), bytes.as_ref(), &mut measure) {
                Ok(kind) => match kinds.iter().find(|other| other.code() == kind.code()) {
                    Some(other) => {
                        let (code, other) = (kind.code().to_string(), other.file().to_owned());
                        errors.push(refused("code", TypeDefect::Twice { code, other }));
                    }
                    None => kinds.push(kind),
                },
                Err(defects) => errors.extend(defects),
            }
        }
        let in_force = RwLock::new((0..kinds.len()).collect());
        if errors.is_empty() { Ok(Self { kinds, later: Later::default(), former: Later::default(), in_force }) } else { Err(errors) }
    }

    /// Believes one type file that is right in itself; `name` is what people will call the type.
    ///
    /// # Errors
    ///
    /// Every defect of the file, by member.
    pub fn check(name: &str, bytes: &[u8], dictionaries: &[&Dictionary]) -> Result<CertificateKind, Vec<CatalogueError>> {
        check::check(name, bytes, &mut worst_case::Measure::new(dictionaries))
    }

    /// What `SET:CODE` means in the code sets of one type, or of all.
    pub fn meaning_of(&self, type_code: Option<&TypeCode>, said: &str) -> Option<Meaning> {
        let kinds = self.kinds().into_iter().filter(|kind| type_code.is_none_or(|code| code == kind.code()));
        meaning_of(kinds.flat_map(CertificateKind::state_codes), said).map(|(_, meaning)| meaning)
    }
}

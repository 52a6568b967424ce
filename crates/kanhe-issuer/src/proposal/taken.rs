//! What two people have taken up, beside the manifest: types, the recognition, and the survivors of stolen keys.

use super::error::ProposalError;
use crate::catalogue::{Catalogue, CatalogueError};
use kanhe_core::code::TypeCode;
use kanhe_core::dictionary::Dictionary;
use kanhe_core::key::VerifyingKey;
use kanhe_core::manifest::Manifest;
use kanhe_store::{Drawer, Library, Pen, StoreError, taken};
use std::collections::BTreeSet;
use thiserror::Error;

/// Papers of the drawer that are asked for at a time: a type file has some kilobytes.
const PAGE: usize = 100;

/// Why the types of a library cannot be worked with.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TakenError {
    /// The library failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A type file that was right is not any more: a dictionary is missing, say.
    #[error("{} (and {} more)", .0.first().map(ToString::to_string).unwrap_or_default(), .0.len().saturating_sub(1))]
    Type(Vec<CatalogueError>),
}

impl TakenError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Type(defects) => defects.first().map_or("type_unknown", CatalogueError::code),
        }
    }
}

/// Brings the types that the library has into a catalogue, the older editions first.
pub fn bring_types(library: &Library, catalogue: &Catalogue, dictionaries: &[&Dictionary]) -> Result<(), TakenError> {
    let mut after = None;
    loop {
        let page = library.office_page(Drawer::Taken, taken::TYPES, after.as_ref(), PAGE)?;
        for (_, file) in &page.papers {
            bring_type(catalogue, dictionaries, file).map_err(TakenError::Type)?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Lets a catalogue remember the editions by which certificates of the library were issued. One that is not right any more, for want of a
/// dictionary say, is passed over: nothing is issued by it, and a row that it alone could read is refused with its certificate.
pub fn bring_former_types(library: &Library, catalogue: &Catalogue, dictionaries: &[&Dictionary]) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = library.office_page(Drawer::Taken, taken::ISSUED_BY, after.as_ref(), PAGE)?;
        for (_, file) in &page.papers {
            remember(catalogue, dictionaries, file);
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// The types of which a library has certificates and keeps no file by which any of them was issued: so it is with those from before such files
/// were kept.
pub fn without_type_file(library: &Library) -> Result<Vec<TypeCode>, StoreError> {
    let types: BTreeSet<TypeCode> = library.counts(None)?.into_iter().map(|count| count.type_code).collect();
    let mut without = Vec::new();
    for code in types {
        if library.office_page(Drawer::Taken, &taken::files_of(code.as_str()), None, 1)?.papers.is_empty() {
            without.push(code);
        }
    }
    Ok(without)
}

fn remember(catalogue: &Catalogue, dictionaries: &[&Dictionary], file: &[u8]) {
    if !catalogue.has_file(file)
        && let Ok(kind) = Catalogue::check("file", file, dictionaries)
    {
        catalogue.remember(kind);
    }
}

/// Brings one type into a catalogue.
pub fn bring_type(catalogue: &Catalogue, dictionaries: &[&Dictionary], file: &[u8]) -> Result<(), Vec<CatalogueError>> {
    super::motion::kind_of(catalogue, dictionaries, file).map(|kind| catalogue.take_up(kind))
}

/// The recognition, as it was signed.
pub fn recognition(library: &Library) -> Result<Option<Vec<u8>>, StoreError> {
    library.office(Drawer::Taken, &taken::recognition())
}

/// The lists of survivors, as they were signed.
pub fn survivors(library: &Library) -> Result<Vec<Vec<u8>>, StoreError> {
    let page = library.office_page(Drawer::Taken, taken::SURVIVORS, None, PAGE)?;
    Ok(page.papers.into_iter().map(|(_, list)| list).collect())
}

pub(super) fn recognition_in(pen: &Pen<'_>) -> Result<Option<Vec<u8>>, StoreError> {
    pen.office(Drawer::Taken, &taken::recognition())
}

pub(super) fn put_recognition(pen: &mut Pen<'_>, envelope: &[u8]) -> Result<(), StoreError> {
    pen.put_office(Drawer::Taken, &taken::recognition(), envelope)
}

/// Lists of survivors that come with a manifest, each of a key that it calls stolen.
pub struct Lists(Vec<(VerifyingKey, Vec<u8>)>);

impl Lists {
    /// Reads lists that the region's root key signed, as it has signed the manifest.
    pub fn read(library: &Library, manifest: &Manifest, root: &VerifyingKey, lists: Vec<Vec<u8>>) -> Result<Self, ProposalError> {
        let one = |(place, list): (usize, Vec<u8>)| Ok((super::motion::fits(library, manifest, &list, root, place)?, list));
        (1..).zip(lists).map(one).collect::<Result<_, _>>().map(Self)
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// Lays them into the library, in the commit of the manifest.
    pub fn put(&self, pen: &mut Pen<'_>) -> Result<(), StoreError> {
        self.0.iter().try_for_each(|(key, list)| put_survivors(pen, key, list))
    }
}

/// A key that was stolen has one list: the last.
pub(super) fn put_survivors(pen: &mut Pen<'_>, key: &VerifyingKey, list: &[u8]) -> Result<(), StoreError> {
    pen.put_office(Drawer::Taken, &taken::survivors(key), list)
}

pub(super) fn newest_type(pen: &Pen<'_>, code: &str) -> Result<Option<Vec<u8>>, StoreError> {
    pen.office(Drawer::Taken, &taken::newest_type(code))
}

/// Old editions stay: the manifest may name one still.
pub(super) fn put_type(pen: &mut Pen<'_>, code: &str, edition: u32, file: &[u8]) -> Result<(), StoreError> {
    pen.put_office(Drawer::Taken, &taken::type_file(code, edition), file)?;
    pen.put_office(Drawer::Taken, &taken::newest_type(code), file)
}

//! The types and the dictionary that kanhe ships, and folders of others.

use crate::cli::TypesArg;
use crate::failure::Failure;
use crate::files;
use crate::words::Words;
use kanhe_core::dictionary::{Dictionary, LARGEST_PUBLISHED};
use kanhe_issuer::catalogue::{Catalogue, CatalogueError};
use std::path::{Path, PathBuf};

/// A type file has at most so many bytes.
pub const LARGEST_TYPE_FILE: usize = 1 << 20;

macro_rules! shipped_types {
    ($($name:literal),+ $(,)?) => {
        /// The type files in the program, by their names.
        const TYPES: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("../../../schemas/types/", $name, ".json")))),+];
    };
}

shipped_types![
    "accounting-qualification",
    "birth-service",
    "business-licence",
    "construction-permit",
    "driving-licence",
    "food-operation-permit",
    "real-estate-title",
    "road-transport-permit",
    "safety-staff",
    "special-work-operator",
    "tax-payment",
];

const DICTIONARY: &[u8] = include_bytes!("../../../schemas/dictionaries/1.cbor");

/// The types at hand: those of a folder, or else the shipped ones.
pub fn catalogue(arg: &TypesArg) -> Result<Catalogue, Failure> {
    let dictionaries = dictionaries(arg.dictionaries.as_deref())?;
    let dictionaries: Vec<&Dictionary> = dictionaries.iter().collect();
    let Some(folder) = &arg.types else { return Catalogue::load(TYPES.iter().copied(), &dictionaries).map_err(|errors| refused(&errors)) };
    let paths = files_with_ending(folder, "json")?;
    load(&paths, &dictionaries)?.map_err(|errors| refused(&errors))
}

/// Loads type files; the inner error has everything that is wrong with them.
pub fn load(paths: &[PathBuf], dictionaries: &[&Dictionary]) -> Result<Result<Catalogue, Vec<CatalogueError>>, Failure> {
    let read = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        files::read(path, LARGEST_TYPE_FILE).map(|bytes| (name, bytes))
    };
    let files = paths.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Catalogue::load(files, dictionaries))
}

/// The dictionaries at hand: those of a folder, or else the shipped one.
pub fn dictionaries(folder: Option<&Path>) -> Result<Vec<Dictionary>, Failure> {
    let decode = |bytes: &[u8], name: &str| Dictionary::decode(bytes).map_err(|error| Failure::new(error.code(), error).within(name));
    let Some(folder) = folder else { return Ok(vec![decode(DICTIONARY, "the shipped dictionary")?]) };
    let paths = files_with_ending(folder, "cbor")?;
    paths.iter().map(|path| decode(&files::read(path, LARGEST_PUBLISHED)?, &path.display().to_string())).collect()
}

fn files_with_ending(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| Failure::file(folder, &error))?;
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    paths.sort();
    Ok(paths)
}

fn refused(errors: &[CatalogueError]) -> Failure {
    let hint = Words::new("kanhe type check 列出全部问题。", "`kanhe type check` lists everything that is wrong.");
    let (code, first) = errors.first().map_or(("type_unknown", String::new()), |error| (error.code(), error.to_string()));
    let more = errors.len().saturating_sub(1);
    let detail = if more == 0 { first } else { format!("{first} (and {more} more)") };
    Failure::new(code, detail).hint(hint)
}

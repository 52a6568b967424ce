//! What a holder has applied for and is not decided, by type: asked where another application comes, whatever else the holder has lodged.

use super::keys::{HOLDERS, OPEN, code_of, open_key, shelves};
use super::{Project, Stage};
use crate::error::StoreError;
use crate::family::Family;
use crate::library::Library;
use crate::pen::Pen;
use crate::skip::{Look, Walk};
use kanhe_core::code::{HolderCode, ProjectCode, TypeCode};
use minicbor::bytes::ByteArray;
use std::collections::{BTreeMap, BTreeSet};

/// Where the holder stands in a key of a holder.
const HOLDER_AT: std::ops::Range<usize> = 1..17;

/// Where the type stands in a key of a shelf.
const TYPE_AT: std::ops::Range<usize> = 1..22;

impl Pen<'_> {
    /// The applications of one type that a holder has lodged and that are not decided.
    pub fn open_for(&self, holder: &HolderCode, type_code: &TypeCode) -> Result<Vec<ProjectCode>, StoreError> {
        let mut found = Vec::new();
        for holder in self.keys().holders(holder) {
            let entries = self.all(Family::Projects, &open_key(&holder, type_code).end())?;
            found.extend(entries.iter().filter_map(|(key, _)| code_of(key)));
        }
        Ok(found)
    }
}

impl Library {
    /// Why some applications that are not decided may not be found by their holders; none where each is.
    pub fn misses_open_projects(&self) -> Option<&StoreError> {
        self.misses_open_projects.get()
    }

    /// Lets every application that is not decided be found by its holders, and no other: one that an older kanhe has lodged or decided does
    /// not stand so.
    ///
    /// It is written before anybody has asked whether the library was set back: these keys say nothing that the applications do not.
    pub(crate) fn enter_open_projects(&self) -> Result<(), StoreError> {
        let mut looked = Looked::default();
        // What cannot be read keeps no library shut: what was read until then is entered, and the rest is known to be missing.
        let whole = looked.at(self);
        if let Err(error) = &whole {
            self.misses_open_projects.get_or_init(|| error.clone());
        }
        let stale = if whole.is_ok() { looked.stale() } else { Vec::new() };
        let has_holders = |code: &ProjectCode| self.project(code).is_ok_and(|it| it.is_some_and(|project| !project.holders.is_empty()));
        let mut missing = looked.missing();
        missing.retain(|(code, (_, holders))| !holders.is_empty() || has_holders(code));
        if missing.is_empty() && stale.is_empty() {
            return Ok(());
        }
        self.commit(|pen| {
            stale.into_iter().for_each(|key| pen.take(Family::Projects, key));
            missing.iter().try_for_each(|(code, (type_code, holders))| pen.enter_open(code, type_code, holders))
        })
    }
}

impl Pen<'_> {
    /// Enters an application that is not decided. One that does not open is entered too: whoever asks for another is told that it does not.
    fn enter_open(&mut self, code: &ProjectCode, type_code: &TypeCode, holders: &[ByteArray<16>]) -> Result<(), StoreError> {
        if let Ok(Some(project)) = self.project(code) {
            // The first of them did not know their holders, who know them.
            let holders = if project.holders.is_empty() { holders.to_vec() } else { project.holders.clone() };
            return self.put_project(&Project { holders, ..project });
        }
        for holder in holders {
            self.put(Family::Projects, open_key(holder, type_code).bytes(code.as_str().as_bytes()).end(), Vec::new());
        }
        Ok(())
    }
}

/// The applications that are not decided, with their types and holders, and how they are found by these today.
#[derive(Default)]
struct Looked {
    open: BTreeMap<ProjectCode, (TypeCode, Vec<ByteArray<16>>)>,
    keys: Vec<(Vec<u8>, Option<ProjectCode>)>,
}

impl Looked {
    /// Looks at all of them, and at their records never: one that does not open waits all the same.
    fn at(&mut self, library: &Library) -> Result<(), StoreError> {
        for list in Stage::ALL.into_iter().filter(|stage| !stage.is_final()).filter_map(|stage| shelves(None, None, None, Some(stage))) {
            let mut walk = Walk::of(library.view(), &list, None)?;
            loop {
                match walk.look()? {
                    Look::Key(key) => self.open.extend(code_of(&key).zip(type_of(&key)).map(|(code, kind)| (code, (kind, Vec::new())))),
                    Look::Gap(_) => {}
                    Look::End => break,
                }
            }
        }
        for row in library.view().scan(Family::Projects, &[OPEN], &[OPEN])? {
            let key = row?.0;
            let code = code_of(&key);
            self.keys.push((key, code));
        }
        let found: BTreeSet<_> = self.keys.iter().filter_map(|(_, code)| *code).collect();
        if self.open.keys().all(|code| found.contains(code)) {
            return Ok(());
        }
        for row in library.view().scan(Family::Projects, &[HOLDERS], &[HOLDERS])? {
            let key = row?.0;
            let holder = key.get(HOLDER_AT).and_then(|holder| <[u8; 16]>::try_from(holder).ok());
            let Some((holder, code)) = holder.zip(code_of(&key)) else { continue };
            if let Some((_, holders)) = self.open.get_mut(&code) {
                holders.push(ByteArray::from(holder));
            }
        }
        Ok(())
    }

    /// The keys of those that are decided, or are nowhere.
    fn stale(&self) -> Vec<Vec<u8>> {
        let waits = |code: &Option<ProjectCode>| code.is_some_and(|code| self.open.contains_key(&code));
        self.keys.iter().filter(|(_, code)| !waits(code)).map(|(key, _)| key.clone()).collect()
    }

    /// Those that no holder finds.
    fn missing(self) -> Vec<(ProjectCode, (TypeCode, Vec<ByteArray<16>>))> {
        let found: BTreeSet<_> = self.keys.iter().filter_map(|(_, code)| *code).collect();
        self.open.into_iter().filter(|(code, _)| !found.contains(code)).collect()
    }
}

/// The type in the key of a shelf.
fn type_of(key: &[u8]) -> Option<TypeCode> {
    TypeCode::parse(std::str::from_utf8(key.get(TYPE_AT)?).ok()?).ok()
}

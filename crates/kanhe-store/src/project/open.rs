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
use std::collections::BTreeSet;

/// Where the holder stands in a key of a holder.
const HOLDER_AT: std::ops::Range<usize> = 1..17;

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
    /// Lets every application that is not decided be found by its holders, and no other: one that an older kanhe has lodged or decided does
    /// not stand so.
    pub(crate) fn enter_open_projects(&self) -> Result<(), StoreError> {
        // What cannot be read is told to whoever asks for it, and by the check: it keeps no library shut.
        let Ok((missing, stale)) = self.open_projects_astray() else { return Ok(()) };
        if missing.is_empty() && stale.is_empty() {
            return Ok(());
        }
        self.commit(|pen| {
            stale.into_iter().for_each(|key| pen.take(Family::Projects, key));
            missing.iter().try_for_each(|project| pen.put_project(project))
        })
    }

    /// The applications that lack such keys, and the keys of those that are decided.
    fn open_projects_astray(&self) -> Result<(Vec<Project>, Vec<Vec<u8>>), StoreError> {
        let (mut open, mut known, mut stale) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for list in Stage::ALL.into_iter().filter(|stage| !stage.is_final()).filter_map(|stage| shelves(None, None, None, Some(stage))) {
            let mut walk = Walk::of(self.view(), &list, None)?;
            loop {
                match walk.look()? {
                    Look::Key(key) => open.extend(code_of(&key)),
                    Look::Gap(_) => {}
                    Look::End => break,
                }
            }
        }
        for row in self.view().scan(Family::Projects, &[OPEN], &[OPEN])? {
            let key = row?.0;
            match code_of(&key).filter(|code| open.contains(code)) {
                Some(code) => drop(known.insert(code)),
                None => stale.push(key),
            }
        }
        let read = |code: &ProjectCode| self.project(code).ok().flatten();
        let mut missing: Vec<Project> = open.difference(&known).filter_map(read).collect();
        // The first of them did not know their holders, who know them.
        if missing.iter().any(|project| project.holders.is_empty()) {
            for row in self.view().scan(Family::Projects, &[HOLDERS], &[HOLDERS])? {
                let key = row?.0;
                let holder = key.get(HOLDER_AT).and_then(|holder| <[u8; 16]>::try_from(holder).ok());
                let Some((holder, code)) = holder.zip(code_of(&key)) else { continue };
                if let Some(project) = missing.iter_mut().find(|project| project.code == code)
                    && !project.holders.iter().any(|known| **known == holder)
                {
                    project.holders.push(ByteArray::from(holder));
                }
            }
        }
        missing.retain(|project| !project.holders.is_empty());
        Ok((missing, stale))
    }
}

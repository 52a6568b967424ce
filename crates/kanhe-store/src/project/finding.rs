//! Finding applications: by code, page by page by where they wait, and by holder.

use super::keys::{code_of, holder_key, shelves};
use super::{Project, Stage};
use crate::cursor::Cursor;
use crate::error::StoreError;
use crate::family::Family;
use crate::library::Library;
use crate::within::Within;
use kanhe_core::code::{HolderCode, ProjectCode, TypeCode, Uscc};
use kanhe_core::event::Event;

/// A page of applications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundProjects {
    /// Their codes, by type, agency, stage and the day of their arrival.
    pub codes: Vec<ProjectCode>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

impl Library {
    /// The application with a code.
    pub fn project(&self, code: &ProjectCode) -> Result<Option<Project>, StoreError> {
        self.reader().project(code)
    }

    /// What happened to an application, with its index in the log, the oldest first.
    pub fn history_of(&self, project: &Project) -> Result<Vec<(u64, Event)>, StoreError> {
        self.reader().history_of(project)
    }

    /// One page of the applications of a type, an agency and a stage: at most `most`, those after the cursor.
    pub fn projects(
        &self,
        type_code: Option<&TypeCode>,
        agency: Option<&Uscc>,
        stage: Option<Stage>,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<FoundProjects, StoreError> {
        self.projects_on(None, type_code, agency, stage, after, most)
    }

    /// One page of the applications that lie within: at most `most`, those after the cursor.
    pub fn projects_within(
        &self,
        within: Within<'_>,
        type_code: Option<&TypeCode>,
        stage: Option<Stage>,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<FoundProjects, StoreError> {
        self.projects_on(Some(within), type_code, Some(within.agency), stage, after, most)
    }

    fn projects_on(
        &self,
        within: Option<Within<'_>>,
        type_code: Option<&TypeCode>,
        agency: Option<&Uscc>,
        stage: Option<Stage>,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<FoundProjects, StoreError> {
        let Some(list) = shelves(within, type_code, agency, stage) else { return Ok(FoundProjects::default()) };
        let (keys, next) = self.keys_of_page(&list, after, most)?;
        Ok(FoundProjects { codes: keys.iter().filter_map(|key| code_of(key)).collect(), next })
    }

    /// All applications of a holder: for who asks what is known of him.
    pub fn projects_of(&self, holder: &HolderCode) -> Result<Vec<ProjectCode>, StoreError> {
        let mut found = Vec::new();
        for holder in self.keys.holders(holder) {
            let entries = self.view().all(Family::Projects, &holder_key(&holder).end())?;
            found.extend(entries.iter().filter_map(|(key, _)| code_of(key)));
        }
        Ok(found)
    }
}

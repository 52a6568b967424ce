//! Applications under the pen: lodged, and moved on to where they next wait.

use super::Project;
use super::keys::{code_of, request_key};
use crate::error::StoreError;
use crate::family::Family;
use crate::pen::Pen;
use kanhe_core::code::{HolderCode, ProjectCode, TypeCode, Uscc};
use kanhe_core::event::Event;
use kanhe_core::wire;

impl Pen<'_> {
    /// The application with a code.
    pub fn project(&self, code: &ProjectCode) -> Result<Option<Project>, StoreError> {
        self.reader().project(code)
    }

    /// The code under which a request was lodged before.
    pub fn lodged_as(&self, agency: &Uscc, type_code: &TypeCode, request: &str) -> Result<Option<ProjectCode>, StoreError> {
        Ok(self.get(Family::Projects, &request_key(agency, type_code, request))?.as_deref().and_then(code_of))
    }

    /// What happened to an application, with its index in the log, the oldest first.
    pub fn history_of(&self, project: &Project) -> Result<Vec<(u64, Event)>, StoreError> {
        self.reader().history_of(project)
    }

    /// Enters a new application under everything that it is found by.
    pub fn lodge(&mut self, project: &Project, holders: &[HolderCode]) -> Result<(), StoreError> {
        let holders: Vec<_> = holders.iter().map(|holder| self.keys().holder(holder).into()).collect();
        let project = Project { holders, ..project.clone() };
        self.put(Family::Projects, project.request_key(), project.code.as_str().as_bytes().to_vec());
        for key in project.holder_keys() {
            self.put(Family::Projects, key, Vec::new());
        }
        self.stand_project(&project)
    }

    /// Writes what has become of an application, and moves it to where it now waits.
    pub fn move_on(&mut self, project: &Project) -> Result<(), StoreError> {
        let before = self.project(&project.code)?.ok_or(StoreError::Malformed { family: Family::Projects.name() })?;
        self.take(Family::Projects, before.shelf());
        before.open_keys().for_each(|key| self.take(Family::Projects, key));
        self.stand_project(project)
    }

    fn stand_project(&mut self, project: &Project) -> Result<(), StoreError> {
        self.put(Family::Projects, project.shelf(), Vec::new());
        self.put_project(project)
    }

    /// Writes an application, with what leads to it as long as it is not decided.
    pub(super) fn put_project(&mut self, project: &Project) -> Result<(), StoreError> {
        let key = Project::key(&project.code);
        let sealed = self.keys().seal(Family::Projects, &key, &wire::to_vec(project))?;
        self.put(Family::Projects, key, sealed);
        project.open_keys().for_each(|key| self.put(Family::Projects, key, Vec::new()));
        Ok(())
    }
}

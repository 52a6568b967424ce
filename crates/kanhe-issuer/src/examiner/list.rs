//! Lists of applications: of a stage, or of those that wait for a department.

use super::{Examiner, Standing};
use crate::catalogue::{Catalogue, CertificateKind};
use kanhe_core::code::{ProjectCode, TypeCode, Uscc};
use kanhe_store::find::Cursor;
use kanhe_store::{FoundProjects, Project, Stage, StoreError, Within};
use std::collections::BTreeSet;

/// A page that asks for a department looks at no more applications than this, a tenth of a second; what is beyond comes with the next page.
const MOST_LOOKS: usize = 500;

/// Which applications are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'w> {
    /// Those that a caller may hear of; none for all.
    pub within: Option<Within<'w>>,
    /// Of a type.
    pub type_code: Option<TypeCode>,
    /// Of an agency.
    pub agency: Option<Uscc>,
    /// That have come so far.
    pub how_far: Option<HowFar<'w>>,
}

/// How far applications have come that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowFar<'w> {
    /// To a stage.
    Stage(Stage),
    /// To a department, which they wait for now: they are in review.
    Department(&'w str),
}

impl<'w> Wanted<'w> {
    const fn department(&self) -> Option<&'w str> {
        match self.how_far {
            Some(HowFar::Department(department)) => Some(department),
            Some(HowFar::Stage(_)) | None => None,
        }
    }

    const fn stage(&self) -> Option<Stage> {
        match self.how_far {
            Some(HowFar::Stage(stage)) => Some(stage),
            Some(HowFar::Department(_)) => Some(Stage::InReview),
            None => None,
        }
    }
}

/// A page of applications.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// At most as many as were asked for.
    pub projects: Vec<Project>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

impl Examiner<'_> {
    /// One page. One that asks for a department looks on until it is full or has looked enough, for most wait for others; it ends early where
    /// a page of the library does, which has leapt enough.
    pub fn list(&self, catalogue: &Catalogue, wanted: Wanted<'_>, after: Option<&Cursor>, most: usize) -> Result<Page, StoreError> {
        let (mut page, mut after) = (Page::default(), after.cloned());
        let mut looks = if wanted.department().is_some() { MOST_LOOKS } else { usize::MAX };
        loop {
            let room = most.max(1).saturating_sub(page.projects.len()).min(looks);
            let found = self.found(wanted, after.as_ref(), room)?;
            looks = looks.saturating_sub(found.codes.len());
            for code in &found.codes {
                page.projects.extend(self.wanted(catalogue, wanted, code)?);
            }
            after = found.next;
            if after.is_none() || found.codes.len() < room || page.projects.len() >= most || looks == 0 {
                return Ok(Page { next: after, ..page });
            }
        }
    }

    fn found(&self, wanted: Wanted<'_>, after: Option<&Cursor>, most: usize) -> Result<FoundProjects, StoreError> {
        let (type_code, stage) = (wanted.type_code.as_ref(), wanted.stage());
        match wanted.within {
            Some(within) => self.library.projects_within(within, type_code, stage, after, most),
            None => self.library.projects(type_code, wanted.agency.as_ref(), stage, after, most),
        }
    }

    /// An application of the list, if it is one that was asked for.
    fn wanted(&self, catalogue: &Catalogue, wanted: Wanted<'_>, code: &ProjectCode) -> Result<Option<Project>, StoreError> {
        let Some(project) = self.library.project(code)? else { return Ok(None) };
        let Some(department) = wanted.department() else { return Ok(Some(project)) };
        let Some(rule) = catalogue.find(project.type_code.as_str()).and_then(CertificateKind::review) else { return Ok(None) };
        let history = self.library.history_of(&project)?;
        let standing = Standing::of(rule, history.iter().map(|(_, event)| event));
        let waits = standing.waiting_for().iter().any(|waiting| waiting.id == department);
        Ok(waits.then_some(project))
    }
}

impl Catalogue {
    /// Whether a type's review asks a department of this id.
    pub fn knows_department(&self, id: &str) -> bool {
        self.kinds().into_iter().filter_map(CertificateKind::review).any(|rule| rule.department(id).is_some())
    }

    /// The ids of all departments that a type's review asks, each once.
    pub fn departments(&self) -> BTreeSet<&str> {
        let rules = self.kinds().into_iter().filter_map(CertificateKind::review);
        rules.flat_map(|rule| rule.departments.iter().map(|department| department.id.as_str())).collect()
    }
}

//! Whether an application and everything that leads to it agree.

use super::Project;
use super::keys::{CODES, HOLDERS, OPEN, REQUESTS, SHELVES, code_of};
use crate::error::StoreError;
use crate::family::Family;
use crate::library::Library;
use crate::view::View;
use kanhe_core::code::ProjectCode;
use kanhe_core::event::Event;

impl Library {
    /// The application that an entry of the family is about or leads to, and whether it agrees with everything that does.
    pub(crate) fn project_stands(&self, key: &[u8], value: &[u8]) -> (Option<ProjectCode>, bool) {
        let kind = key.first().copied();
        let code = if kind == Some(REQUESTS) { code_of(value) } else { code_of(key) };
        let agrees = code.is_some_and(|code| match self.project(&code) {
            Ok(Some(project)) => match kind {
                Some(CODES) => project.code == code && key == Project::key(&code) && self.project_agrees(&project).unwrap_or(false),
                Some(SHELVES) => key == project.shelf() && value.is_empty(),
                Some(REQUESTS) => key == project.request_key() && value == code.as_str().as_bytes(),
                Some(HOLDERS) => value.is_empty() && project.is_found_by(key),
                Some(OPEN) => value.is_empty() && project.open_keys().any(|own| own == key),
                _ => false,
            },
            Ok(None) | Err(_) => false,
        });
        (code, agrees)
    }

    fn project_agrees(&self, project: &Project) -> Result<bool, StoreError> {
        let view: View<'_> = self.view();
        let code = &project.code;
        let request = view.get(Family::Projects, &project.request_key())?;
        let history = self.history_of(project)?;
        let about =
            |event: &Event| event.subject == code.as_str() || event.approval.as_ref().is_some_and(|approval| approval.project == *code);
        for key in project.holder_keys().chain(project.open_keys()) {
            if view.get(Family::Projects, &key)?.is_none() {
                return Ok(false);
            }
        }
        Ok(view.get(Family::Projects, &project.shelf())?.is_some()
            && request.as_deref().and_then(code_of).as_ref() == Some(code)
            && project.issued.is_none_or(|issued| self.card(issued).is_ok())
            && !history.is_empty()
            && history.iter().all(|(_, event)| about(event)))
    }
}

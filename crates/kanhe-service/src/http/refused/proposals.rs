//! Acts that take two people.

use crate::http::problem::{Fault, Problem};
use crate::proposals::alone::AloneError;
use axum::http::StatusCode;
use kanhe_issuer::catalogue::CatalogueError;
use kanhe_issuer::proposal::ProposalError;
use kanhe_issuer::registrar::RegistrarError;

impl From<ProposalError> for Problem {
    fn from(error: ProposalError) -> Self {
        let status = match &error {
            ProposalError::Store(error) => return error.clone().into(),
            // The library's own manifest is read elsewhere: what does not open here is what the caller sent.
            ProposalError::Registrar(RegistrarError::Manifest(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            ProposalError::Registrar(error) => return error.clone().into(),
            ProposalError::Grounds(error) => return error.clone().into(),
            ProposalError::NotFound { .. } => return absent(),
            ProposalError::SamePerson { .. } | ProposalError::NotAuthor { .. } => StatusCode::FORBIDDEN,
            ProposalError::CodeTaken
            | ProposalError::TooManyOpen { .. }
            | ProposalError::Decided { .. }
            | ProposalError::Expired { .. }
            | ProposalError::ActorClosed
            | ProposalError::OtherContent { .. }
            | ProposalError::Changed { .. }
            | ProposalError::CertificatesChanged { .. }
            | ProposalError::TypeNotNewer { .. }
            | ProposalError::RecognitionNotNewer { .. } => StatusCode::CONFLICT,
            ProposalError::NotAllowed { .. }
            | ProposalError::Length { .. }
            | ProposalError::Type(_)
            | ProposalError::Envelope(_)
            | ProposalError::OtherRegion { .. }
            | ProposalError::Survivors { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.code(), &error).faults(faults(&error))
    }
}

impl From<AloneError> for Problem {
    fn from(error: AloneError) -> Self {
        match error {
            AloneError::Store(error) => error.into(),
            AloneError::NeedTwo { .. } => Self::new(StatusCode::FORBIDDEN, error.code(), error),
        }
    }
}

/// What a caller hears of a proposal that is not there, or another agency's.
pub fn absent() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "proposal_not_found", "the library has no such proposal")
}

/// A problem lists at most so many certificates: the first show what happened.
const MOST_FAULTS: usize = 100;

fn faults(error: &ProposalError) -> Vec<Fault> {
    match error {
        ProposalError::Type(defects) => defects.iter().map(defect).collect(),
        ProposalError::NotAllowed { refused } => {
            let fault = |(identifier, error): &(String, kanhe_issuer::lifecycle::LifecycleError)| Fault {
                place: identifier.clone(),
                code: error.code().to_owned(),
                detail: error.to_string(),
            };
            refused.iter().take(MOST_FAULTS).map(fault).collect()
        }
        ProposalError::CertificatesChanged { changed } => {
            let fault = |(was, is): &(String, String)| Fault {
                place: was.split(' ').next().unwrap_or_default().to_owned(),
                code: error.code().to_owned(),
                detail: format!("{was} then, {is} now"),
            };
            changed.iter().take(MOST_FAULTS).map(fault).collect()
        }
        _ => Vec::new(),
    }
}

fn defect(error: &CatalogueError) -> Fault {
    Fault { place: error.member.clone(), code: error.code().to_owned(), detail: error.defect.to_string() }
}

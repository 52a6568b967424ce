//! What is a caller's own: the one door between the routes and what stands in the library.
//!
//! Every caller belongs to one agency, and what belongs to another is not there for it: not forbidden, not found. No handler asks the
//! library for certificates, applications or counts by itself; a test reads the handlers and says so.

use super::problem::Problem;
use crate::accounts::{Caller, Right, Scope};
use crate::house::House;
use crate::shown::Counts;
use axum::http::StatusCode;
use jiff::civil::Date;
use kanhe_core::code::{CertificateId, ProjectCode, TypeCode};
use kanhe_core::manifest::Manifest;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::{Desk, agency_of};
use kanhe_issuer::examiner::{Examiner, Page, Wanted};
use kanhe_issuer::registrar::Registrar;
use kanhe_store::find::{Cursor, Found, Question};
use kanhe_store::{Project, Shelfmark, Within};

/// A certificate of the caller's agency.
pub struct OwnCertificate {
    /// Its identifier.
    pub identifier: CertificateId,
    /// Where it stands.
    pub mark: Shelfmark,
}

/// An application of the caller's agency, with its type.
pub struct OwnApplication<'h> {
    /// The application.
    pub project: Project,
    /// Its type.
    pub kind: &'h CertificateKind,
}

/// What a caller hears of.
const fn within(caller: &Caller) -> Within<'_> {
    let types = match &caller.scope {
        Scope::EveryType => None,
        Scope::Types(types) => Some(types.as_slice()),
    };
    Within { agency: &caller.agency, types }
}

impl House {
    /// A certificate of the caller's agency, for which it has a right.
    pub fn certificate_of(&self, caller: &Caller, right: Right, identifier: &str) -> Result<OwnCertificate, Problem> {
        caller.may(right)?;
        let identifier = CertificateId::parse(identifier)
            .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.code(), "the path names no identifier of a certificate"))?;
        let absent = || Problem::new(StatusCode::NOT_FOUND, "certificate_not_found", "the library has no such certificate");
        if *identifier.issuer() != caller.agency {
            return Err(absent());
        }
        caller.may_for(right, identifier.type_code())?;
        if right == Right::Change {
            self.is_the_published_one()?;
        }
        let mark = self.library.find(&identifier)?.ok_or_else(absent)?;
        Ok(OwnCertificate { identifier, mark })
    }

    /// An application to the caller's agency, for which it has a right.
    pub fn application_of(&self, caller: &Caller, right: Right, code: &str) -> Result<OwnApplication<'_>, Problem> {
        caller.may(right)?;
        let project = self.project(code)?.filter(|project| project.agency == caller.agency).ok_or_else(no_project)?;
        caller.may_for(right, &project.type_code)?;
        let kind = self.kind(project.type_code.as_str())?;
        Ok(OwnApplication { project, kind })
    }

    /// An application of any agency, for who knows its code: of it nothing is told but where it stands.
    pub fn application_anywhere(&self, code: &str) -> Result<Project, Problem> {
        self.project(code)?.ok_or_else(no_project)
    }

    fn project(&self, code: &str) -> Result<Option<Project>, Problem> {
        let code = ProjectCode::parse(code)
            .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.code(), "the path names no code of an application"))?;
        Ok(self.library.project(&code)?)
    }

    /// One page of the caller's certificates.
    pub fn ask_of(&self, caller: &Caller, question: &Question, after: Option<&Cursor>, most: usize) -> Result<Found, Problem> {
        caller.may(Right::Read)?;
        Ok(self.library.ask_within(within(caller), question, after, most)?)
    }

    /// One page of the applications to the caller's agency.
    pub fn applications_of(&self, caller: &Caller, wanted: Wanted<'_>, after: Option<&Cursor>, most: usize) -> Result<Page, Problem> {
        caller.may(Right::Read)?;
        let wanted = Wanted { within: Some(within(caller)), ..wanted };
        Ok(Examiner::new(&self.library).list(&self.catalogue, wanted, after, most)?)
    }

    /// How many certificates the caller's agency has.
    pub fn counts_of(&self, caller: &Caller, today: Date) -> Result<Counts, Problem> {
        caller.may(Right::Read)?;
        Ok(Counts::read(&self.library, Some(within(caller)), today)?)
    }

    /// A type that the caller has a right for, by its code or its file's name.
    pub fn kind_of(&self, caller: &Caller, right: Right, name: &str) -> Result<&CertificateKind, Problem> {
        caller.may(right)?;
        let kind = self.kind(name)?;
        caller.may_for(right, kind.code())?;
        Ok(kind)
    }

    /// The code of a type that a caller names; its rights are asked where something is done with it.
    pub fn type_code(&self, name: &str) -> Result<TypeCode, Problem> {
        self.kind(name).map(|kind| *kind.code())
    }

    fn kind(&self, name: &str) -> Result<&CertificateKind, Problem> {
        let unknown = || Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "type_unknown", "the service has no such type");
        self.catalogue.find(name).ok_or_else(unknown)
    }

    /// The manifest that the library works under.
    pub fn manifest(&self) -> Result<Manifest, Problem> {
        Ok(Registrar::new(&self.library).manifest()?)
    }

    /// Refuses to go on in a library that was set back behind its published log: what is issued would take slots that others have, and what
    /// is changed would be lost with the library.
    fn is_the_published_one(&self) -> Result<(), Problem> {
        let behind =
            |code| Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, "the library does not go on from the copy of its checkpoint");
        self.press.astray().map_or(Ok(()), |code| Err(behind(code)))
    }

    /// A desk for a type, with a key of the caller's agency: no other key ever signs for it.
    pub fn desk_of<'h>(&'h self, caller: &Caller, manifest: &'h Manifest, kind: &CertificateKind) -> Result<Desk<'h>, Problem> {
        self.is_the_published_one()?;
        let of_agency = |key: &&kanhe_issuer::keyring::NamedKey| agency_of(manifest, &key.key().verifying_key()) == Some(caller.agency);
        let mut refused = None;
        for key in self.keys.iter().filter(of_agency) {
            match Desk::open(manifest, key.key(), kind, &self.dictionaries) {
                Ok(desk) => return Ok(desk),
                Err(error) => refused = Some(error),
            }
        }
        let none = || Problem::new(StatusCode::CONFLICT, "key_not_held", "the service holds no key of your agency");
        Err(refused.map_or_else(none, Problem::from))
    }
}

fn no_project() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "project_not_found", "the library has no such application")
}

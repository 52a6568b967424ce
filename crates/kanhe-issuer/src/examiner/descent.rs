//! Where a certificate that is applied for goes on: nowhere, where a version here ends, or where one of another region has ended.

use crate::application::Term;
use crate::desk::Succession;
use crate::registrar::{Lineage, Origin, Registrar, RegistrarError, Replacement};
use jiff::Timestamp;
use kanhe_core::code::CertificateId;
use kanhe_store::{Pen, Project, Replaces};

/// Where a certificate that is applied for goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum Descent {
    /// Nowhere: it is a first one.
    First,
    /// It takes the place of a version here.
    Next(Replacement, CertificateId),
    /// It is taken over from another region (转入).
    From(Origin),
}

impl Descent {
    /// What an application asks for.
    pub fn of(project: &Project) -> Self {
        let version = |replaces: &Replaces| Some(Self::Next(Replacement::of(replaces.act)?, replaces.identifier.clone()));
        let origin = || project.origin.as_ref().map(|origin| Self::From(Origin::of(origin)));
        project.replaces.as_ref().and_then(version).or_else(origin).unwrap_or(Self::First)
    }

    /// Who gives the days of the certificate.
    pub fn term(&self, registrar: Registrar<'_>) -> Result<Term, RegistrarError> {
        match self {
            Self::First => registrar.term_after(None),
            Self::Next(replacement, identifier) => registrar.term_after(Some((*replacement, identifier))),
            Self::From(_) => Ok(Term::Carried),
        }
    }

    /// What the certificate is signed as.
    pub(super) fn succession(&self) -> Succession<'_> {
        match self {
            Self::First => Succession::First,
            Self::Next(_, identifier) => Succession::Next(identifier),
            Self::From(origin) => Succession::From(origin.cited()),
        }
    }

    /// What the certificate is entered as, if it was asked for then.
    pub(super) fn lineage(&self, pen: &Pen<'_>, asked: Timestamp) -> Result<Lineage<'_>, RegistrarError> {
        match self {
            Self::First => Ok(Lineage::First),
            Self::Next(replacement, identifier) => Lineage::next(pen, identifier, *replacement, asked),
            Self::From(origin) => Ok(Lineage::From(origin)),
        }
    }

    /// How the log names it.
    pub(super) fn told(&self) -> Option<String> {
        match self {
            Self::First => None,
            Self::Next(_, identifier) => Some(identifier.to_string()),
            Self::From(origin) => Some(origin.told()),
        }
    }

    /// The version here, as an application keeps it.
    pub(super) fn replaces(&self) -> Option<Replaces> {
        let Self::Next(replacement, identifier) = self else { return None };
        Some(Replaces { act: replacement.act(), identifier: identifier.clone() })
    }

    /// The certificate of another region, as an application keeps it.
    pub(super) fn origin(&self) -> Option<kanhe_store::Origin> {
        let Self::From(origin) = self else { return None };
        Some(origin.kept())
    }
}

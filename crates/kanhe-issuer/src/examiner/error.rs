//! Why an examiner does not do what is asked.

use crate::application::{Fault, TableError};
use crate::desk::{DeskError, IssueError};
use crate::lifecycle::LifecycleError;
use crate::registrar::RegistrarError;
use jiff::civil::Date;
use kanhe_core::code::{ProjectCode, TypeCode, Uscc};
use kanhe_store::{Stage, StoreError};
use thiserror::Error;

/// Why an examiner does not do what is asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExaminerError {
    /// The library failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rules of the register refuse it.
    #[error(transparent)]
    Registrar(#[from] RegistrarError),
    /// The type file at hand is not the one that the library's manifest names.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// What is to be renewed or amended cannot be.
    #[error(transparent)]
    Lifecycle(#[from] LifecycleError),
    /// What it is to replace has become something that cannot be replaced since it was lodged.
    #[error("what it is to replace cannot be replaced any more: {0}")]
    Overtaken(LifecycleError),
    /// What it is to replace is suspended: the decision waits until that has ended.
    #[error("what it is to replace is suspended: the application waits until it is reinstated")]
    Suspended,
    /// The row has faults.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Faults(Vec<Fault>),
    /// The application cannot be read back: its type has another form now.
    #[error(transparent)]
    Form(TableError),
    /// The type's applications are minted at once.
    #[error("applications for this type need no review")]
    NoReview,
    /// A certificate is issued on the day on which it is approved.
    #[error("an application that is reviewed names no day of issue: it is the day of the approval")]
    IssuedGiven,
    /// An arrival on another day than it is written down.
    #[error("an application arrives on the day on which it is written down, {today}, not on {effective}")]
    OtherDay {
        /// The day named.
        effective: Date,
        /// Today.
        today: Date,
    },
    /// A decision on another day than it is written down: what it grants is issued on that day.
    #[error("an application is approved on the day on which that is written down, {today}, not on {effective}: it is the day of issue")]
    ApprovedOtherDay {
        /// The day named.
        effective: Date,
        /// Today.
        today: Date,
    },
    /// The agency does not issue this type.
    #[error("agency {agency} may not issue this type under the library's manifest")]
    OutOfScope {
        /// The agency.
        agency: Uscc,
    },
    /// The application is for another agency or type than the desk.
    #[error("the application is decided by agency {wanted}, the key is that of {found}")]
    OtherAgency {
        /// The agency of the application.
        wanted: Uscc,
        /// The agency of the key.
        found: Uscc,
    },
    /// The application is of another type.
    #[error("the application is of another type")]
    OtherType,
    /// The request was lodged before, and asked for something else.
    #[error("the request was lodged before as {code}, with other contents")]
    RequestDiffers {
        /// The code of what was lodged.
        code: ProjectCode,
    },
    /// A certificate was issued for the request before.
    #[error("a certificate was issued for the request before: {identifier}")]
    RequestIssued {
        /// The certificate.
        identifier: String,
    },
    /// The type allows one valid certificate per holder, and a holder waits for one.
    #[error("a holder has applied for a certificate of this type already: {code}")]
    Open {
        /// The application that is not decided.
        code: ProjectCode,
        /// The agency that is to decide it.
        agency: Uscc,
        /// The type of the certificate.
        type_code: TypeCode,
    },
    /// A row of a rehearsal is for a holder of one before it, who may have one certificate of the type.
    #[error("an earlier row is for the same holder, who may have one certificate of this type")]
    RowOpen,
    /// The code was given out before: the dice fell twice the same way.
    #[error("the code was given out before")]
    CodeTaken,
    /// The library has no such application.
    #[error("the library has no application {code}")]
    NotFound {
        /// The code.
        code: ProjectCode,
    },
    /// The application is decided or was taken back.
    #[error("the application is {} already", .stage.word())]
    Decided {
        /// What became of it.
        stage: Stage,
    },
    /// The type's rule does not name the department.
    #[error("the type's review knows no department {found:?}: it asks {}", .known.join(", "))]
    UnknownDepartment {
        /// The department named.
        found: String,
        /// Those of the rule.
        known: Vec<String>,
    },
    /// Departments before it have not agreed yet.
    #[error("it is not the turn of {department}: {} must agree first", .before.join(", "))]
    NotYetTurn {
        /// The department that spoke.
        department: String,
        /// Those that must speak first.
        before: Vec<String>,
    },
    /// The same person on two sides.
    #[error("{actor} has handled this application, in person or by a key: somebody else must {what}")]
    SamePerson {
        /// The person.
        actor: String,
        /// What somebody else must do.
        what: &'static str,
    },
    /// Not every department agrees.
    #[error("not all departments agree (waiting for: {}; objecting: {})", named(.waiting), named(.objecting))]
    NotAgreed {
        /// Departments that have not spoken.
        waiting: Vec<String>,
        /// Departments that object.
        objecting: Vec<String>,
    },
}

fn named(departments: &[String]) -> String {
    if departments.is_empty() { "none".to_owned() } else { departments.join(", ") }
}

impl ExaminerError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Registrar(error) => error.code(),
            Self::Desk(error) => error.code(),
            Self::Lifecycle(error) => error.code(),
            Self::Overtaken(_) => "review_overtaken",
            Self::Suspended => "review_suspended",
            Self::Faults(_) => "rows_refused",
            Self::Form(error) => error.code(),
            Self::NoReview => "review_not_needed",
            Self::IssuedGiven => "review_sets_day_of_issue",
            Self::OtherDay { .. } | Self::ApprovedOtherDay { .. } => "review_other_day",
            Self::OutOfScope { .. } => "review_out_of_scope",
            Self::OtherAgency { .. } => "review_other_agency",
            Self::OtherType => "review_other_type",
            Self::RequestDiffers { .. } => "request_reused",
            Self::RequestIssued { .. } => "request_issued",
            Self::Open { .. } | Self::RowOpen => "application_open",
            Self::CodeTaken => "project_code_taken",
            Self::NotFound { .. } => "project_not_found",
            Self::Decided { .. } => "project_decided",
            Self::UnknownDepartment { .. } => "review_unknown_department",
            Self::NotYetTurn { .. } => "review_not_yet_turn",
            Self::SamePerson { .. } => "review_same_person",
            Self::NotAgreed { .. } => "review_not_agreed",
        }
    }
}

impl From<IssueError> for ExaminerError {
    fn from(error: IssueError) -> Self {
        Self::Registrar(RegistrarError::Issue(error))
    }
}

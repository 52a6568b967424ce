//! How the failures of the rooms below become problems: every variant has its status here, and nowhere else.
//!
//! A detail never says what belongs to another agency: a rule of the whole library may be broken by a certificate that the caller must not
//! hear of. It never quotes what a caller sent either.

mod accounts;
mod proposals;
mod sharing;

use super::problem::{Fault, Problem, Rival};
use crate::jobs::{CountError, JobError};
use axum::http::StatusCode;
use kanhe_core::code::CertificateId;
use kanhe_core::event::GroundsError;
use kanhe_issuer::application::{self, TableError};
use kanhe_issuer::catalogue::SoughtError;
use kanhe_issuer::desk::{DeskError, IssueError};
use kanhe_issuer::examiner::ExaminerError;
use kanhe_issuer::lifecycle::LifecycleError;
use kanhe_issuer::publisher::EventProofError;
use kanhe_issuer::question::QuestionError;
use kanhe_issuer::recorded::RecordingError;
use kanhe_issuer::registrar::{Refusal, RegistrarError};
use kanhe_render::{DrawError, MissingGlyph};
use kanhe_store::{StoreError, Within};
use kanhe_words::Sentence;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let status = match &error {
            StoreError::Cursor | StoreError::CursorElsewhere => StatusCode::BAD_REQUEST,
            StoreError::DiskFull | StoreError::NoSlot => StatusCode::INSUFFICIENT_STORAGE,
            StoreError::InUse | StoreError::ReadOnly | StoreError::ToRead | StoreError::Broken | StoreError::Astray { .. } => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            StoreError::NoLibrary { .. }
            | StoreError::NoSecret { .. }
            | StoreError::HalfRestored { .. }
            | StoreError::BeingMade { .. }
            | StoreError::NoBackup { .. }
            | StoreError::BackupBeingMade { .. }
            | StoreError::BackupDamaged { .. }
            | StoreError::DocketDamaged { .. }
            | StoreError::OtherLibrary { .. }
            | StoreError::OtherHistory { .. }
            | StoreError::OtherLog { .. }
            | StoreError::OtherCheckpoint { .. }
            | StoreError::TooMuchLost { .. }
            | StoreError::Exists { .. }
            | StoreError::Foreign
            | StoreError::Newer { .. }
            | StoreError::OtherSecret
            | StoreError::Permission { .. }
            | StoreError::Corrupt { .. }
            | StoreError::Database { .. }
            | StoreError::Sealed { .. }
            | StoreError::Unsealable { .. }
            | StoreError::Manifest(_)
            | StoreError::ManifestGone
            | StoreError::Malformed { .. }
            | StoreError::Log { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.code(), error)
    }
}

impl From<RecordingError> for Problem {
    fn from(error: RecordingError) -> Self {
        match error {
            RecordingError::Store(error) => error.into(),
            RecordingError::ClockBehind { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE, error.code(), error),
        }
    }
}

impl From<RegistrarError> for Problem {
    fn from(error: RegistrarError) -> Self {
        let (code, rival) = (error.code(), rival(&error));
        let (status, detail) = match error {
            RegistrarError::Store(error) => return error.into(),
            RegistrarError::Issue(error) => return error.into(),
            RegistrarError::Lifecycle(error) => return error.into(),
            RegistrarError::NoManifest => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
            RegistrarError::Manifest(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
            RegistrarError::NotFound { .. } => (StatusCode::NOT_FOUND, "the library has no such certificate".to_owned()),
            // Whose they are is said where it is known who asks: they may be another agency's.
            RegistrarError::AliasTaken { .. } => (StatusCode::CONFLICT, "it stands for another certificate already".to_owned()),
            RegistrarError::HolderHasOne { .. } => {
                (StatusCode::CONFLICT, "a holder has a certificate of this type that is valid or suspended".to_owned())
            }
            RegistrarError::RequestDiffers { .. }
            | RegistrarError::RequestLodged { .. }
            | RegistrarError::RowDiffers { .. }
            | RegistrarError::RowIdentifier { .. }
            | RegistrarError::RowNumber { .. }
            | RegistrarError::RowHolder { .. }
            | RegistrarError::IdentifierTaken { .. }
            | RegistrarError::ManifestNotNewer { .. }
            | RegistrarError::OtherManifestLost { .. }
            | RegistrarError::ManifestMoved { .. }
            | RegistrarError::OwnCertificate { .. }
            | RegistrarError::NotGivenAway { .. }
            | RegistrarError::RunOutThere { .. }
            | RegistrarError::NumberTaken { .. }
            | RegistrarError::NumberTransferred { .. }
            | RegistrarError::Gap { .. }
            | RegistrarError::IssuedBeforeLast { .. }
            | RegistrarError::IssuedBeforeEffect { .. }
            | RegistrarError::BeginsBefore { .. }
            | RegistrarError::NoLonger { .. }
            | RegistrarError::Endless
            | RegistrarError::NeedsReview => (StatusCode::CONFLICT, error.to_string()),
            RegistrarError::ManifestOfOtherRegion { .. }
            | RegistrarError::OwnRegion { .. }
            | RegistrarError::NoRegion { .. }
            | RegistrarError::AliasOfRegion { .. }
            | RegistrarError::NumberInClear
            | RegistrarError::OtherType { .. }
            | RegistrarError::OtherHolder { .. }
            | RegistrarError::OtherName { .. }
            | RegistrarError::NeedsDraft { .. } => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
        };
        let problem = Self::new(status, code, detail);
        match rival {
            Some(rival) => problem.rival(rival),
            None => problem,
        }
    }
}

/// The certificate that may be another agency's and stands in the way, with what is told of it.
fn rival(error: &RegistrarError) -> Option<Rival> {
    let (identifier, elsewhere, next) = match error {
        RegistrarError::AliasTaken { identifier } => (
            identifier,
            "it stands for a certificate of another agency of the region already",
            Sentence::new("核对该标识；如无误，请该机构先行处理。", "Check the identifier; if it is right, that agency has to act first."),
        ),
        RegistrarError::HolderHasOne { identifier, .. } => (
            identifier,
            "another agency of the region has issued a holder a certificate of this type that is valid or suspended",
            Sentence::new(
                "请持证主体先到颁发该证照的机构注销。",
                "The holder has to have it cancelled there first, at the agency that has issued it.",
            ),
        ),
        _ => return None,
    };
    let identifier = CertificateId::parse(identifier).ok()?;
    Some(Rival { of: (*identifier.type_code(), *identifier.issuer()), own: error.to_string(), elsewhere, next })
}

/// A table that cannot be read: what is wrong with it, and nothing that stands in it.
impl From<TableError> for Problem {
    fn from(error: TableError) -> Self {
        let status = match &error {
            TableError::Unreadable { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            TableError::Empty
            | TableError::Workbook
            | TableError::WorkbookBroken { .. }
            | TableError::WorkbookTooLarge { .. }
            | TableError::Utf16
            | TableError::ColumnTwice { .. }
            | TableError::TooManyColumns { .. }
            | TableError::NoHeadings { .. }
            | TableError::OtherType { .. }
            | TableError::RowTooLong { .. }
            | TableError::QuoteOpen { .. }
            | TableError::Json { .. }
            | TableError::NoObject { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.code(), error)
    }
}

/// Seconds after which one of the tables that are on their way will have come: a large one, over a good line.
const UPLOAD: u64 = 10;

impl From<JobError> for Problem {
    fn from(error: JobError) -> Self {
        let status = match &error {
            JobError::Store(inner) => return inner.clone().into(),
            JobError::NotNow { .. } | JobError::TooMany { .. } | JobError::TooLarge { .. } | JobError::UploadGone => StatusCode::CONFLICT,
            JobError::TooManyRows { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            JobError::UploadSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            JobError::UploadsFull { .. } => {
                return Self::new(StatusCode::SERVICE_UNAVAILABLE, error.code(), error).retry_after(UPLOAD);
            }
            JobError::UploadsOfAgency { .. } => {
                return Self::new(StatusCode::TOO_MANY_REQUESTS, error.code(), error).retry_after(UPLOAD);
            }
        };
        Self::new(status, error.code(), error)
    }
}

impl From<CountError> for Problem {
    fn from(error: CountError) -> Self {
        match error {
            CountError::Table(error) => error.into(),
            CountError::Job(error) => error.into(),
        }
    }
}

impl From<ExaminerError> for Problem {
    fn from(error: ExaminerError) -> Self {
        let code = error.code();
        let rival = match &error {
            ExaminerError::Open { agency, type_code, .. } => Some(Rival {
                of: (*type_code, *agency),
                own: error.to_string(),
                elsewhere: "a holder has applied for a certificate of this type at another agency of the region",
                next: Sentence::new(
                    "请持证主体等待该机构决定，或先在该机构撤回申请。",
                    "The holder has to wait for the decision of that agency, or to take the application back there first.",
                ),
            }),
            _ => None,
        };
        let (status, detail) = match error {
            ExaminerError::Open { .. } => (StatusCode::CONFLICT, "a holder has applied for a certificate of this type already".to_owned()),
            ExaminerError::Store(error) => return error.into(),
            ExaminerError::Registrar(error) => return error.into(),
            ExaminerError::Desk(error) => return error.into(),
            ExaminerError::Lifecycle(error) => return error.into(),
            ExaminerError::Faults(faults) => return refused_row(&faults),
            ExaminerError::Form(_) | ExaminerError::CodeTaken => (StatusCode::CONFLICT, error.to_string()),
            ExaminerError::NotFound { .. } => (StatusCode::NOT_FOUND, "the library has no such application".to_owned()),
            ExaminerError::NoReview
            | ExaminerError::Overtaken(_)
            | ExaminerError::Suspended
            | ExaminerError::RequestDiffers { .. }
            | ExaminerError::RequestIssued { .. }
            | ExaminerError::RowOpen
            | ExaminerError::Decided { .. }
            | ExaminerError::NotYetTurn { .. }
            | ExaminerError::NotAgreed { .. } => (StatusCode::CONFLICT, error.to_string()),
            ExaminerError::IssuedGiven
            | ExaminerError::OtherDay { .. }
            | ExaminerError::ApprovedOtherDay { .. }
            | ExaminerError::OtherType => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
            ExaminerError::UnknownDepartment { known, .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, format!("the type's review asks other departments: {}", known.join(", ")))
            }
            ExaminerError::OutOfScope { .. } | ExaminerError::OtherAgency { .. } | ExaminerError::SamePerson { .. } => {
                (StatusCode::FORBIDDEN, error.to_string())
            }
        };
        let problem = Self::new(status, code, detail);
        match rival {
            Some(rival) => problem.rival(rival),
            None => problem,
        }
    }
}

impl From<LifecycleError> for Problem {
    fn from(error: LifecycleError) -> Self {
        let status = match &error {
            LifecycleError::NotAllowed { .. }
            | LifecycleError::Ended { .. }
            | LifecycleError::Superseded { .. }
            | LifecycleError::BeforeLast { .. } => StatusCode::CONFLICT,
            LifecycleError::InFuture { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.code(), error)
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        let status = match &error {
            DeskError::OutOfScope { .. } => StatusCode::FORBIDDEN,
            DeskError::KeyUnknown { .. }
            | DeskError::KeyStolen { .. }
            | DeskError::KeyUse { .. }
            | DeskError::TypeUnknown { .. }
            | DeskError::TypeDiffers { .. } => StatusCode::CONFLICT,
            DeskError::DictionaryUnknown { .. } => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, error.code(), error)
    }
}

impl From<EventProofError> for Problem {
    fn from(error: EventProofError) -> Self {
        let code = error.code();
        match error {
            EventProofError::Unpublished => Self::new(StatusCode::CONFLICT, code, error),
            EventProofError::NoEvent { .. } => Self::new(StatusCode::NOT_FOUND, code, error),
            EventProofError::Bundle(_) => Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, error),
            EventProofError::Store(error) => error.into(),
        }
    }
}

/// A word for a state by which nothing is found.
impl From<SoughtError> for Problem {
    fn from(error: SoughtError) -> Self {
        let detail = match &error {
            SoughtError::State(_) => "`state` is no state of a certificate".to_owned(),
            SoughtError::Unknown | SoughtError::Other | SoughtError::Ambiguous => error.to_string(),
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), detail)
    }
}

/// A question that nothing could answer.
impl From<QuestionError> for Problem {
    fn from(error: QuestionError) -> Self {
        match &error {
            QuestionError::Mistyped | QuestionError::Reversed { .. } | QuestionError::InFuture { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error)
            }
        }
    }
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        let status = match &error {
            IssueError::LastVersion => StatusCode::CONFLICT,
            IssueError::OutsideKeyWindow { .. }
            | IssueError::OtherSerial { .. }
            | IssueError::WholeNumber { .. }
            | IssueError::Serial
            | IssueError::Certificate(_)
            | IssueError::Seal(_)
            | IssueError::Qr(_)
            | IssueError::OverBudget { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            // A token that is gone comes back; what was asked for was not issued.
            IssueError::Sign(_) => StatusCode::SERVICE_UNAVAILABLE,
            IssueError::Envelope(_) | IssueError::SignatureWrong { .. } | IssueError::Claims(_) | IssueError::Proof => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self::new(status, error.code(), error)
    }
}

impl From<GroundsError> for Problem {
    fn from(error: GroundsError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error)
    }
}

/// A seal that the library has and cannot draw: nothing that a caller could do.
impl From<DrawError> for Problem {
    fn from(error: DrawError) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.code(), error)
    }
}

/// An application with all its faults.
pub fn refused_row(faults: &[application::Fault]) -> Problem {
    let said: Vec<Fault> = faults.iter().map(fault).collect();
    let detail = match said.len() {
        1 => "the application has 1 fault".to_owned(),
        several => format!("the application has {several} faults"),
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "rows_refused", detail).faults(said)
}

/// What is wrong with a column.
pub fn fault(fault: &application::Fault) -> Fault {
    Fault { place: fault.column().to_owned(), code: fault.code().to_owned(), detail: fault.defect().to_string() }
}

/// Everything that is wrong with a row of several, told to who hands them in.
pub fn of_row(refusal: Refusal<MissingGlyph>, within: Within<'_>) -> Vec<Fault> {
    match refusal {
        Refusal::Faults(faults) => faults.iter().map(fault).collect(),
        Refusal::Undrawable(glyph) => {
            vec![Fault { place: "number".to_owned(), code: glyph.code().to_owned(), detail: glyph.to_string() }]
        }
        Refusal::Registrar(error) => vec![Problem::from(*error).told_to(within).of_row("row")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanhe_core::code::{ProjectCode, Uscc};
    use kanhe_core::status::State;
    use kanhe_words::Language;

    const THEIRS: &str = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U";

    #[test]
    fn which_certificate_stands_in_the_way_is_told_to_its_own_agency_alone() {
        let theirs = CertificateId::parse(THEIRS).unwrap();
        let (type_code, agency) = (*theirs.type_code(), *theirs.issuer());
        let code = ProjectCode::parse("440000-20260615-7M3J9PW2ZS-8").unwrap();
        let errors = [
            RegistrarError::HolderHasOne { identifier: THEIRS.to_owned(), state: State::Suspended }.into(),
            RegistrarError::AliasTaken { identifier: THEIRS.to_owned() }.into(),
            ExaminerError::Open { code, agency, type_code },
        ];
        for error in errors {
            let told = |agency: &str, types| {
                let agency = Uscc::parse(agency).unwrap();
                Problem::from(error.clone()).told_to(Within { agency: &agency, types }).document(Language::English)
            };
            assert_eq!(told("11430000006122244L", None).detail, error.to_string());
            let untold = [
                told("11110000000021135M", None),
                told("11430000006122244L", Some(&[])),
                Problem::from(error.clone()).document(Language::English),
            ];
            for document in &untold {
                assert!(!document.detail.contains("1.2.156") && !document.detail.contains(code.as_str()), "{}", document.detail);
            }
            assert!(untold[0].detail.contains("another agency") && untold[0].hint.as_ref().unwrap().contains("agency"), "{error:?}");
        }
    }
}

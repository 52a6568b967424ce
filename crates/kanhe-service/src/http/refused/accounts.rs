//! Accounts and credentials.

use crate::accounts::{AccountError, CredentialError, SignInError};
use crate::http::problem::Problem;
use crate::identity::{IdentityError, LogoutError};
use axum::http::StatusCode;

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let status = match error {
            AccountError::Store(error) => return error.into(),
            AccountError::Forbidden(error) => return error.into(),
            AccountError::Locked { seconds } => return locked(error.code(), seconds),
            AccountError::OfficerUnknown | AccountError::KeyUnknown => StatusCode::NOT_FOUND,
            AccountError::LoginTaken
            | AccountError::SubjectTaken
            | AccountError::CertificateTaken
            | AccountError::Oneself
            | AccountError::KeyClosed
            | AccountError::TooManyOlder { .. }
            | AccountError::NoSecondFactor
            | AccountError::SecondFactorStands => StatusCode::CONFLICT,
            AccountError::PasswordWrong | AccountError::CodeWrong => StatusCode::FORBIDDEN,
            AccountError::KeyAdministers
            | AccountError::SubjectMalformed
            | AccountError::CertificateOver { .. }
            | AccountError::CertificateMalformed
            | AccountError::Term { .. }
            | AccountError::Login(_)
            | AccountError::Mandate(_)
            | AccountError::Weak(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.code(), error)
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Store(error) => error.into(),
            SignInError::Locked { seconds } => locked(error.code(), seconds),
            SignInError::Unlinked => Self::new(StatusCode::FORBIDDEN, error.code(), error),
            SignInError::Refused | SignInError::CodeWanted | SignInError::CodeWrong | SignInError::OneTimeExpired => {
                Self::new(StatusCode::UNAUTHORIZED, error.code(), error)
            }
        }
    }
}

impl From<CredentialError> for Problem {
    fn from(error: CredentialError) -> Self {
        let status = match error {
            CredentialError::Store(error) => return error.into(),
            CredentialError::KeyUnknown
            | CredentialError::CertificateUnknown
            | CredentialError::KeyExpired
            | CredentialError::KeyRevoked
            | CredentialError::SessionOver => StatusCode::UNAUTHORIZED,
            CredentialError::NotFromPage | CredentialError::MustChangePassword | CredentialError::MustSetSecondFactor => {
                StatusCode::FORBIDDEN
            }
        };
        Self::new(status, error.code(), error)
    }
}

fn locked(code: &'static str, seconds: u64) -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, code, format!("too many wrong tries; the next is heard in {seconds} s"))
        .retry_after(seconds)
}

/// Whatever is wrong with a logout token is answered with 400 (Back-Channel Logout 1.0 §2.8).
impl From<LogoutError> for Problem {
    fn from(error: LogoutError) -> Self {
        match error {
            LogoutError::Identity(error) => error.into(),
            other => Self::new(StatusCode::BAD_REQUEST, other.code(), other),
        }
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        let status = match &error {
            IdentityError::NotOffered | IdentityError::NoSignOut => StatusCode::NOT_FOUND,
            IdentityError::Unreachable { .. } | IdentityError::Malformed { .. } | IdentityError::Lacks { .. } => StatusCode::BAD_GATEWAY,
            IdentityError::State | IdentityError::Issuer { .. } => StatusCode::FORBIDDEN,
            IdentityError::Declined | IdentityError::CodeRefused { .. } | IdentityError::Token(_) => StatusCode::UNAUTHORIZED,
        };
        Self::new(status, error.code(), error)
    }
}

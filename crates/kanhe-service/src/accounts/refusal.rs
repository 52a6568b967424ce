//! Why accounts are not managed, and callers not believed.

use super::caller::Forbidden;
use super::mandate::MandateError;
use super::officer::LoginError;
use super::password::WeakPassword;
use jiff::Timestamp;
use kanhe_store::StoreError;
use thiserror::Error;

/// Why an act of administration is not done, or an officer's own account not changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AccountError {
    /// No such officer in the agency of who asks.
    #[error("the agency has no such officer")]
    OfficerUnknown,
    /// Somebody has the login.
    #[error("the login is taken")]
    LoginTaken,
    /// The account may more, or is to, than who asks.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Nobody takes the rights of an administrator from himself: the last one would lock all out.
    #[error("administrators do not change, deactivate or reset themselves")]
    Oneself,
    /// Another officer is the subject already.
    #[error("another officer is linked to this subject")]
    SubjectTaken,
    /// No identity service would name anybody so.
    #[error("a subject has 1 to 255 characters, none of them a control character, and no blanks around")]
    SubjectMalformed,
    /// No such key in the agency of who asks.
    #[error("the agency has no such key")]
    KeyUnknown,
    /// The key is revoked or has run out.
    #[error("the key is revoked or has expired: make a new one")]
    KeyClosed,
    /// Too many secrets from before are taken still.
    #[error("{most} secrets from before are taken still, as many as may be")]
    TooManyOlder {
        /// At most so many.
        most: usize,
    },
    /// Another account is proved by the certificate.
    #[error("another account is linked to this certificate")]
    CertificateTaken,
    /// A certificate that nobody can show any more.
    #[error("the client certificate ended at {until}")]
    CertificateOver {
        /// Its last moment.
        until: Timestamp,
    },
    /// It is no certificate.
    #[error("a client certificate is given in PEM, or by the 64 hexadecimal digits of its SHA-256")]
    CertificateMalformed,
    /// Administrators are people.
    #[error("a system's key cannot have the role administrator")]
    KeyAdministers,
    /// A term outside what is allowed.
    #[error("{name} is {found}, and from {least} to {most} days are allowed")]
    Term {
        /// The member.
        name: &'static str,
        /// What it says.
        found: u32,
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// The login cannot be one.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The mandate cannot be given.
    #[error(transparent)]
    Mandate(#[from] MandateError),
    /// The password is not taken.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The present password is another.
    #[error("the present password is another")]
    PasswordWrong,
    /// There is no second factor to be confirmed.
    #[error("no second factor was begun, or it is confirmed already")]
    NoSecondFactor,
    /// The account has one already.
    #[error("the account has a second factor: an administrator resets it")]
    SecondFactorStands,
    /// The code is not that of the moment, or was used.
    #[error("the code is not that of this half minute, or was used before")]
    CodeWrong,
    /// Too many wrong tries.
    #[error("too many wrong tries; the next is heard in {seconds} s")]
    Locked {
        /// How long.
        seconds: u64,
    },
    /// The library failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccountError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OfficerUnknown => "officer_unknown",
            Self::Forbidden(error) => error.code(),
            Self::LoginTaken => "login_taken",
            Self::Oneself => "officer_oneself",
            Self::SubjectTaken => "oidc_taken",
            Self::SubjectMalformed => "oidc_subject",
            Self::KeyUnknown => "api_key_not_found",
            Self::KeyClosed => "api_key_closed",
            Self::TooManyOlder { .. } => "rotation_too_many",
            Self::CertificateTaken => "client_certificate_taken",
            Self::CertificateOver { .. } => "client_certificate_over",
            Self::CertificateMalformed => "client_certificate_malformed",
            Self::KeyAdministers => "api_key_administers",
            Self::Term { .. } => "account_term",
            Self::Login(error) => error.code(),
            Self::Mandate(error) => error.code(),
            Self::Weak(error) => error.code(),
            Self::PasswordWrong => "password_wrong",
            Self::NoSecondFactor => "second_factor_absent",
            Self::SecondFactorStands => "second_factor_stands",
            Self::CodeWrong => "second_factor_wrong",
            Self::Locked { .. } => "sign_in_locked",
            Self::Store(error) => error.code(),
        }
    }
}

/// Why somebody is not signed in.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignInError {
    /// No such login, another password, or an officer who may not sign in: nobody is told which.
    #[error("login and password do not belong together, or the account is closed")]
    Refused,
    /// Too many wrong tries for this login, whether or not somebody has it.
    #[error("too many wrong tries; the next is heard in {seconds} s")]
    Locked {
        /// How long.
        seconds: u64,
    },
    /// The password is right, and a code is wanted too.
    #[error("this account wants the code of its authenticator too")]
    CodeWanted,
    /// The code is not that of the moment, or was used.
    #[error("the code is not that of this half minute, or was used before")]
    CodeWrong,
    /// No officer is whom the identity service names, or one who may not sign in.
    #[error("no officer is linked to whom the identity service names, or the account is closed")]
    Unlinked,
    /// The one-time password is older than it may be.
    #[error("the one-time password has expired: an administrator gives a new one")]
    OneTimeExpired,
    /// The library failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SignInError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused => "sign_in_refused",
            Self::Locked { .. } => "sign_in_locked",
            Self::CodeWanted => "second_factor_wanted",
            Self::CodeWrong => "second_factor_wrong",
            Self::Unlinked => "oidc_unlinked",
            Self::OneTimeExpired => "one_time_password_expired",
            Self::Store(error) => error.code(),
        }
    }
}

/// Why a credential is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialError {
    /// It is no key of ours, or a secret that is not or no longer that of the key.
    #[error("the API key is not known here")]
    KeyUnknown,
    /// The key has run out.
    #[error("the API key has expired")]
    KeyExpired,
    /// The key was revoked.
    #[error("the API key was revoked")]
    KeyRevoked,
    /// No account is linked to the client certificate.
    #[error("no account is linked to the client certificate")]
    CertificateUnknown,
    /// The session is over: too old, idle too long, ended, or the account was changed.
    #[error("the session is over: sign in again")]
    SessionOver,
    /// A session changes nothing without the word that only our own pages have.
    #[error("what is sent by cookie and changes something bears the session's X-CSRF-Token")]
    NotFromPage,
    /// The officer has a one-time password, and may only replace it.
    #[error("choose a password of your own first")]
    MustChangePassword,
    /// A role of the officer wants a second factor, and the account has none.
    #[error("a role of yours wants a second factor: set one up first")]
    MustSetSecondFactor,
    /// The library failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CredentialError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyUnknown => "api_key_unknown",
            Self::KeyExpired => "api_key_expired",
            Self::KeyRevoked => "api_key_revoked",
            Self::CertificateUnknown => "client_certificate_unknown",
            Self::SessionOver => "session_over",
            Self::NotFromPage => "csrf_token_wrong",
            Self::MustChangePassword => "password_must_change",
            Self::MustSetSecondFactor => "second_factor_must_set",
            Self::Store(error) => error.code(),
        }
    }
}

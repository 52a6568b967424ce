//! Why nobody is signed in by the identity service.

use thiserror::Error;

/// Why a browser that was sent to the identity service does not come back as an officer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IdentityError {
    /// The configuration names no identity service.
    #[error("this service signs nobody in by an identity service")]
    NotOffered,
    /// Nobody answered, or with a failure.
    #[error("the identity service did not answer with {part}")]
    Unreachable {
        /// What was asked for.
        part: &'static str,
    },
    /// What it answered is not what the standard has.
    #[error("what the identity service answers as {part} is not of the form that OpenID Connect has")]
    Malformed {
        /// What was asked for.
        part: &'static str,
    },
    /// Its description, or what a browser brings back, names another service.
    #[error("{part} names another issuer than the configuration")]
    Issuer {
        /// What names it.
        part: &'static str,
    },
    /// It cannot do what we ask of every identity service.
    #[error("the identity service does not offer {feature}")]
    Lacks {
        /// What it should offer.
        feature: &'static str,
    },
    /// The browser comes back from an errand that was not begun in it, or too long ago.
    #[error("this return belongs to no sign-in that was begun in this browser within the last ten minutes")]
    State,
    /// It comes back without having been signed in.
    #[error("the identity service did not sign anybody in")]
    Declined,
    /// The code was not taken: used before, too old, or of another client.
    #[error("the identity service did not take the code that it gave out: {status}")]
    CodeRefused {
        /// Its status of HTTP.
        status: u16,
    },
    /// It has no place where a browser signs out.
    #[error("the identity service has no place where one signs out")]
    NoSignOut,
    /// The ID token is not believed.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl IdentityError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOffered => "oidc_not_offered",
            Self::Unreachable { .. } => "oidc_unreachable",
            Self::Malformed { .. } => "oidc_malformed",
            Self::Issuer { .. } => "oidc_issuer",
            Self::Lacks { .. } => "oidc_lacks",
            Self::State => "oidc_state",
            Self::Declined => "oidc_declined",
            Self::CodeRefused { .. } => "oidc_code_refused",
            Self::NoSignOut => "oidc_no_sign_out",
            Self::Token(error) => error.code(),
        }
    }
}

/// Why a logout token is not believed. Nothing of the token is quoted: it is about a person.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogoutError {
    /// It is no signed token of three parts, or has a header or claims of another form.
    #[error("the logout token is not of the form that Back-Channel Logout has")]
    Malformed,
    /// Its header says that it is something else.
    #[error("the token says that it is of another type than logout+jwt")]
    Type,
    /// Its algorithm is none of those that are taken.
    #[error("the logout token is signed with none of RS256, ES256 and EdDSA")]
    Algorithm,
    /// The identity service publishes no key for it.
    #[error("the identity service publishes no key by which the logout token could be signed")]
    KeyUnknown,
    /// The signature is not that of the key.
    #[error("the signature of the logout token is not that of the key named")]
    Signature,
    /// It is from somebody else.
    #[error("the logout token names another issuer than the configuration")]
    Issuer,
    /// It is for somebody else, or for others too.
    #[error("the logout token is for another client, or for others too")]
    Audience,
    /// It is past its term, of the future, or too long on its way.
    #[error("the logout token is not of this moment: issued {issued}, good until {expires}, now it is {now}")]
    NotNow {
        /// Seconds since 1970.
        issued: i64,
        /// Seconds since 1970.
        expires: i64,
        /// Seconds since 1970.
        now: i64,
    },
    /// It says neither whose sessions have ended nor which.
    #[error("the logout token names neither a subject nor a session")]
    Nobody,
    /// It is about something else.
    #[error("the logout token does not have the event that somebody is signed out")]
    Event,
    /// It could be an ID token.
    #[error("the logout token has a nonce, as only ID tokens have")]
    Nonce,
    /// It was obeyed before.
    #[error("the logout token came before")]
    Again,
    /// The identity service could not be asked for its keys.
    #[error(transparent)]
    Identity(IdentityError),
}

impl LogoutError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "logout_token_malformed",
            Self::Type => "logout_token_type",
            Self::Algorithm => "logout_token_algorithm",
            Self::KeyUnknown => "logout_token_key_unknown",
            Self::Signature => "logout_token_signature",
            Self::Issuer => "logout_token_issuer",
            Self::Audience => "logout_token_audience",
            Self::NotNow { .. } => "logout_token_not_now",
            Self::Nobody => "logout_token_nobody",
            Self::Event => "logout_token_event",
            Self::Nonce => "logout_token_nonce",
            Self::Again => "logout_token_again",
            Self::Identity(error) => error.code(),
        }
    }
}

/// What is wrong with any signed token is wrong with this one.
impl From<TokenError> for LogoutError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Algorithm => Self::Algorithm,
            TokenError::KeyUnknown => Self::KeyUnknown,
            TokenError::Signature => Self::Signature,
            TokenError::Issuer => Self::Issuer,
            TokenError::Audience => Self::Audience,
            TokenError::NotNow { issued, expires, now } => Self::NotNow { issued, expires, now },
            TokenError::Malformed | TokenError::Nonce | TokenError::Context | TokenError::TooLongAgo | TokenError::Nobody { .. } => {
                Self::Malformed
            }
        }
    }
}

impl From<IdentityError> for LogoutError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Token(error) => error.into(),
            other => Self::Identity(other),
        }
    }
}

/// Why an ID token is not believed. Nothing of the token is quoted: it is about a person.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// It is no signed token of three parts, or has a header or claims of another form.
    #[error("the ID token is not of the form that OpenID Connect has")]
    Malformed,
    /// Its algorithm is none of those that are taken.
    #[error("the ID token is signed with none of RS256, ES256 and EdDSA")]
    Algorithm,
    /// The identity service publishes no key for it.
    #[error("the identity service publishes no key by which the ID token could be signed")]
    KeyUnknown,
    /// The signature is not that of the key.
    #[error("the signature of the ID token is not that of the key named")]
    Signature,
    /// It is from somebody else.
    #[error("the ID token names another issuer than the configuration")]
    Issuer,
    /// It is for somebody else, or for others too.
    #[error("the ID token is for another client, or for others too")]
    Audience,
    /// It is past its term, of the future, or too long on its way.
    #[error("the ID token is not of this moment: issued {issued}, good until {expires}, now it is {now}")]
    NotNow {
        /// Seconds since 1970.
        issued: i64,
        /// Seconds since 1970.
        expires: i64,
        /// Seconds since 1970.
        now: i64,
    },
    /// It answers another question than ours.
    #[error("the ID token answers another sign-in than this one")]
    Nonce,
    /// The person was not identified as the configuration wants it.
    #[error("the identity service does not say that the person was identified in one of the ways that the configuration names")]
    Context,
    /// The person proved who it is too long ago.
    #[error("the identity service asked the person longer ago than the configuration allows")]
    TooLongAgo,
    /// It has no claim that names the person, or one that is no name.
    #[error("the claim {claim} of the ID token names nobody")]
    Nobody {
        /// The claim that the configuration names.
        claim: String,
    },
}

impl TokenError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "id_token_malformed",
            Self::Algorithm => "id_token_algorithm",
            Self::KeyUnknown => "id_token_key_unknown",
            Self::Signature => "id_token_signature",
            Self::Issuer => "id_token_issuer",
            Self::Audience => "id_token_audience",
            Self::NotNow { .. } => "id_token_not_now",
            Self::Nonce => "id_token_nonce",
            Self::Context => "id_token_context",
            Self::TooLongAgo => "id_token_too_long_ago",
            Self::Nobody { .. } => "id_token_nobody",
        }
    }
}

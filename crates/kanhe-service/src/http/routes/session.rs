//! An officer comes to work, looks after its own account, and goes.

use crate::accounts::session::{self, SignedIn, Token};
use crate::accounts::sign_in::{self, Claim};
use crate::accounts::{Caller, CredentialError, Departments, Mandate, Right, Role, Scope, SignInError, second_factor};
use crate::house::{House, Shared};
use crate::http::aside::{aside, aside_with_password};
use crate::http::authenticate::token;
use crate::http::body::JsonBody;
use crate::http::cookie::{Cookie, transport_of};
use crate::http::problem::Problem;
use crate::serve::Transport;
use crate::shown::told;
use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// What an officer shows to be let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The login.
    #[schema(max_length = 64)]
    login: String,
    /// The password.
    #[schema(max_length = 256, format = Password)]
    password: String,
    /// The six digits of the authenticator, for accounts that have one.
    code: Option<String>,
}

/// A password in the place of another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The present one.
    #[schema(max_length = 256, format = Password)]
    old: String,
    /// The new one: 12 to 256 characters.
    #[schema(min_length = 12, max_length = 256, format = Password)]
    new: String,
}

/// A code of the authenticator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// Six digits.
    #[schema(pattern = "^[0-9]{6}$")]
    code: String,
}

/// Who one is, and what one may do.
#[derive(Serialize, ToSchema)]
pub struct Who {
    /// What the log calls one: a login, or `key:` and the id of a system's key.
    actor: String,
    /// The name that colleagues read; for officers.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The agency's USCC.
    agency: String,
    /// The roles.
    roles: Vec<Role>,
    /// What these roles may do.
    rights: Vec<&'static str>,
    /// For which types; null for every type.
    #[schema(required)]
    types: Option<Vec<String>>,
    /// For which departments one reviews; null for any.
    #[schema(required)]
    departments: Option<Vec<String>>,
    /// What belongs to a session; for officers.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionState>,
}

/// What belongs to a session.
#[derive(Serialize, ToSchema)]
pub struct SessionState {
    /// To be sent as `X-CSRF-Token` with every request that changes something.
    csrf_token: String,
    /// When it ends, whatever is asked (RFC 3339); half an hour without a request ends it too.
    #[schema(format = DateTime)]
    until: String,
    /// Whether a password of one's own is to be chosen before anything else.
    must_change_password: bool,
    /// Whether the account has a second factor.
    second_factor: bool,
    /// Whether one is to be set up before anything else but the password.
    must_set_second_factor: bool,
}

/// A second factor that is to be confirmed.
#[derive(Serialize, ToSchema)]
pub struct Enrolment {
    /// For who types: base32.
    secret: String,
    /// For who scans: show it as a QR code.
    uri: String,
}

/// No account has a login or password that is longer; what is, is not looked at.
const LONGEST_FIELD: usize = 1_024;

/// Signs an officer in, with a cookie that scripts cannot read.
///
/// A wrong login, a wrong password and a closed account are answered in the same words and the same time. After ten wrong tries nobody is
/// heard for this login for a quarter of an hour, and twice as long after each ten more.
#[utoipa::path(post, path = "/v1/session", tag = "session", request_body = Credentials,
    responses((status = CREATED, body = Who, headers(("set-cookie" = String, description = "The session")))))]
pub async fn begin(State(house): State<Shared>, transport: Transport, JsonBody(body): JsonBody<Credentials>) -> Result<Response, Problem> {
    let password = Zeroizing::new(body.password);
    if password.len() > LONGEST_FIELD || body.login.len() > LONGEST_FIELD {
        return Err(SignInError::Refused.into());
    }
    let signed_in = aside_with_password(&house, move |house| {
        let claim = Claim { login: &body.login, password: &password, code: body.code.as_deref() };
        let token = sign_in::sign_in(&house.library, &house.edge, claim)?;
        let signed_in = session::recognise(&house.library, &token, house.now())?;
        Ok::<_, Problem>((token, signed_in))
    });
    let (token, signed_in) = signed_in.await?;
    let mut response = (StatusCode::CREATED, Json(who(&house, &signed_in, &token))).into_response();
    Cookie::Session.set(transport, &mut response, &token.text(), session::LONGEST.as_secs());
    Ok(response)
}

/// Says who one is: by session or by key.
#[utoipa::path(get, path = "/v1/session", tag = "session",
    responses((status = OK, body = Who)))]
pub async fn show(State(house): State<Shared>, request: Request) -> Result<Json<Who>, Problem> {
    let (mut parts, _) = request.into_parts();
    match parts.extensions.get::<SignedIn>().cloned() {
        Some(signed_in) => {
            let token = token(transport_of(&parts.extensions), &parts.headers).ok_or_else(Problem::failed)?;
            Ok(Json(who(&house, &signed_in, &token)))
        }
        None => Caller::from_request_parts(&mut parts, &()).await.map(|caller| Json(what(&caller))),
    }
}

/// Ends the session.
#[utoipa::path(delete, path = "/v1/session", tag = "session",
    responses((status = NO_CONTENT, description = "It is over")))]
pub async fn end(State(house): State<Shared>, transport: Transport, signed_in: SignedIn) -> Result<Response, Problem> {
    aside(&house, move |house| session::end(&house.library, &signed_in)).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    Cookie::Session.set(transport, &mut response, "", 0);
    Ok(response)
}

/// Chooses another password; every other session of the account ends.
#[utoipa::path(put, path = "/v1/session/password", tag = "session", request_body = NewPassword,
    responses((status = NO_CONTENT, description = "It counts from now on")))]
pub async fn password(
    State(house): State<Shared>,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<NewPassword>,
) -> Result<StatusCode, Problem> {
    let (old, new) = (Zeroizing::new(body.old), Zeroizing::new(body.new));
    aside_with_password(&house, move |house| sign_in::change_password(&house.library, &house.edge, &signed_in, &old, &new)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to set up a second factor: an authenticator app with codes of six digits (RFC 6238).
#[utoipa::path(post, path = "/v1/session/second-factor", tag = "session",
    responses((status = CREATED, body = Enrolment)))]
pub async fn begin_second_factor(State(house): State<Shared>, signed_in: SignedIn) -> Result<(StatusCode, Json<Enrolment>), Problem> {
    has_own_password(&signed_in)?;
    let login = signed_in.officer.login.clone();
    let secret = aside(&house, move |house| sign_in::begin_second_factor(&house.library, &house.edge, &signed_in)).await?;
    let enrolment = Enrolment { secret: second_factor::typed(&secret), uri: second_factor::uri(&secret, &login) };
    Ok((StatusCode::CREATED, Json(enrolment)))
}

/// Confirms the second factor with a code: from now on it is wanted.
#[utoipa::path(post, path = "/v1/session/second-factor/confirmation", tag = "session", request_body = Code,
    responses((status = NO_CONTENT, description = "It is wanted from now on")))]
pub async fn confirm_second_factor(
    State(house): State<Shared>,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<Code>,
) -> Result<StatusCode, Problem> {
    has_own_password(&signed_in)?;
    aside(&house, move |house| sign_in::confirm_second_factor(&house.library, &house.edge, &signed_in, &body.code)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whoever has handed the one-time password over knows it: a second factor behind it would be of no use.
fn has_own_password(signed_in: &SignedIn) -> Result<(), Problem> {
    if signed_in.officer.must_change() { Err(CredentialError::MustChangePassword.into()) } else { Ok(()) }
}

fn who(house: &House, signed_in: &SignedIn, token: &Token) -> Who {
    let officer = &signed_in.officer;
    let session = SessionState {
        csrf_token: token.csrf(),
        until: told(signed_in.until),
        must_change_password: signed_in.must_change(),
        second_factor: officer.has_second_factor(),
        must_set_second_factor: house.door.wants_second_factor(signed_in),
    };
    Who { name: Some(Mandate::name(&officer.mandate).to_owned()), session: Some(session), ..what(&signed_in.caller()) }
}

fn what(caller: &Caller) -> Who {
    let types = match &caller.scope {
        Scope::EveryType => None,
        Scope::Types(types) => Some(types.iter().map(ToString::to_string).collect()),
    };
    let departments = match &caller.departments {
        Departments::Any => None,
        Departments::These(ids) => Some(ids.clone()),
    };
    Who {
        actor: caller.actor.clone(),
        name: None,
        agency: caller.agency.to_string(),
        roles: caller.roles.clone(),
        rights: Right::ALL.into_iter().filter(|right| caller.has(*right)).map(Right::word).collect(),
        types,
        departments,
        session: None,
    }
}

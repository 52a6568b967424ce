//! An officer signs in by the identity service: there and back again.
//!
//! A browser comes back by a link of another site, so the cookie of its errand is `SameSite=Lax`: with `Strict` it would not come along. It
//! has nothing in it that signs anybody in. The session's own cookie stays `Strict`; a browser does not send it along a redirection that
//! began elsewhere, so the return is answered with a page of ours, which goes on by itself.

use crate::accounts::{session, sign_in};
use crate::house::{House, Shared};
use crate::http::aside::aside;
use crate::http::body::{FormBody, Query};
use crate::http::cookie::Cookie;
use crate::http::problem::Problem;
use crate::http::tongue::Tongue;
use crate::identity::{Errand, IdentityError, LONGEST_ERRAND, Provider, Return};
use crate::serve::Transport;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, LOCATION, REFRESH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kanhe_words::Language;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// What the identity service sends back with the browser. It may send more, which is not looked at (RFC 6749 §4.1.2).
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Brought {
    /// What an ID token is given for.
    code: Option<String>,
    /// What was sent along.
    state: Option<String>,
    /// Who sends it back (RFC 9207).
    iss: Option<String>,
    /// Why nobody was signed in.
    error: Option<String>,
}

/// What the identity service sends when somebody has signed out there. It may send more, which is not looked at.
#[derive(Deserialize, ToSchema)]
pub struct SignedOut {
    /// The logout token.
    logout_token: String,
}

/// Sends a browser to the identity service, to sign in there.
///
/// Links and buttons lead here. The browser has to be back within ten minutes.
#[utoipa::path(get, path = "/v1/session/oidc", tag = "session",
    responses((status = SEE_OTHER, description = "To the identity service", headers(("location" = String, description = "Its address")))))]
pub async fn go(State(house): State<Shared>, transport: Transport) -> Result<Response, Problem> {
    let _turn = turn(&house)?;
    let begun = aside(&house, |house| {
        let errand = Errand::new(house.chance(), house.now());
        Ok::<_, IdentityError>((provider(house)?.begin(&errand, &house.edge)?, errand))
    });
    let (address, errand) = begun.await?;
    let mut response = to(&address)?;
    Cookie::Errand.set(transport, &mut response, &errand.text(), LONGEST_ERRAND);
    Ok(response)
}

/// Takes a browser back from the identity service, and signs the officer in whom it names.
///
/// Nobody is signed in to whom no administrator has linked an officer.
#[utoipa::path(get, path = "/v1/session/oidc/callback", tag = "session", params(Brought),
    responses((status = OK, body = String, content_type = "text/html", description = "A page that goes on to where officers work",
        headers(("set-cookie" = String, description = "The session")))))]
pub async fn back(
    State(house): State<Shared>,
    transport: Transport,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Result<Response, Problem> {
    let Brought { code, state, iss, error } = brought;
    let _turn = turn(&house)?;
    let errand = Cookie::Errand.sent(transport, &headers).and_then(|sent| Errand::parse(&sent));
    let back = Return { code, state, iss, error };
    let token = aside(&house, move |house| {
        let errand = errand.ok_or(IdentityError::State)?;
        let named = provider(house)?.finish(&errand, &back, &house.edge)?;
        sign_in::sign_in_by_identity(&house.library, &house.edge, &named).map_err(Problem::from)
    });
    let token = token.await?;
    let mut response = onward(&provider(&house)?.settings.landing, Tongue::of(&headers));
    Cookie::Session.set(transport, &mut response, &token.text(), session::LONGEST.as_secs());
    Cookie::Errand.set(transport, &mut response, "", 0);
    Ok(response)
}

/// Sends a browser to the identity service, to sign out there too. Our own session ends with `DELETE /v1/session`.
#[utoipa::path(get, path = "/v1/session/oidc/end", tag = "session",
    responses((status = SEE_OTHER, description = "To the identity service", headers(("location" = String, description = "Its address")))))]
pub async fn leave(State(house): State<Shared>) -> Result<Response, Problem> {
    let _turn = turn(&house)?;
    let address = aside(&house, |house| provider(house)?.end(&house.edge)).await?;
    to(&address)
}

/// Ends the sessions of somebody who has signed out at the identity service, as that service itself says (OpenID Connect Back-Channel Logout 1.0).
///
/// The answer is 200 also where there was none. Of a token whose `sid` is known here that session ends, and otherwise all of its `sub`.
#[utoipa::path(post, path = "/v1/session/oidc/logout", tag = "session",
    request_body(content = SignedOut, content_type = "application/x-www-form-urlencoded"),
    responses((status = OK, description = "They are over")))]
pub async fn ended_there(State(house): State<Shared>, FormBody(told): FormBody<SignedOut>) -> Result<StatusCode, Problem> {
    let _turn = turn(&house)?;
    aside(&house, move |house| {
        let provider = provider(house)?;
        let logout = provider.told_out(&told.logout_token, &house.edge)?;
        session::end_as_told(&house.library, &logout)?;
        provider.obeyed(&logout, &house.edge);
        Ok::<_, Problem>(StatusCode::OK)
    })
    .await
}

fn provider(house: &House) -> Result<&Provider, IdentityError> {
    house.identity.as_ref().ok_or(IdentityError::NotOffered)
}

/// A turn at asking the identity service: whoever comes back often keeps no threads from others.
fn turn(house: &Shared) -> Result<tokio::sync::SemaphorePermit<'_>, Problem> {
    // Whoever waits here has a place that others would have: so nobody waits.
    let busy = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "service_busy", "as many are signing in by the identity service as may");
    provider(house)?.turns.try_acquire().map_err(|error| busy(error).retry_after(1))
}

fn to(address: &str) -> Result<Response, Problem> {
    let address = HeaderValue::from_str(address).map_err(|_| Problem::failed())?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response())
}

/// A page that goes on by itself. Its place is a path of ours, which the configuration has checked.
fn onward(landing: &str, tongue: Tongue) -> Response {
    let (language, words) = match tongue.0 {
        Language::Chinese => ("zh", "已登录，请继续"),
        Language::English => ("en", "Signed in. Continue"),
    };
    let page = format!(
        "<!doctype html><html lang=\"{language}\"><meta charset=\"utf-8\"><title>kanhe</title><p><a href=\"{landing}\">{words}</a>"
    );
    let mut response = ([(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("0; url={landing}")) {
        response.headers_mut().insert(REFRESH, place);
    }
    response
}

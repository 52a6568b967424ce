//! Who calls: the key or the session of a request, found once, before any handler.
//!
//! A key is sent on purpose: a wrong one stops the request. A client certificate is shown with every connection, whatever is asked: one that
//! no account is linked to makes a nobody of the caller. A cookie is sent by the browser whatever the page wants: one that is over, or
//! that comes without the word of our own pages, makes a nobody of the caller, and is told to who asks a path that wants somebody.

use super::aside::aside;
use super::cookie::{Cookie, transport_of};
use super::problem::Problem;
use super::turnstile::Turnstile;
use crate::accounts::session::{self, SignedIn, Token};
use crate::accounts::{Caller, ClientCertificate, CredentialError, api_key};
use crate::house::Shared;
use crate::serve::{Peer, Transport};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use zeroize::Zeroizing;

/// The word that our own pages send with what changes something.
const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");

/// Where a browser says that a request comes from (Fetch Metadata): systems do not send it.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why a caller who has shown something is nobody all the same.
#[derive(Clone)]
pub struct Refused(pub Problem);

/// Finds out who calls, for handlers that want to know. Whom a key does not open is sent away.
pub async fn authenticate(house: &Shared, turnstile: &Turnstile, request: &mut Request) -> Result<(), Problem> {
    if let Some(sent) = request.headers().get(AUTHORIZATION) {
        let known = match bearer(sent) {
            Ok(key) => by_key(house, key).await,
            Err(problem) => Err(problem),
        };
        match known {
            Ok(caller) => drop(request.extensions_mut().insert(caller)),
            // Whoever tries keys is counted by its address: an account it has none.
            Err(problem) => return Err(turnstile.refused(house, request, problem)),
        }
    } else if let Some(certificate) = certificate(request) {
        match aside(house, move |house| api_key::recognise_certificate(&house.library, certificate, house.now())).await {
            Ok(caller) => drop(request.extensions_mut().insert(caller)),
            Err(problem) => drop(request.extensions_mut().insert(Refused(problem))),
        }
    } else if let Some(sent) = Cookie::Session.sent(transport_of(request.extensions()), request.headers()) {
        match visitor(house, &sent, request.method(), request.headers()).await {
            Ok(signed_in) if signed_in.must_change() => {
                request.extensions_mut().insert(Refused(CredentialError::MustChangePassword.into()));
                request.extensions_mut().insert(signed_in);
            }
            // Its own account is all that it may look after before it has one.
            Ok(signed_in) if house.door.wants_second_factor(&signed_in) => {
                request.extensions_mut().insert(Refused(CredentialError::MustSetSecondFactor.into()));
                request.extensions_mut().insert(signed_in);
            }
            Ok(signed_in) => {
                request.extensions_mut().insert::<Caller>(signed_in.caller());
                request.extensions_mut().insert(signed_in);
            }
            Err(problem) => drop(request.extensions_mut().insert(Refused(problem))),
        }
    }
    Ok(())
}

/// The system whose key this is.
async fn by_key(house: &Shared, key: Zeroizing<String>) -> Result<Caller, Problem> {
    // A paper in memory is read faster than another thread is woken to read it.
    if let Some(caller) = api_key::recognise_at_once(&house.library, &key, house.now()) {
        return Ok(caller);
    }
    aside(house, move |house| api_key::recognise(&house.library, &key, house.now())).await
}

/// The officer whose session a cookie names, if the request may be its own.
async fn visitor(house: &Shared, sent: &str, method: &Method, headers: &HeaderMap) -> Result<SignedIn, Problem> {
    let token = Token::parse(sent).ok_or(CredentialError::SessionOver)?;
    // A page elsewhere can make a browser send the cookie, and cannot read the word.
    let ours = method.is_safe() || headers.get(CSRF).is_some_and(|word| token.has_csrf(word.as_bytes()));
    let found = aside(house, move |house| session::recognise(&house.library, &token, house.now())).await?;
    if ours { Ok(found) } else { Err(CredentialError::NotFromPage.into()) }
}

/// The client certificate of a request that a system has sent.
///
/// A browser shows its certificate whatever page wants something of us: what a browser has sent is signed in by its cookie and no
/// otherwise.
fn certificate(request: &Request) -> Option<ClientCertificate> {
    let shown = request.extensions().get::<Peer>()?.certificate?;
    let of_browser = [COOKIE, ORIGIN, SEC_FETCH_SITE].iter().any(|name| request.headers().contains_key(name));
    (!of_browser).then_some(shown)
}

/// What stands behind `Bearer`, in either case (RFC 9110 §11.1): no key is known by the nothing that may stand there.
fn bearer(sent: &HeaderValue) -> Result<Zeroizing<String>, Problem> {
    let sent = sent.as_bytes().trim_ascii();
    let (scheme, key) = sent.iter().position(u8::is_ascii_whitespace).map_or((sent, &[][..]), |end| sent.split_at(end));
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        let none = "`Authorization` is of another scheme than `Bearer`, and has no API key";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "caller_unknown", none));
    }
    Ok(Zeroizing::new(String::from_utf8_lossy(key.trim_ascii()).into_owned()))
}

/// The session's token that a request has sent.
pub fn token(transport: Transport, headers: &HeaderMap) -> Option<Token> {
    Cookie::Session.sent(transport, headers).and_then(|sent| Token::parse(&sent))
}

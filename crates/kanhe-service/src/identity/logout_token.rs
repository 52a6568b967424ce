//! What a logout token says (Back-Channel Logout 1.0 §2.4), and every check of §2.6 before it is believed.
//!
//! Steps 1 and 2, decryption and signature, are those of ID tokens: `jws` has judged the signature. The rest is here.

use super::claims::{Audience, Number, Term};
use super::error::LogoutError;
use super::session_there::EndedThere;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The event that such a token is about.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What a header may say that the token is (§2.4); older identity services say nothing, or that it is a JWT.
const TYPES: [&str; 3] = ["logout+jwt", "application/logout+jwt", "JWT"];

/// From whom a token must be, and for whom.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The identity service.
    pub issuer: &'a str,
    /// What it calls us.
    pub client_id: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

/// That somebody is signed out there, believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logout {
    /// What has ended.
    pub ended: EndedThere,
    /// The second at which it was said.
    pub issued: i64,
    /// The name of the token (`jti`), hashed.
    pub(super) name: [u8; 32],
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: Number,
    exp: Number,
    nbf: Option<Number>,
    jti: String,
    events: Map<String, Value>,
    sub: Option<String>,
    sid: Option<String>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// Refuses a token that says in its header that it is of another type.
pub fn is_of_type(typ: Option<&str>) -> Result<(), LogoutError> {
    let known = |typ: &str| TYPES.iter().any(|known| typ.eq_ignore_ascii_case(known));
    if typ.is_none_or(known) { Ok(()) } else { Err(LogoutError::Type) }
}

/// Reads claims whose signature was judged.
pub fn read(payload: &[u8], wanted: &Wanted<'_>) -> Result<Logout, LogoutError> {
    let claims: Claims = serde_json::from_slice(payload).map_err(|_| LogoutError::Malformed)?;
    if claims.iss != wanted.issuer {
        return Err(LogoutError::Issuer);
    }
    claims.aud.is_alone(wanted.client_id)?;
    let term = Term { iat: claims.iat, exp: claims.exp, nbf: claims.nbf };
    let issued = term.has_now(wanted.now)?;
    let ended = EndedThere::new(wanted.issuer, claims.sub.as_deref(), claims.sid.as_deref()).ok_or(LogoutError::Nobody)?;
    if !claims.events.get(EVENT).is_some_and(Value::is_object) {
        return Err(LogoutError::Event);
    }
    // An ID token has one: none of those can be shown in the place of this (§2.4).
    if claims.others.contains_key("nonce") {
        return Err(LogoutError::Nonce);
    }
    Ok(Logout { ended, issued, name: Sha256::digest(&claims.jti).into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_781_000_000;

    fn ask(change: impl FnOnce(&mut Value)) -> Result<Logout, &'static str> {
        let mut claims = json!({ "iss": "https://id.example.cn", "sub": "S-1", "sid": "a", "aud": "kanhe", "exp": NOW + 120, "iat": NOW,
            "jti": "1", "events": { EVENT: {} } });
        change(&mut claims);
        let wanted = Wanted { issuer: "https://id.example.cn", client_id: "kanhe", now: NOW };
        read(claims.to_string().as_bytes(), &wanted).map_err(|error| error.code())
    }

    #[test]
    fn a_token_that_the_standard_has_is_believed() {
        let told = ask(|_| {}).unwrap();
        assert_eq!((Some(told.ended), told.issued), (EndedThere::new("https://id.example.cn", Some("S-1"), Some("a")), NOW));
        for claim in ["sub", "sid"] {
            assert!(ask(|claims| drop(claims.as_object_mut().unwrap().remove(claim))).is_ok(), "one of both is enough: {claim}");
        }
        assert!(ask(|claims| claims["aud"] = json!(["kanhe"])).is_ok());
        assert!(ask(|claims| claims["more"] = json!({ "of": "everything" })).is_ok());
        for typ in [None, Some("logout+jwt"), Some("application/Logout+JWT"), Some("JWT")] {
            assert!(is_of_type(typ).is_ok(), "{typ:?}");
        }
    }

    #[test]
    fn a_token_with_one_wrong_claim_is_refused_for_it() {
        let rows = [
            ("iss", json!("https://id.example.cn/"), "logout_token_issuer"),
            ("aud", json!("other"), "logout_token_audience"),
            ("aud", json!(["kanhe", "other"]), "logout_token_audience"),
            ("exp", json!(NOW - 60), "logout_token_not_now"),
            ("iat", json!(NOW + 61), "logout_token_not_now"),
            ("iat", json!(NOW - 601), "logout_token_not_now"),
            ("events", json!({}), "logout_token_event"),
            ("events", json!({ EVENT: "yes" }), "logout_token_event"),
            ("events", json!([EVENT]), "logout_token_malformed"),
            ("nonce", json!("n"), "logout_token_nonce"),
            ("nonce", Value::Null, "logout_token_nonce"),
            ("jti", json!(7), "logout_token_malformed"),
            ("sub", json!(7), "logout_token_malformed"),
        ];
        for (claim, value, code) in rows {
            assert_eq!(ask(|claims| claims[claim] = value.clone()), Err(code), "{claim}: {value}");
        }
        for claim in ["iss", "aud", "exp", "iat", "jti", "events"] {
            let taken = ask(|claims| drop(claims.as_object_mut().unwrap().remove(claim)));
            assert_eq!(taken, Err("logout_token_malformed"), "{claim}");
        }
        let nobody = ask(|claims| ["sub", "sid"].iter().for_each(|claim| drop(claims.as_object_mut().unwrap().remove(*claim))));
        assert_eq!(nobody, Err("logout_token_nobody"));
        assert_eq!(is_of_type(Some("at+jwt")).unwrap_err().code(), "logout_token_type");
    }
}

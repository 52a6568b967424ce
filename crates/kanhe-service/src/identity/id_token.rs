//! What an ID token says (Core §2), and every check of Core §3.1.3.7 before it is believed.
//!
//! Steps 1 to 8 are about encryption and signatures: tokens are not encrypted for us, and `jws` has judged the signature by a key that the
//! identity service publishes, with an algorithm that fits the key. Steps 2 to 5 and 9 to 13 are here.

use super::claims::{Audience, LEEWAY, Number, Term};
use super::error::TokenError;
use super::session_there::SessionThere;
use minicbor::{Decode, Encode};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A claim that names a person has at most so many characters, as `sub` (Core §2).
const LONGEST_NAME: usize = 255;

/// Somebody, as an identity service names him.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Subject {
    /// The identity service.
    #[n(0)]
    pub issuer: String,
    /// The claim that names people: what stands in one claim is somebody else in another.
    #[n(1)]
    pub claim: String,
    /// The name.
    #[n(2)]
    pub value: String,
}

impl Subject {
    /// Takes a name of 1 to 255 characters without control characters or blanks around.
    pub fn new(issuer: &str, claim: &str, value: &str) -> Option<Self> {
        let plain = !value.chars().any(char::is_control) && value.trim() == value;
        let good = plain && (1..=LONGEST_NAME).contains(&value.chars().count());
        good.then(|| Self { issuer: issuer.to_owned(), claim: claim.to_owned(), value: value.to_owned() })
    }

    /// The bytes by which it is found: no two subjects have the same.
    pub fn bytes(&self) -> Vec<u8> {
        [self.issuer.as_bytes(), &[0], self.claim.as_bytes(), &[0], self.value.as_bytes()].concat()
    }
}

/// What was asked for: the token must answer it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Who was asked.
    pub issuer: &'a str,
    /// Who asked.
    pub client_id: &'a str,
    /// What the token must repeat.
    pub nonce: &'a str,
    /// The ways of identification of which one must have been used; none for any.
    pub contexts: &'a [String],
    /// For how many seconds the person's last proof is good.
    pub max_age: Option<u32>,
    /// The claim that names the person.
    pub claim: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: Number,
    iat: Number,
    nbf: Option<Number>,
    nonce: Option<String>,
    acr: Option<String>,
    auth_time: Option<Number>,
    sub: String,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// Who was signed in, and in which of his sessions at the identity service.
#[derive(Clone)]
pub struct Named {
    /// Who.
    pub subject: Subject,
    /// In which session.
    pub there: SessionThere,
}

/// Reads claims whose signature was judged, and returns whom they name if they are an answer to what was asked.
pub fn read(payload: &[u8], asked: &Asked<'_>) -> Result<Named, TokenError> {
    let claims: Claims = serde_json::from_slice(payload).map_err(|_| TokenError::Malformed)?;
    if claims.iss != asked.issuer {
        return Err(TokenError::Issuer);
    }
    claims.aud.is_alone(asked.client_id)?;
    if claims.azp.as_ref().is_some_and(|party| party != asked.client_id) {
        return Err(TokenError::Audience);
    }
    Term { iat: claims.iat, exp: claims.exp, nbf: claims.nbf }.has_now(asked.now)?;
    if claims.nonce.as_deref() != Some(asked.nonce) {
        return Err(TokenError::Nonce);
    }
    let wanted = |context: &String| asked.contexts.contains(context);
    if !asked.contexts.is_empty() && !claims.acr.as_ref().is_some_and(wanted) {
        return Err(TokenError::Context);
    }
    if let Some(max_age) = asked.max_age {
        let proved = claims.auth_time.ok_or(TokenError::TooLongAgo)?.seconds()?;
        if asked.now.saturating_sub(proved) > i64::from(max_age) + LEEWAY {
            return Err(TokenError::TooLongAgo);
        }
    }
    let named = if asked.claim == "sub" { Some(claims.sub.as_str()) } else { claims.others.get(asked.claim).and_then(Value::as_str) };
    let subject = named.and_then(|value| Subject::new(asked.issuer, asked.claim, value));
    let there = SessionThere::new(asked.issuer, &claims.sub, claims.others.get("sid").and_then(Value::as_str));
    let nobody = || TokenError::Nobody { claim: asked.claim.to_owned() };
    Ok(Named { subject: subject.ok_or_else(nobody)?, there })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_781_000_000;

    fn claims() -> Value {
        json!({ "iss": "https://id.example.cn", "sub": "S-1", "aud": "kanhe", "exp": NOW + 300, "iat": NOW, "nonce": "n", "acr": "loa3",
            "auth_time": NOW - 100, "employee": "E-7" })
    }

    fn ask(change: impl FnOnce(&mut Value), asked: impl FnOnce(&mut Asked<'_>)) -> Result<String, &'static str> {
        let mut claims = claims();
        change(&mut claims);
        let contexts = ["loa3".to_owned(), "loa4".to_owned()];
        let mut question = Asked {
            issuer: "https://id.example.cn",
            client_id: "kanhe",
            nonce: "n",
            contexts: &contexts,
            max_age: Some(100),
            claim: "sub",
            now: NOW,
        };
        asked(&mut question);
        read(claims.to_string().as_bytes(), &question).map(|named| named.subject.value).map_err(|error| error.code())
    }

    #[test]
    fn whom_a_token_names_stands_in_the_claim_of_the_configuration() {
        assert_eq!(ask(|_| {}, |_| {}), Ok("S-1".to_owned()));
        assert_eq!(ask(|_| {}, |asked| asked.claim = "employee"), Ok("E-7".to_owned()));
        for claim in ["nobody", "exp"] {
            assert_eq!(ask(|_| {}, |asked| asked.claim = claim), Err("id_token_nobody"));
        }
        assert_eq!(ask(|claims| claims["employee"] = json!(7), |asked| asked.claim = "employee"), Err("id_token_nobody"));
    }

    #[test]
    fn a_token_with_one_wrong_claim_is_refused_for_it() {
        let rows = [
            ("iss", json!("https://id.example.cn/"), "id_token_issuer"),
            ("aud", json!("other"), "id_token_audience"),
            ("aud", json!(["kanhe", "other"]), "id_token_audience"),
            ("aud", json!([]), "id_token_audience"),
            ("azp", json!("other"), "id_token_audience"),
            ("exp", json!(NOW - 60), "id_token_not_now"),
            ("iat", json!(NOW + 61), "id_token_not_now"),
            ("iat", json!(NOW - 601), "id_token_not_now"),
            ("nbf", json!(NOW + 61), "id_token_not_now"),
            ("nonce", json!("m"), "id_token_nonce"),
            ("nonce", Value::Null, "id_token_nonce"),
            ("acr", json!("loa2"), "id_token_context"),
            ("acr", Value::Null, "id_token_context"),
            ("auth_time", json!(NOW - 161), "id_token_too_long_ago"),
            ("auth_time", Value::Null, "id_token_too_long_ago"),
            ("sub", json!(""), "id_token_nobody"),
            ("sub", json!("a\nb"), "id_token_nobody"),
            ("sub", json!("a".repeat(256)), "id_token_nobody"),
            ("sub", json!(7), "id_token_malformed"),
            ("exp", json!("tomorrow"), "id_token_malformed"),
            ("exp", json!(1e300), "id_token_malformed"),
        ];
        for (claim, value, code) in rows {
            assert_eq!(ask(|claims| claims[claim] = value.clone(), |_| {}), Err(code), "{claim}: {value}");
        }
        for claim in ["iss", "aud", "exp", "iat", "sub"] {
            let taken = ask(|claims| drop(claims.as_object_mut().unwrap().remove(claim)), |_| {});
            assert_eq!(taken, Err("id_token_malformed"), "{claim}");
        }
    }

    #[test]
    fn what_the_standard_leaves_open_is_taken() {
        let rows = [
            ("aud", json!(["kanhe"])),
            ("azp", json!("kanhe")),
            ("exp", json!(NOW - 59)),
            ("iat", json!(NOW + 60)),
            ("iat", json!(1_781_000_000.5)),
            ("more", json!({ "of": ["everything"] })),
        ];
        for (claim, value) in rows {
            assert!(ask(|claims| claims[claim] = value.clone(), |_| {}).is_ok(), "{claim}: {value}");
        }
        assert!(ask(|claims| claims["acr"] = Value::Null, |asked| asked.contexts = &[]).is_ok());
        assert!(ask(|claims| claims["auth_time"] = Value::Null, |asked| asked.max_age = None).is_ok());
    }
}

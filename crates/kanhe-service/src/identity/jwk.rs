//! The keys of the identity service (RFC 7517): those by which ID tokens may be signed, and no others.

use super::jws::Algorithm;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

/// A set has at most so many keys: two or three, while they are changed.
const MOST_KEYS: usize = 64;

/// A key, as whoever verifies with it wants its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name, if it has one.
    pub kid: Option<String>,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// What a certificate has as `subjectPublicKey`: an `RSAPublicKey` (RFC 8017 §A.1.1), a point (SEC 1 §2.3.3), or 32 bytes.
    pub public: Vec<u8>,
}

/// A set, with members that others may add (RFC 7517 §5).
#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    intended: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// Reads a set. A key of a kind that we do not know, or for something else, is passed over (RFC 7517 §5).
pub fn decode(bytes: &[u8]) -> Option<Vec<Key>> {
    let set: Set = serde_json::from_slice(bytes).ok()?;
    if set.keys.len() > MOST_KEYS {
        return None;
    }
    Some(set.keys.into_iter().filter_map(read).collect())
}

fn read(key: Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(key).ok()?;
    let signs = jwk.intended.as_deref().is_none_or(|intended| intended == "sig");
    let verifies = jwk.key_ops.as_ref().is_none_or(|all| all.iter().any(|one| one == "verify"));
    let (algorithm, public) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => (Algorithm::Rs256, rsa(&bytes(jwk.n.as_deref())?, &bytes(jwk.e.as_deref())?)),
        ("EC", Some("P-256")) => (Algorithm::Es256, point(&bytes(jwk.x.as_deref())?, &bytes(jwk.y.as_deref())?)?),
        ("OKP", Some("Ed25519")) => (Algorithm::EdDsa, bytes(jwk.x.as_deref())?),
        _ => return None,
    };
    let named = jwk.alg.as_deref().is_none_or(|alg| Algorithm::parse(alg) == Some(algorithm));
    (signs && verifies && named).then_some(Key { kid: jwk.kid, algorithm, public })
}

fn bytes(text: Option<&str>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text?).ok()
}

/// A point that is not compressed: 4, then both coordinates of 32 bytes (RFC 7518 §6.2.1.2).
fn point(x: &[u8], y: &[u8]) -> Option<Vec<u8>> {
    (x.len() == 32 && y.len() == 32).then(|| [&[4], x, y].concat())
}

/// `SEQUENCE { INTEGER n, INTEGER e }`.
fn rsa(n: &[u8], e: &[u8]) -> Vec<u8> {
    der(0x30, &[integer(n), integer(e)].concat())
}

/// A number that is not negative, in as few bytes as DER allows (X.690 §8.3.2).
pub(super) fn integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = number.get(zeros..).unwrap_or_default();
    // The first bit is the sign.
    let sign: &[u8] = if digits.first().is_none_or(|byte| *byte >= 0x80) { &[0] } else { &[] };
    der(0x02, &[sign, digits].concat())
}

/// Tag, length and contents (X.690 §8.1.3).
pub(super) fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len().to_be_bytes();
    let digits: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let head = match (u8::try_from(contents.len()), u8::try_from(digits.len())) {
        (Ok(short), _) if short < 0x80 => vec![tag, short],
        (_, Ok(count)) => [&[tag, 0x80 | count], digits.as_slice()].concat(),
        (_, Err(_)) => Vec::new(),
    };
    [head.as_slice(), contents].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_as_der_has_them() {
        let rows: [(&[u8], &[u8]); 5] = [
            (&[], &[2, 1, 0]),
            (&[0, 0, 1], &[2, 1, 1]),
            (&[0x7f], &[2, 1, 0x7f]),
            (&[0x80], &[2, 2, 0, 0x80]),
            (&[0, 0x80, 1], &[2, 3, 0, 0x80, 1]),
        ];
        for (number, bytes) in rows {
            assert_eq!(integer(number), bytes, "{number:?}");
        }
        assert_eq!(der(0x30, &[7; 200])[..3], [0x30, 0x81, 200]);
        assert_eq!(der(0x30, &[7; 300])[..4], [0x30, 0x82, 1, 44]);
    }

    #[test]
    fn only_keys_that_may_sign_id_tokens_are_taken() {
        let x = "A".repeat(43);
        let ed = |more: &str| format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{x}"{more}}}]}}"#);
        let rows = [
            (ed(""), 1),
            (ed(r#","use":"sig","alg":"EdDSA","kid":"a","more":1"#), 1),
            (ed(r#","use":"enc""#), 0),
            (ed(r#","alg":"RS256""#), 0),
            (ed(r#","key_ops":["sign"]"#), 0),
            (ed(r#","kid":7"#), 0),
            (r#"{"keys":[{"kty":"oct","k":"AAAA"},{"kty":"EC","crv":"P-384","x":"AA","y":"AA"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#.to_owned(), 0),
            (r#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"RSA","n":"*","e":"AQAB"}]}"#.to_owned(), 1),
        ];
        for (text, found) in rows {
            assert_eq!(decode(text.as_bytes()).unwrap().len(), found, "{text}");
        }
        assert!(decode(b"[]").is_none() && decode(b"").is_none());
        let many = format!(r#"{{"keys":[{}]}}"#, vec!["{}"; MOST_KEYS + 1].join(","));
        assert!(decode(many.as_bytes()).is_none());
    }
}

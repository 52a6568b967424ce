//! Signed tokens in their compact form (RFC 7515 §7.1): three parts of base64url with full stops between.
//!
//! Who signs is judged by what TLS judges certificates with: `ring`, through `rustls`. An ID token is shown once, a second after it was
//! made, by who was asked over TLS; a logout token ends sessions, and no more. Nothing that is kept or published rests on either.

use super::error::TokenError;
use super::jwk::{Key, der, integer};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{AlgorithmIdentifier, alg_id};

/// A token has at most so many characters: an ID token has one or two thousand.
const LONGEST: usize = 64 << 10;

/// By what an ID token may be signed. Anything else is refused, `none` and shared secrets (HS256) before all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, of 2,048 bits and more.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Reads its name (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864).
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// What a certificate calls the key, and the signature.
    const fn identifiers(self) -> (AlgorithmIdentifier, AlgorithmIdentifier) {
        match self {
            Self::Rs256 => (alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA256),
            Self::Es256 => (alg_id::ECDSA_P256, alg_id::ECDSA_SHA256),
            Self::EdDsa => (alg_id::ED25519, alg_id::ED25519),
        }
    }
}

/// A token whose signature was not looked at.
pub struct Jws<'a> {
    signed: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
    kid: Option<String>,
    typ: Option<String>,
    algorithm: Algorithm,
}

/// What the header says. Addresses and keys that it brings along (`jku`, `jwk`, `x5u`, `x5c`) are not looked at: who signs is said by the
/// identity service, not by the token.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    /// What must be understood: nothing of it is (RFC 7515 §4.1.11).
    crit: Option<IgnoredAny>,
}

impl<'a> Jws<'a> {
    /// Reads a token.
    pub fn parse(text: &'a str) -> Result<Self, TokenError> {
        let malformed = || TokenError::Malformed;
        let (signed, signature) = text.rsplit_once('.').filter(|_| text.len() <= LONGEST).ok_or_else(malformed)?;
        let (header, payload) = signed.split_once('.').filter(|(_, payload)| !payload.contains('.')).ok_or_else(malformed)?;
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed);
        let header: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| TokenError::Malformed)?;
        if header.crit.is_some() {
            return Err(TokenError::Malformed);
        }
        let algorithm = Algorithm::parse(&header.alg).ok_or(TokenError::Algorithm)?;
        Ok(Self { signed, payload: bytes(payload)?, signature: bytes(signature)?, kid: header.kid, typ: header.typ, algorithm })
    }

    /// What it says that it is (RFC 7515 §4.1.9).
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// The key by which it says that it is signed; where it names none, the only one that there is of its kind (Core §10.1).
    pub fn key<'k>(&self, keys: &'k [Key]) -> Option<&'k Key> {
        let mut fitting = keys.iter().filter(|key| key.algorithm == self.algorithm && (self.kid.is_none() || key.kid == self.kid));
        fitting.next().filter(|_| fitting.next().is_none())
    }

    /// The payload, if the key has signed it.
    pub fn authenticate(self, key: &Key) -> Result<Vec<u8>, TokenError> {
        let (of_key, of_signature) = self.algorithm.identifiers();
        let known = default_provider().signature_verification_algorithms.all;
        let judge = known.iter().find(|one| one.public_key_alg_id() == of_key && one.signature_alg_id() == of_signature);
        let signature = match self.algorithm {
            Algorithm::Es256 => pair(&self.signature).ok_or(TokenError::Signature)?,
            Algorithm::Rs256 | Algorithm::EdDsa => self.signature,
        };
        let judge = judge.filter(|_| key.algorithm == self.algorithm).ok_or(TokenError::Algorithm)?;
        judge.verify_signature(&key.public, self.signed.as_bytes(), &signature).map_err(|_| TokenError::Signature)?;
        Ok(self.payload)
    }
}

/// Two numbers of 32 bytes (RFC 7518 §3.4), as certificates write them: `SEQUENCE { INTEGER r, INTEGER s }`.
fn pair(signature: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = signature.split_at_checked(32).filter(|(_, s)| s.len() == 32)?;
    Some(der(0x30, &[integer(r), integer(s)].concat()))
}

#[cfg(test)]
mod tests {
    use super::super::jwk;
    use super::*;

    /// RFC 8037 §A.4: Ed25519.
    const EDDSA: (&str, &str) = (
        r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    );

    /// RFC 7515 §A.3: ES256.
    const ES256: (&str, &str) = (
        r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#,
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    );

    /// RFC 7515 §A.2: RS256.
    const RS256: (&str, &str) = (
        r#"{"keys":[{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}]}"#,
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
    );

    fn check(keys: &str, token: &str) -> Result<Vec<u8>, TokenError> {
        let keys = jwk::decode(keys.as_bytes()).unwrap();
        let jws = Jws::parse(token)?;
        let key = jws.key(&keys).ok_or(TokenError::KeyUnknown)?;
        jws.authenticate(key)
    }

    #[test]
    fn the_examples_of_the_standards_are_authentic_and_no_other_bytes_are() {
        for (keys, token) in [EDDSA, ES256, RS256] {
            assert!(check(keys, token).is_ok(), "{token}");
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let (header, payload) = signed.split_once('.').unwrap();
            let changed = |part: &str, at: usize| {
                let other = if part.as_bytes()[at] == b'B' { "C" } else { "B" };
                format!("{}{other}{}", &part[..at], &part[at + 1..])
            };
            for at in [0, 5, signature.len() / 2] {
                assert_eq!(check(keys, &format!("{signed}.{}", changed(signature, at))), Err(TokenError::Signature), "{at}");
                let at = at.min(payload.len() - 3);
                assert_eq!(check(keys, &format!("{header}.{}.{signature}", changed(payload, at))), Err(TokenError::Signature), "{at}");
            }
            assert_eq!(check(keys, &format!("{signed}.")), Err(TokenError::Signature));
        }
    }

    #[test]
    fn a_token_that_is_wounded_anywhere_is_authentic_for_nobody() {
        for (keys, token) in [EDDSA, ES256, RS256] {
            for at in 0..token.len() {
                assert!(check(keys, &token[..at]).is_err(), "{at}");
                for other in ["A", "z", "_", ".", "=", " ", "{", "é"] {
                    let wounded = format!("{}{other}{}", &token[..at], &token[at + 1..]);
                    assert!(wounded == token || check(keys, &wounded).is_err(), "{at} {other}");
                }
            }
        }
    }

    #[test]
    fn a_token_of_another_form_or_algorithm_is_refused() {
        let with = |header: &str| format!("{}.e30.AAAA", URL_SAFE_NO_PAD.encode(header));
        let rows = [
            (with(r#"{"alg":"none"}"#), TokenError::Algorithm),
            (with(r#"{"alg":"HS256"}"#), TokenError::Algorithm),
            (with(r#"{"alg":"rs256"}"#), TokenError::Algorithm),
            (with(r#"{"alg":"RS256","crit":["b64"],"b64":false}"#), TokenError::Malformed),
            (with(r#"{"alg":"RS256","alg":"EdDSA"}"#), TokenError::Malformed),
            (with("{}"), TokenError::Malformed),
            (with(r#"{"alg":"RS256"}"#), TokenError::KeyUnknown),
            (with(r#"{"alg":"EdDSA","kid":"another"}"#), TokenError::KeyUnknown),
            ("a.b".to_owned(), TokenError::Malformed),
            ("..".to_owned(), TokenError::Malformed),
            (format!("{}.a.b", EDDSA.1), TokenError::Malformed),
            (format!("{}=", EDDSA.1), TokenError::Malformed),
            (format!("{}.{}", EDDSA.1, "A".repeat(LONGEST)), TokenError::Malformed),
        ];
        for (token, why) in rows {
            assert_eq!(check(EDDSA.0, &token), Err(why), "{token:.80}");
        }
    }

    #[test]
    fn of_two_keys_that_could_have_signed_the_token_names_one() {
        let twice = EDDSA.0.replace('[', r#"[{"kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},"#);
        assert_eq!(check(&twice, EDDSA.1), Err(TokenError::KeyUnknown));
    }
}

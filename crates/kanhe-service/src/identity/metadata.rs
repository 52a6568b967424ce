//! How the identity service describes itself (OpenID Connect Discovery 1.0 §3).

use super::error::IdentityError;
use super::jws::Algorithm;
use serde::Deserialize;

/// What we read of the description; it has more.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Metadata {
    issuer: String,
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    /// Where a code becomes an ID token.
    pub token_endpoint: String,
    /// Where its keys are.
    pub jwks_uri: String,
    response_types_supported: Vec<String>,
    id_token_signing_alg_values_supported: Vec<String>,
    code_challenge_methods_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Where a browser signs out (RP-Initiated Logout 1.0 §2.1).
    pub end_session_endpoint: Option<String>,
    /// Whether it says who it is when a browser comes back (RFC 9207 §3).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

/// How we say who we are where codes are taken (Core §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientProof {
    /// `client_secret_basic`: in the header `Authorization`.
    Header,
    /// `client_secret_post`: in the form.
    Form,
}

impl Metadata {
    /// Reads the description of an issuer, and refuses one that is another's, or that lacks what we ask for.
    pub fn decode(bytes: &[u8], issuer: &str) -> Result<Self, IdentityError> {
        let malformed = || IdentityError::Malformed { part: "its description" };
        let found: Self = serde_json::from_slice(bytes).map_err(|_| malformed())?;
        // Whoever could answer in its place would answer with its own name (Discovery §4.3).
        if found.issuer != issuer {
            return Err(IdentityError::Issuer { part: "the description of the identity service" });
        }
        let addresses = [&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri];
        if !addresses.into_iter().chain(&found.end_session_endpoint).all(|address| is_private(address)) {
            return Err(malformed());
        }
        let lacks = |feature| Err(IdentityError::Lacks { feature });
        if !found.response_types_supported.iter().any(|kind| kind == "code") {
            return lacks("the authorization code flow");
        }
        if !found.id_token_signing_alg_values_supported.iter().any(|name| Algorithm::parse(name).is_some()) {
            return lacks("ID tokens signed with RS256, ES256 or EdDSA");
        }
        // Services from before RFC 8414 do not say it, and take what they do not know.
        if found.code_challenge_methods_supported.as_ref().is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
            return lacks("PKCE with S256");
        }
        Ok(found)
    }

    /// How a client with a secret says who it is; where nothing is said, by the header (Discovery §3).
    pub fn proof(&self) -> Result<ClientProof, IdentityError> {
        let Some(methods) = &self.token_endpoint_auth_methods_supported else { return Ok(ClientProof::Header) };
        let has = |method: &str| methods.iter().any(|one| one == method);
        match (has("client_secret_basic"), has("client_secret_post")) {
            (true, _) => Ok(ClientProof::Header),
            (false, true) => Ok(ClientProof::Form),
            (false, false) => Err(IdentityError::Lacks { feature: "client_secret_basic or client_secret_post" }),
        }
    }
}

/// Whether an address is one that nobody reads on the way: over TLS, or on this very machine.
pub fn is_private(address: &str) -> bool {
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    let good = match (address.strip_prefix("https://"), address.strip_prefix("http://")) {
        (Some(rest), _) => host(rest).is_some_and(|host| !host.is_empty()),
        (None, Some(rest)) => host(rest).is_some_and(|host| ["127.0.0.1", "[::1]", "localhost"].contains(&host)),
        (None, None) => false,
    };
    plain && good
}

/// The host of what follows the scheme; none where somebody's name stands before it.
fn host(rest: &str) -> Option<&str> {
    let authority = rest.split(['/', '?']).next().filter(|authority| !authority.contains('@'))?;
    let with_port = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    Some(with_port.map_or(authority, |(host, _)| host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn description() -> Value {
        json!({
            "issuer": "https://id.example.cn", "authorization_endpoint": "https://id.example.cn/auth?a=1", "token_endpoint": "https://id.example.cn/token",
            "jwks_uri": "https://id.example.cn/jwks", "response_types_supported": ["code", "id_token"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["PS256", "ES256"], "code_challenge_methods_supported": ["plain", "S256"],
        })
    }

    #[test]
    fn a_description_that_is_anothers_or_lacks_something_is_refused() {
        assert!(Metadata::decode(description().to_string().as_bytes(), "https://id.example.cn").is_ok());
        let rows = [
            ("issuer", json!("https://id.example.cn/"), "oidc_issuer"),
            ("token_endpoint", json!("http://id.example.cn/token"), "oidc_malformed"),
            ("jwks_uri", Value::Null, "oidc_malformed"),
            ("end_session_endpoint", json!("javascript:alert(1)"), "oidc_malformed"),
            ("response_types_supported", json!(["id_token"]), "oidc_lacks"),
            ("id_token_signing_alg_values_supported", json!(["none", "HS256"]), "oidc_lacks"),
            ("code_challenge_methods_supported", json!(["plain"]), "oidc_lacks"),
        ];
        for (member, value, code) in rows {
            let mut changed = description();
            changed[member] = value;
            let refused = Metadata::decode(changed.to_string().as_bytes(), "https://id.example.cn").unwrap_err();
            assert_eq!(refused.code(), code, "{member}");
        }
    }

    #[test]
    fn a_client_says_who_it_is_in_a_way_that_is_offered() {
        let rows = [
            (json!(null), Ok(ClientProof::Header)),
            (json!(["client_secret_post", "client_secret_basic"]), Ok(ClientProof::Header)),
            (json!(["client_secret_post"]), Ok(ClientProof::Form)),
            (json!(["private_key_jwt"]), Err("oidc_lacks")),
        ];
        for (methods, proof) in rows {
            let mut changed = description();
            changed["token_endpoint_auth_methods_supported"] = methods;
            let metadata = Metadata::decode(changed.to_string().as_bytes(), "https://id.example.cn").unwrap();
            assert_eq!(metadata.proof().map_err(|error| error.code()), proof);
        }
    }

    #[test]
    fn nothing_is_sent_where_others_could_read_it() {
        let rows = [
            ("https://id.example.cn:8443/auth?x", true),
            ("http://127.0.0.1:9000", true),
            ("http://[::1]:9000/a", true),
            ("http://localhost/a", true),
            ("http://id.example.cn", false),
            ("http://localhost.example.cn", false),
            ("http://localhost@id.example.cn", false),
            ("https://", false),
            ("https://id.example.cn/#a", false),
            ("https://id.example.cn/\r\n", false),
            ("ftp://localhost", false),
        ];
        for (address, private) in rows {
            assert_eq!(is_private(address), private, "{address}");
        }
    }
}

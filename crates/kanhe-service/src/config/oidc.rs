//! The section about the identity service.

use super::is_origin;
use crate::identity::{Settings, is_private};
use serde::Deserialize;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// `[accounts.oidc]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcAt {
    /// The identity service, as it names itself: `https://id.example.cn`. Its description stands at `/.well-known/openid-configuration`.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// A file whose first line proves it. Left out: the identity service knows us as a public client.
    pub client_secret_file: Option<PathBuf>,
    /// Under which browsers know us: `https://licences.example.cn`. The identity service sends them back to `/v1/session/oidc/callback` there,
    /// and says at `/v1/session/oidc/logout` who has signed out.
    pub address: String,
    /// The claim that names the officer, as administrators link it. Whatever it is, it never goes to somebody else.
    #[serde(default = "default_claim")]
    pub claim: String,
    /// What is asked for: more than `openid` where the claim comes with another scope.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// Ways of identification (`acr`) of which one must be used. Left out: any.
    #[serde(default)]
    pub acr: Vec<String>,
    /// For how many minutes one proof of a person is good there; after that it is asked again. Left out: as the identity service has it.
    pub max_age_minutes: Option<u16>,
    /// The path where a browser goes when it is signed in, or out.
    #[serde(default = "default_landing")]
    pub landing: String,
}

impl OidcAt {
    /// The settings by which nobody could be signed in.
    pub fn wrong(&self) -> Vec<&'static str> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let path =
            |text: &str| plain(text) && text.starts_with('/') && !text.starts_with("//") && !text.contains(['"', '<', '>', '&', '\\', ';']);
        let settings = [
            ("accounts.oidc.issuer", is_private(&self.issuer) && !self.issuer.contains('?')),
            ("accounts.oidc.address", is_private(&self.address) && is_origin(&self.address)),
            ("accounts.oidc.client_id", plain(&self.client_id)),
            ("accounts.oidc.claim", plain(&self.claim)),
            ("accounts.oidc.scopes", self.scopes.iter().any(|scope| scope == "openid") && self.scopes.iter().all(|scope| plain(scope))),
            ("accounts.oidc.acr", self.acr.iter().all(|context| plain(context))),
            ("accounts.oidc.landing", path(&self.landing)),
        ];
        settings.into_iter().filter(|(_, good)| !good).map(|(name, _)| name).collect()
    }

    /// The same, as sign-in goes by it; the secret was read before.
    pub fn settings(&self, client_secret: Option<Zeroizing<String>>) -> Settings {
        Settings {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret,
            address: self.address.clone(),
            scope: self.scopes.join(" "),
            claim: self.claim.clone(),
            contexts: self.acr.clone(),
            max_age: self.max_age_minutes.map(|minutes| 60 * u32::from(minutes)),
            landing: self.landing.clone(),
        }
    }
}

fn default_claim() -> String {
    "sub".to_owned()
}

fn default_scopes() -> Vec<String> {
    vec!["openid".to_owned()]
}

fn default_landing() -> String {
    "/docs/".to_owned()
}

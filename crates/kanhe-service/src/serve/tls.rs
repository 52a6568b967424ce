//! TLS: the certificate that the service shows, and its key.
//!
//! Systems may show a certificate too, of an authority that is named; browsers show none, and come in all the same.
//!
//! TLS 1.2 and 1.3 over `ring`; HTTP/1.1 alone, for a counter asks one question at a time.

use crate::x509;
use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::Timestamp;
use std::sync::Arc;
use thiserror::Error;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use tokio_rustls::rustls::{Error, RootCertStore, ServerConfig};

/// Names the provider that the program has, for whoever opens TLS connections of his own. Once is enough, and twice does no harm.
pub fn name_provider() {
    let _ = default_provider().install_default();
}

/// A chain has at most so many certificates: two or three, as they are given out.
const MOST_CERTIFICATES: usize = 10;

/// So many authorities may be named: a handshake tells all of them to every caller.
const MOST_AUTHORITIES: usize = 32;

/// What the service shows, and whose certificates it takes.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// A chain of certificates, PEM (RFC 7468).
    pub chain: &'a [u8],
    /// The private key of the first, PEM.
    pub key: &'a [u8],
    /// The authorities of client certificates, PEM; none, where nobody is asked for one.
    pub authorities: Option<&'a [u8]>,
}

/// What the service shows in a handshake; connections that are open keep what they were shown.
pub struct Tls {
    present: ArcSwap<ServerConfig>,
    ends: ArcSwapOption<Timestamp>,
}

impl Tls {
    /// Reads what is to be shown.
    pub fn decode(shown: Shown<'_>) -> Result<Self, TlsError> {
        Ok(Self { present: ArcSwap::from(config(shown)?), ends: ArcSwapOption::new(ends(shown)) })
    }

    /// Puts something newer in the place of what is shown, or says why that stays: one that has ended takes the place of none that holds.
    pub fn put(&self, shown: Shown<'_>, now: Timestamp) -> Result<(), TlsError> {
        let (config, ends) = (config(shown)?, ends(shown));
        if let Some(ended) = ends.as_deref().filter(|ends| **ends <= now)
            && self.ends().is_none_or(|present| present > now)
        {
            return Err(TlsError::Ended { at: *ended });
        }
        self.present.store(config);
        self.ends.store(ends);
        Ok(())
    }

    /// When the first certificate ends of what is shown, if it says so in a way that can be read.
    pub fn ends(&self) -> Option<Timestamp> {
        self.ends.load().as_deref().copied()
    }

    pub(super) fn present(&self) -> Arc<ServerConfig> {
        self.present.load_full()
    }
}

fn ends(shown: Shown<'_>) -> Option<Arc<Timestamp>> {
    let first = CertificateDer::pem_slice_iter(shown.chain).next()?.ok()?;
    x509::not_after(&first).map(Arc::new)
}

fn config(Shown { chain, key, authorities }: Shown<'_>) -> Result<Arc<ServerConfig>, TlsError> {
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(|_| TlsError::Chain)?;
    if !(1..=MOST_CERTIFICATES).contains(&certificates.len()) {
        return Err(TlsError::Certificates { found: certificates.len(), most: MOST_CERTIFICATES });
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Key)?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions();
    let config = config.map_err(|error| TlsError::Refused { detail: error })?;
    let config = match authorities {
        None => config.with_no_client_auth(),
        Some(authorities) => config.with_client_cert_verifier(verifier(authorities)?),
    };
    let mut config = config.with_single_cert(certificates, key).map_err(|error| TlsError::Refused { detail: error })?;
    if authorities.is_some() {
        // Each connection shows its certificate anew: one that is past its term does not live on in what a session remembers.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Takes client certificates of these authorities, and callers who show none.
fn verifier(authorities: &[u8]) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_slice_iter(authorities) {
        let added = authority.ok().map(|authority| roots.add(authority));
        added.and_then(Result::ok).filter(|()| roots.len() <= MOST_AUTHORITIES).ok_or(TlsError::Authorities { most: MOST_AUTHORITIES })?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()));
    builder.allow_unauthenticated().build().map_err(|_| TlsError::Authorities { most: MOST_AUTHORITIES })
}

/// Why a certificate is not shown.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum TlsError {
    /// The file of the chain is damaged.
    #[error("the file of the certificate is no PEM")]
    Chain,
    /// The file has no certificate, or far too many.
    #[error("the file has {found} certificates, and 1 to {most} make a chain")]
    Certificates {
        /// How many it has.
        found: usize,
        /// How many it may have.
        most: usize,
    },
    /// The file of the key has none.
    #[error("the file of the key has no private key in PEM")]
    Key,
    /// The file of the authorities has none, too many, or something else.
    #[error("the file of the client authorities has no certificates in PEM, or more than {most}")]
    Authorities {
        /// How many it may have.
        most: usize,
    },
    /// The certificate has ended already.
    #[error("the certificate ended at {at}, and the one that is shown stays")]
    Ended {
        /// Its last moment.
        at: Timestamp,
    },
    /// The key is not that of the certificate, or is of a kind that TLS does not know.
    #[error("the certificate cannot be shown with this key: {detail}")]
    Refused {
        /// What the library says.
        detail: Error,
    },
}

impl TlsError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Chain | Self::Certificates { .. } => "tls_certificate",
            Self::Key => "tls_key",
            Self::Authorities { .. } => "tls_client_authorities",
            Self::Ended { .. } => "tls_ended",
            Self::Refused { .. } => "tls_refused",
        }
    }
}

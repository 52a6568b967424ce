//! TLS: the certificate that the service shows, and its key.
//!
//! TLS 1.2 and 1.3 over `ring`; HTTP/1.1 alone, for a counter asks one question at a time.

use arc_swap::ArcSwap;
use std::sync::Arc;
use thiserror::Error;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{Error, ServerConfig};

/// Names the provider that the program has, for whoever opens TLS connections of his own. Once is enough, and twice does no harm.
pub fn name_provider() {
    let _ = default_provider().install_default();
}

/// A chain has at most so many certificates: two or three, as they are given out.
const MOST_CERTIFICATES: usize = 10;

/// What the service shows in a handshake; connections that are open keep what they were shown.
pub struct Tls {
    present: ArcSwap<ServerConfig>,
}

impl Tls {
    /// Reads a chain of certificates and the private key of the first, both PEM (RFC 7468).
    pub fn decode(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        Ok(Self { present: ArcSwap::from(config(chain, key)?) })
    }

    /// Puts a newer chain in the place of the present one, or says why that stays.
    pub fn put(&self, chain: &[u8], key: &[u8]) -> Result<(), TlsError> {
        self.present.store(config(chain, key)?);
        Ok(())
    }

    pub(super) fn present(&self) -> Arc<ServerConfig> {
        self.present.load_full()
    }
}

fn config(chain: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, TlsError> {
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(|_| TlsError::Chain)?;
    if !(1..=MOST_CERTIFICATES).contains(&certificates.len()) {
        return Err(TlsError::Certificates { found: certificates.len(), most: MOST_CERTIFICATES });
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Key)?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions();
    let config = config.and_then(|config| config.with_no_client_auth().with_single_cert(certificates, key));
    let mut config = config.map_err(|error| TlsError::Refused { detail: error })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
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
            Self::Refused { .. } => "tls_refused",
        }
    }
}

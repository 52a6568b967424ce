//! The files of TLS: what the service shows, and whose certificates it takes.

use super::wire::{LOOK, changed};
use crate::failure::Failure;
use crate::files;
use kanhe_service::serve::{Shown, Tls};
use std::path::PathBuf;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A chain of certificates has at most so many bytes.
const LARGEST_PEM: usize = 256 << 10;

/// The files of a certificate and its key.
#[derive(Clone)]
pub struct Credentials {
    /// The chain that is shown.
    pub certificate: PathBuf,
    /// The key of its first certificate.
    pub key: PathBuf,
    /// The authorities of client certificates.
    pub authorities: Option<PathBuf>,
}

/// What stands in them.
struct Read {
    chain: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    authorities: Option<Vec<u8>>,
}

impl Read {
    fn shown(&self) -> Shown<'_> {
        Shown { chain: &self.chain, key: &self.key, authorities: self.authorities.as_deref() }
    }
}

impl Credentials {
    /// Reads them.
    pub fn read(&self) -> Result<Tls, Failure> {
        Tls::decode(self.bytes()?.shown()).map_err(|error| Failure::new(error.code(), error).within(self.certificate.display()))
    }

    fn bytes(&self) -> Result<Read, Failure> {
        let authorities = self.authorities.as_ref().map(|file| files::read(file, LARGEST_PEM)).transpose()?;
        let (chain, key) = (files::read(&self.certificate, LARGEST_PEM)?, Zeroizing::new(files::read(&self.key, LARGEST_PEM)?));
        Ok(Read { chain, key, authorities })
    }

    fn renew(&self, tls: &Tls) -> Result<(), Failure> {
        tls.put(self.bytes()?.shown()).map_err(|error| Failure::new(error.code(), error))
    }
}

/// Looks at the files of the certificate now and then, and shows a new one; a bad one is said in the log, and the one at hand stays.
pub async fn renew_certificate(tls: Arc<Tls>, credentials: Credentials) {
    let look = |files: &Credentials| (changed(&files.certificate), changed(&files.key), files.authorities.as_deref().map(changed));
    let mut seen = look(&credentials);
    loop {
        tokio::time::sleep(LOOK).await;
        let found = look(&credentials);
        if found == seen {
            continue;
        }
        match credentials.renew(&tls) {
            Ok(()) => {
                seen = found;
                tracing::info!("a new certificate is shown");
            }
            // The two files are written one after the other: it is tried again at the next look.
            Err(failure) => tracing::warn!(code = failure.code(), "the new certificate was refused"),
        }
    }
}

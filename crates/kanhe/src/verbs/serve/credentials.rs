//! The files of TLS: what the service shows, and whose certificates it takes.

use super::reread::{self, changed};
use crate::failure::Failure;
use crate::files;
use jiff::Timestamp;
use kanhe_service::house::Shared;
use kanhe_service::reread::Reread;
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

    /// Everything that is wrong with them.
    pub fn wrong(&self) -> Vec<Failure> {
        let named = [Some(&self.certificate), Some(&self.key), self.authorities.as_ref()];
        let unread: Vec<_> = named.into_iter().flatten().filter_map(|file| files::read(file, LARGEST_PEM).err()).collect();
        if unread.is_empty() { self.read().err().into_iter().collect() } else { unread }
    }

    fn bytes(&self) -> Result<Read, Failure> {
        let authorities = self.authorities.as_ref().map(|file| files::read(file, LARGEST_PEM)).transpose()?;
        let (chain, key) = (files::read(&self.certificate, LARGEST_PEM)?, Zeroizing::new(files::read(&self.key, LARGEST_PEM)?));
        Ok(Read { chain, key, authorities })
    }

    fn renew(&self, tls: &Tls, now: Timestamp) -> Result<(), Failure> {
        tls.put(self.bytes()?.shown(), now).map_err(|error| Failure::new(error.code(), error))
    }
}

/// Shows a new certificate whenever its files change; bad ones leave what is shown.
pub async fn renew_certificate(house: Shared, tls: Arc<Tls>, credentials: Credentials) {
    let files = credentials.clone();
    let look = || (changed(&files.certificate), changed(&files.key), files.authorities.as_deref().map(changed));
    let clock = Arc::clone(&house);
    reread::keep_up(house, Reread::Tls, look, move || credentials.renew(&tls, clock.now()).map(|()| true)).await;
}

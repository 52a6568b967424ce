//! By what a client certificate is known: its SHA-256, as RFC 8705 §3.1 has it (`x5t#S256`).

use crate::x509;
use jiff::Timestamp;
use kanhe_core::hex::Hex;
use sha2::{Digest, Sha256};
use std::fmt;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// The SHA-256 of a whole certificate, DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Thumbprint([u8; 32]);

impl Thumbprint {
    /// The one of a certificate.
    pub fn new(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    /// Takes what was kept of it.
    pub(super) const fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the number as `openssl x509 -fingerprint -sha256` prints it: 64 hexadecimal digits, with colons or without.
    fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text.trim().bytes().filter(|byte| *byte != b':').collect();
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Hex(&self.0))
    }
}

/// A client certificate, as far as an account needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// By which it is known.
    pub thumbprint: Thumbprint,
    /// Its last moment; none where only its number was given.
    pub until: Option<Timestamp>,
}

impl ClientCertificate {
    /// One that is at hand whole.
    pub fn new(der: &[u8]) -> Self {
        Self { thumbprint: Thumbprint::new(der), until: x509::not_after(der) }
    }

    /// Reads a certificate in PEM, or its SHA-256 in hexadecimal.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim_start().starts_with("-----BEGIN ") {
            let mut found = CertificateDer::pem_slice_iter(text.as_bytes());
            let first = found.next()?.ok()?;
            // Of a chain nobody could say which is meant.
            return found.next().is_none().then(|| Self::new(&first));
        }
        Thumbprint::parse(text).map(|thumbprint| Self { thumbprint, until: None })
    }

    /// When it ends, where it is not taken any more from a moment on.
    pub(super) fn ends_by(&self, moment: Timestamp) -> Timestamp {
        self.until.map_or(moment, |until| until.min(moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_that_tools_print_is_read() {
        let number = Thumbprint::new(b"kanhe");
        let plain = number.to_string();
        let pairs: Vec<_> = plain.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase()).collect();
        for text in [plain.clone(), pairs.join(":"), format!(" {plain}\n")] {
            assert_eq!(ClientCertificate::parse(&text), Some(ClientCertificate { thumbprint: number, until: None }), "{text}");
        }
        for text in ["", "00", &plain[1..], &format!("{plain}0"), &plain.replace('a', "g").replace('1', "+"), "-----BEGIN CERTIFICATE-----"]
        {
            assert!(ClientCertificate::parse(text).is_none(), "{text}");
        }
    }
}

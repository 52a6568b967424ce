//! A key in a token.

use crate::link::Link;
use crate::{Address, Pin, TokenError};
use kanhe_core::key::{SIGNATURE_LENGTH, SignError, Signer, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// What is signed to be kept secret: no note and no envelope begins like this, so the signature is of use to nobody else.
const SECRET: &[u8] = b"kanhe: a secret of this key, version 1\n";

/// A key that signs in its token and never leaves it.
///
/// One session serves it, one signature at a time. When a session is lost, the token is looked for once more, and the PIN said once more; a
/// PIN that was refused is never said again, for tokens lock themselves.
pub struct TokenKey {
    address: Address,
    pin: Pin,
    public: VerifyingKey,
    /// A hash of a signature that only this key makes, and always the same (RFC 8032 has no dice).
    secret: Zeroizing<[u8; 32]>,
    line: Mutex<Line>,
    trouble: Mutex<Option<&'static str>>,
}

/// How the key is spoken to.
enum Line {
    Open(Link),
    Lost,
    /// The token has refused the PIN, or has locked it.
    Refused(TokenError),
}

impl TokenKey {
    /// Finds a key in its token, and tries it.
    pub fn open(address: Address, pin: Pin) -> Result<Self, TokenError> {
        let link = Link::open(&address, &pin)?;
        Self::of(address, pin, link)
    }

    /// Makes a new key in a token, under the label that the address names, and tries it.
    pub fn make(address: Address, pin: Pin) -> Result<Self, TokenError> {
        let link = Link::make(&address, &pin)?;
        Self::of(address, pin, link)
    }

    fn of(address: Address, pin: Pin, link: Link) -> Result<Self, TokenError> {
        let wrong = || TokenError::SignatureWrong { token: address.token.to_string(), key: address.key.clone() };
        let public = link.public().ok_or_else(wrong)?;
        let sign = || sign(&address, &link, &public, SECRET);
        let (signature, again) = (Zeroizing::new(sign()?), sign()?);
        if *signature != again {
            return Err(TokenError::NotDeterministic { token: address.token.to_string() });
        }
        let secret = Zeroizing::new(Sha256::digest(signature.as_slice()).into());
        Ok(Self { address, pin, public, secret, line: Mutex::new(Line::Open(link)), trouble: Mutex::new(None) })
    }

    /// The key's label in the token.
    pub fn label(&self) -> &str {
        &self.address.key
    }

    fn signed(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LENGTH], TokenError> {
        let mut line = lock(&self.line);
        if let Line::Open(link) = &*line {
            match sign(&self.address, link, &self.public, message) {
                Err(error) if error.may_pass() => *line = Line::Lost,
                done => return done,
            }
        }
        self.reconnect(&mut line)?;
        match &*line {
            Line::Open(link) => sign(&self.address, link, &self.public, message),
            Line::Lost => Err(TokenError::Absent { wanted: self.address.token.to_string() }),
            Line::Refused(error) => Err(error.clone()),
        }
    }

    fn reconnect(&self, line: &mut Line) -> Result<(), TokenError> {
        if !matches!(line, Line::Lost) {
            return Ok(());
        }
        *line = match Link::open_again(&self.address, &self.pin) {
            Ok(link) if link.public() == Some(self.public) => Line::Open(link),
            Ok(_) => {
                return Err(TokenError::SignatureWrong { token: self.address.token.to_string(), key: self.address.key.clone() });
            }
            Err(error @ (TokenError::PinWrong { .. } | TokenError::PinLastTry { .. } | TokenError::PinLocked { .. })) => {
                Line::Refused(error)
            }
            Err(error) => return Err(error),
        };
        Ok(())
    }
}

/// A signature that is one.
fn sign(address: &Address, link: &Link, public: &VerifyingKey, message: &[u8]) -> Result<[u8; SIGNATURE_LENGTH], TokenError> {
    let signed = link.sign(message).map_err(|error| TokenError::returned(&address.token.to_string(), &error))?;
    let signature = signed.try_into().ok();
    let verified = signature.filter(|signature| public.verify(message, signature).is_ok());
    verified.ok_or_else(|| TokenError::SignatureWrong { token: address.token.to_string(), key: address.key.clone() })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Signer for TokenKey {
    fn verifying_key(&self) -> VerifyingKey {
        self.public
    }

    fn try_sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LENGTH], SignError> {
        let signed = self.signed(message);
        *lock(&self.trouble) = signed.as_ref().err().map(TokenError::code);
        Ok(signed?)
    }

    fn secret_for(&self, purpose: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(purpose).chain_update(self.secret.as_slice()).finalize().into()
    }

    fn answers(&self) -> Result<(), SignError> {
        self.try_sign(SECRET).map(|signature| drop(Zeroizing::new(signature)))
    }

    fn trouble(&self) -> Option<&'static str> {
        *lock(&self.trouble)
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey(…{})", self.public.id())
    }
}

//! Agency keys: generated here, kept encrypted with age (age-encryption.org/v1), opened only in memory; or kept elsewhere, and only named here.
//!
//! Inside the encryption stands one line of text, the *signer key* of C2SP signed-note, so that other tools of that family read it too:
//!
//! ```text
//! PRIVATE+KEY+<name>+<hash>+<base64 of 0x01 || seed>
//! ```

use age::secrecy::{ExposeSecret, SecretString};
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanhe_core::key::{KeyError, Multiples, PublicKeyLine, Signer, SigningKey};
use std::io::{Read, Write};
use std::iter;
use std::sync::OnceLock;
use thiserror::Error;
use zeroize::Zeroizing;

/// What stands before a signer key of signed-note.
const SIGNER_PREFIX: &str = "PRIVATE+KEY+";

/// The signature type byte of Ed25519 in signed-note.
const NOTE_ED25519: u8 = 0x01;

/// How an age file begins.
const FIRST_LINE: &[u8] = b"age-encryption.org/v1\n";

/// No key file is larger: one line of 300 characters and age's header come to about 600 bytes.
pub const LARGEST_KEY_FILE: usize = 16 << 10;

/// A key file is opened with at most 2^20 rounds of scrypt, about a gigabyte: a stranger's file must not stop the machine.
const MOST_WORK: u8 = 20;

/// What locks and opens key files.
pub enum Lock {
    /// Words that a person types.
    Passphrase(SecretString),
    /// An age identity, from a file.
    Identity(Box<x25519::Identity>),
}

impl Lock {
    /// Takes a new passphrase, of at least eight characters.
    pub fn passphrase(words: &str) -> Result<Self, KeyringError> {
        let length = words.chars().count();
        if length < 8 { Err(KeyringError::PassphraseShort { length }) } else { Ok(Self::Passphrase(SecretString::from(words.to_owned()))) }
    }

    /// Takes words that are to open what they have locked: they may be wrong, and are never too short to be tried.
    pub fn typed(words: &str) -> Self {
        Self::Passphrase(SecretString::from(words.to_owned()))
    }

    /// Reads an age identity file (`AGE-SECRET-KEY-1…`; lines beginning with `#` are remarks).
    pub fn identity(file: &str) -> Result<Self, KeyringError> {
        let line = file.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).ok_or(KeyringError::Identity)?;
        line.parse().map(|identity| Self::Identity(Box::new(identity))).map_err(|_| KeyringError::Identity)
    }

    /// Makes a new age identity, and the text of its file.
    pub fn new_identity() -> (Self, Zeroizing<String>) {
        let identity = x25519::Identity::generate();
        let text = format!("# public key: {}\n{}\n", identity.to_public(), identity.to_string().expose_secret());
        (Self::Identity(Box::new(identity)), Zeroizing::new(text))
    }

    /// Encrypts a secret into the bytes of an age file.
    pub fn close(&self, secret: &[u8]) -> Result<Vec<u8>, KeyringError> {
        let encryptor = match self {
            Self::Passphrase(words) => Encryptor::with_user_passphrase(words.clone()),
            Self::Identity(identity) => {
                let recipient = identity.to_public();
                let recipients: [&dyn age::Recipient; 1] = [&recipient];
                Encryptor::with_recipients(recipients.into_iter()).map_err(|_| KeyringError::Encrypt)?
            }
        };
        let mut bytes = Vec::new();
        let mut writer = encryptor.wrap_output(&mut bytes).map_err(|_| KeyringError::Encrypt)?;
        writer.write_all(secret).map_err(|_| KeyringError::Encrypt)?;
        writer.finish().map_err(|_| KeyringError::Encrypt)?;
        Ok(bytes)
    }

    /// Decrypts the bytes of an age file.
    pub fn open(&self, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        let (decryptor, wants) = begun(file)?;
        match (wants, self) {
            (Wants::Passphrase, Self::Identity(_)) => return Err(KeyringError::WantsPassphrase),
            (Wants::Identity, Self::Passphrase(_)) => return Err(KeyringError::WantsIdentity),
            (Wants::Passphrase, Self::Passphrase(_)) | (Wants::Identity, Self::Identity(_)) => {}
        }
        let mut reader = match self {
            Self::Passphrase(words) => {
                let mut identity = scrypt::Identity::new(words.clone());
                identity.set_max_work_factor(MOST_WORK);
                decryptor.decrypt(iter::once::<&dyn age::Identity>(&identity))
            }
            Self::Identity(identity) => decryptor.decrypt(iter::once::<&dyn age::Identity>(identity.as_ref())),
        }
        .map_err(refused)?;
        let mut secret = Zeroizing::new(Vec::with_capacity(512));
        reader.read_to_end(&mut secret).map_err(|_| KeyringError::Damaged)?;
        Ok(secret)
    }
}

/// What opens a key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// The passphrase that locked it.
    Passphrase,
    /// The age identity to which it is locked.
    Identity,
}

impl Wants {
    /// Reads what a key file is locked with, before anybody is asked for anything.
    pub fn decode(file: &[u8]) -> Result<Self, KeyringError> {
        begun(file).map(|(_, wants)| wants)
    }
}

fn begun(file: &[u8]) -> Result<(Decryptor<&[u8]>, Wants), KeyringError> {
    if file.len() > LARGEST_KEY_FILE {
        return Err(KeyringError::FileLarge { length: file.len(), most: LARGEST_KEY_FILE });
    }
    let is_public = || std::str::from_utf8(file).is_ok_and(|line| PublicKeyLine::parse(line).is_ok());
    let refused = |_| match () {
        () if file.starts_with(FIRST_LINE) => KeyringError::Damaged,
        () if is_public() => KeyringError::Public,
        () => KeyringError::NotAge,
    };
    let decryptor = Decryptor::new(file).map_err(refused)?;
    let wants = if decryptor.is_scrypt() { Wants::Passphrase } else { Wants::Identity };
    Ok((decryptor, wants))
}

/// A private key with the name of its owner.
pub struct NamedKey {
    name: String,
    key: Keeping,
    multiples: OnceLock<Multiples>,
}

/// Where a private key is.
enum Keeping {
    Memory(Box<SigningKey>),
    Elsewhere(Box<dyn Signer>),
}

impl NamedKey {
    /// Names a key that was drawn from the system's dice.
    pub fn new(name: &str, seed: &Zeroizing<[u8; 32]>) -> Result<Self, KeyringError> {
        Self::kept(name, Keeping::Memory(Box::new(SigningKey::from_seed(seed))))
    }

    /// Names a key that never comes here: in a token, say.
    pub fn elsewhere(name: &str, signer: Box<dyn Signer>) -> Result<Self, KeyringError> {
        Self::kept(name, Keeping::Elsewhere(signer))
    }

    fn kept(name: &str, key: Keeping) -> Result<Self, KeyringError> {
        let named = Self { name: name.to_owned(), key, multiples: OnceLock::new() };
        named.public_line()?;
        Ok(named)
    }

    /// The public half as a line of text.
    pub fn public_line(&self) -> Result<PublicKeyLine, KeyringError> {
        PublicKeyLine::new(&self.name, self.key().verifying_key()).map_err(KeyringError::Key)
    }

    /// The name of its owner.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who signs with it.
    pub fn key(&self) -> &dyn Signer {
        match &self.key {
            Keeping::Memory(key) => key.as_ref(),
            Keeping::Elsewhere(signer) => signer.as_ref(),
        }
    }

    /// The multiples of its public half, worked out when they are first wanted: for whoever signs much with it.
    pub fn multiples(&self) -> &Multiples {
        self.multiples.get_or_init(|| Multiples::of(&self.key().verifying_key()))
    }

    /// Encrypts the key into the bytes of a key file.
    pub fn lock(&self, lock: &Lock) -> Result<Vec<u8>, KeyringError> {
        lock.close(self.signer_line()?.as_bytes())
    }

    /// Opens the bytes of a key file.
    pub fn unlock(file: &[u8], lock: &Lock) -> Result<Self, KeyringError> {
        let opened = lock.open(file)?;
        Self::parse_signer(std::str::from_utf8(&opened).map_err(|_| KeyringError::Damaged)?)
    }

    fn signer_line(&self) -> Result<Zeroizing<String>, KeyringError> {
        let Keeping::Memory(key) = &self.key else { return Err(KeyringError::Elsewhere) };
        let public = self.public_line()?.to_string();
        // The encoded key may itself have a plus sign, so the name and the hash are cut off from the front.
        let mut parts = public.splitn(3, '+');
        let (name, hash) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let mut tagged = Zeroizing::new(vec![NOTE_ED25519]);
        tagged.extend_from_slice(key.expose_seed());
        Ok(Zeroizing::new(format!("{SIGNER_PREFIX}{name}+{hash}+{}\n", STANDARD.encode(&tagged))))
    }

    fn parse_signer(line: &str) -> Result<Self, KeyringError> {
        let named = line.trim_end().strip_prefix(SIGNER_PREFIX).ok_or(KeyringError::Damaged)?;
        let (name, rest) = named.split_once('+').ok_or(KeyringError::Damaged)?;
        let (_, encoded) = rest.split_once('+').ok_or(KeyringError::Damaged)?;
        let tagged = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| KeyringError::Damaged)?);
        let [NOTE_ED25519, seed @ ..] = tagged.as_slice() else { return Err(KeyringError::Damaged) };
        let seed: [u8; 32] = seed.try_into().map_err(|_| KeyringError::Damaged)?;
        let opened = Self::new(name, &Zeroizing::new(seed))?;
        let same = opened.signer_line()?.trim_end() == line.trim_end();
        if same { Ok(opened) } else { Err(KeyringError::Damaged) }
    }
}

fn refused(error: DecryptError) -> KeyringError {
    match error {
        DecryptError::NoMatchingKeys | DecryptError::KeyDecryptionFailed | DecryptError::DecryptionFailed => KeyringError::WrongLock,
        DecryptError::ExcessiveWork { .. } => KeyringError::TooMuchWork,
        _ => KeyringError::Damaged,
    }
}

/// Why a key cannot be made, locked or opened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyringError {
    /// The passphrase is too short.
    #[error("a passphrase has at least 8 characters, this one {length}")]
    PassphraseShort {
        /// Characters found.
        length: usize,
    },
    /// The file has no age identity.
    #[error("the identity file has no line beginning with AGE-SECRET-KEY-1")]
    Identity,
    /// The key or its name is not right.
    #[error(transparent)]
    Key(KeyError),
    /// The key is in a token, which does not give it away.
    #[error("the key is not in memory, and whatever keeps it does not give it away")]
    Elsewhere,
    /// Encrypting failed.
    #[error("the key could not be encrypted")]
    Encrypt,
    /// The file is too large to be a key.
    #[error("a key file has at most {most} bytes, this one {length}")]
    FileLarge {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// The file is no age file.
    #[error("this is no key file: it does not begin as an age file does")]
    NotAge,
    /// The file is the public half of a key.
    #[error("this is a public key, and the key file of the private one is wanted")]
    Public,
    /// The file is locked with a passphrase.
    #[error("this key file is locked with a passphrase, and an identity was given")]
    WantsPassphrase,
    /// The file is locked to an identity.
    #[error("this key file is locked to an age identity, and none was given")]
    WantsIdentity,
    /// Wrong passphrase or identity.
    #[error("the passphrase or identity does not open this key file")]
    WrongLock,
    /// The file asks for more work than a key of ours.
    #[error("this key file asks for more work than any of ours")]
    TooMuchWork,
    /// The file begins as an age file does, and is none; or it opened, and holds no key.
    #[error("the key file is damaged")]
    Damaged,
}

impl KeyringError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PassphraseShort { .. } => "passphrase_short",
            Self::Identity => "identity_malformed",
            Self::Key(error) => error.code(),
            Self::Elsewhere => "key_elsewhere",
            Self::Encrypt => "key_encrypt",
            Self::FileLarge { .. } => "key_file_large",
            Self::NotAge => "key_file_not_age",
            Self::Public => "key_is_public",
            Self::WantsPassphrase => "key_wants_passphrase",
            Self::WantsIdentity => "key_wants_identity",
            Self::WrongLock => "key_wrong_lock",
            Self::TooMuchWork => "key_too_much_work",
            Self::Damaged => "key_file_damaged",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> NamedKey {
        NamedKey::new("test.example/agency", &Zeroizing::new([7; 32])).unwrap()
    }

    #[test]
    fn a_key_locked_to_an_identity_opens_with_it_alone() {
        let (lock, text) = Lock::new_identity();
        let file = key().lock(&lock).unwrap();
        let read = Lock::identity(&text).unwrap();
        assert_eq!(NamedKey::unlock(&file, &read).unwrap().public_line(), key().public_line());
        assert_eq!(NamedKey::unlock(&file, &Lock::new_identity().0).err(), Some(KeyringError::WrongLock));
        assert_eq!(NamedKey::unlock(&file, &Lock::passphrase("correct horse").unwrap()).err(), Some(KeyringError::WantsIdentity));
    }

    #[test]
    fn a_wrong_passphrase_is_named() {
        let file = key().lock(&Lock::passphrase("correct horse").unwrap()).unwrap();
        assert_eq!(NamedKey::unlock(&file, &Lock::passphrase("battery staple").unwrap()).err(), Some(KeyringError::WrongLock));
        assert_eq!(NamedKey::unlock(&file, &Lock::new_identity().0).err(), Some(KeyringError::WantsPassphrase));
        assert!(Lock::passphrase("short").is_err());
        assert_eq!(NamedKey::unlock(&file, &Lock::typed("short")).err(), Some(KeyringError::WrongLock), "what is typed to open is tried");
        assert!(NamedKey::unlock(&file, &Lock::typed("correct horse")).is_ok());
        assert_eq!(Wants::decode(&file), Ok(Wants::Passphrase));
    }

    #[test]
    fn a_file_that_is_no_key_is_named() {
        let (lock, _) = Lock::new_identity();
        assert_eq!(NamedKey::unlock(b"hello", &lock).err(), Some(KeyringError::NotAge));
        let public = format!("{}\n", key().public_line().unwrap());
        assert_eq!(NamedKey::unlock(public.as_bytes(), &lock).err(), Some(KeyringError::Public));
        assert_eq!(Wants::decode(&key().lock(&lock).unwrap()), Ok(Wants::Identity));
        assert_eq!(NamedKey::unlock(&[0; LARGEST_KEY_FILE + 1], &lock).err().map(|e| e.code()), Some("key_file_large"));
        let mut file = key().lock(&lock).unwrap();
        file.pop();
        assert!(NamedKey::unlock(&file, &lock).is_err());
    }

    #[test]
    fn a_file_that_begins_as_an_age_file_does_is_never_said_not_to() {
        let (lock, _) = Lock::new_identity();
        let file = key().lock(&lock).unwrap();
        for (place, bit) in (0..file.len()).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
            let mut flipped = file.clone();
            flipped[place] ^= 1 << bit;
            let refused = NamedKey::unlock(&flipped, &lock).err();
            let begins = place >= FIRST_LINE.len();
            assert!(refused.is_some() && (refused == Some(KeyringError::NotAge)) != begins, "byte {place}, bit {bit}: {refused:?}");
        }
    }

    #[test]
    fn every_key_opens_again_whatever_signs_its_encoding_has() {
        let (lock, _) = Lock::new_identity();
        for seed in 0..64 {
            let key = NamedKey::new("test.example/agency", &Zeroizing::new([seed; 32])).unwrap();
            assert_eq!(NamedKey::unlock(&key.lock(&lock).unwrap(), &lock).unwrap().public_line(), key.public_line());
        }
    }

    #[test]
    fn the_secret_stands_in_no_key_file() {
        let (lock, _) = Lock::new_identity();
        let file = key().lock(&lock).unwrap();
        assert!(!file.windows(8).any(|window| window == [7; 8]));
    }
}

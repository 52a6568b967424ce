//! Signed notes: a text, and under it the lines of those who signed it (`c2sp.org/signed-note`).
//!
//! ```text
//! This is an example message.
//!
//! — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
//! ```

use crate::text::{base64, shown, to_base64};
use kanhe_core::key::{KeyError, PublicKeyLine, SIGNATURE_LENGTH, SignError, Signer};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The largest note: 64 signatures of nearly 5 kB each, which is what a post-quantum one has, come to 430 kB in base64.
pub const LARGEST_NOTE: usize = 512 << 10;

/// The specification demands room for 16; a log's own and one witness for each province are 35.
pub const MOST_SIGNATURES: usize = 64;

/// The signature type byte of Ed25519.
const ED25519: u8 = 0x01;

/// Bytes in front of a signature that say which key made it.
const KEY_ID_LENGTH: usize = 4;

/// A note in the right shape, and still a stranger's.
#[derive(Clone, Debug)]
pub struct Note<'t> {
    text: &'t str,
    signatures: Vec<Signature<'t>>,
}

#[derive(Clone, Debug)]
struct Signature<'t> {
    name: &'t str,
    key_id: [u8; KEY_ID_LENGTH],
    bytes: Vec<u8>,
}

impl<'t> Note<'t> {
    /// Reads a note. Every signature line must be well-formed, whoever signed.
    pub fn parse(note: &'t str) -> Result<Self, NoteError> {
        if note.len() > LARGEST_NOTE {
            return Err(NoteError::TooLarge { found: note.len(), most: LARGEST_NOTE });
        }
        require_printable(note)?;
        let (text, lines) = split(note).ok_or(NoteError::NoSignatures)?;
        let count = lines.split('\n').count();
        if count > MOST_SIGNATURES {
            return Err(NoteError::TooManySignatures { found: count, most: MOST_SIGNATURES });
        }
        let read = |line| Signature::parse(line).ok_or_else(|| NoteError::SignatureLine { found: shown(line) });
        Ok(Self { text, signatures: lines.split('\n').map(read).collect::<Result<_, _>>()? })
    }

    /// Believes the text if the key's owner has signed it. Lines of other keys are ignored, also those with only its name or only its id.
    ///
    /// Every line that bears both must hold: a note with one good and one bad signature of the same key is a forgery of something.
    pub fn open(&self, key: &PublicKeyLine) -> Result<AuthenticNote<'t>, NoteError> {
        let key_id = key_id(key);
        let mut ours = self.signatures.iter().filter(|signature| signature.name == key.name() && signature.key_id == key_id).peekable();
        if ours.peek().is_none() {
            return Err(NoteError::NotSigned { key: key.name().to_owned() });
        }
        let invalid = || NoteError::SignatureInvalid { key: key.name().to_owned() };
        for signature in ours {
            let bytes: &[u8; SIGNATURE_LENGTH] = signature.bytes.as_slice().try_into().map_err(|_| invalid())?;
            key.key().verify(self.text.as_bytes(), bytes).map_err(|_| invalid())?;
        }
        Ok(AuthenticNote { text: self.text })
    }

    /// The text *without* asking who signed it. For showing what a note claims, marked as unchecked, and for nothing else.
    pub const fn text_unchecked(&self) -> &'t str {
        self.text
    }
}

/// A text that a key has signed. Only [`Note::open`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthenticNote<'t> {
    text: &'t str,
}

impl<'t> AuthenticNote<'t> {
    /// The text, with the newline at its end.
    pub const fn text(&self) -> &'t str {
        self.text
    }
}

/// Who signs notes: a private key and the name that its public key goes by.
#[derive(Clone, Debug)]
pub struct NoteSigner<'k> {
    line: PublicKeyLine,
    key: &'k dyn Signer,
}

impl<'k> NoteSigner<'k> {
    /// Names a key; the name is that of its public key line.
    pub fn new(name: &str, key: &'k dyn Signer) -> Result<Self, KeyError> {
        Ok(Self { line: PublicKeyLine::new(name, key.verifying_key())?, key })
    }

    /// The public half: what a reader of the notes needs.
    pub const fn public(&self) -> &PublicKeyLine {
        &self.line
    }

    /// Signs a text and writes the whole note. The text ends in a newline and has no other control character.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        require_printable(text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::TextEnd);
        }
        let signature = self.key.try_sign(text.as_bytes())?;
        let note = format!("{text}\n— {} {}\n", self.line.name(), to_base64(&[key_id(&self.line).as_slice(), &signature].concat()));
        if note.len() > LARGEST_NOTE { Err(NoteError::TooLarge { found: note.len(), most: LARGEST_NOTE }) } else { Ok(note) }
    }
}

impl<'t> Signature<'t> {
    /// Reads a line, without its newline.
    fn parse(line: &'t str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = base64(encoded)?;
        let (key_id, signature) = bytes.split_first_chunk().filter(|(_, signature)| !signature.is_empty())?;
        let named = !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+');
        named.then(|| Self { name, key_id: *key_id, bytes: signature.to_vec() })
    }
}

/// The text with its last newline, and the signature lines without theirs: they are parted by the last empty line.
fn split(note: &str) -> Option<(&str, &str)> {
    let (text, lines) = note.split_at_checked(note.rfind("\n\n")? + 1)?;
    Some((text, lines.strip_prefix('\n')?.strip_suffix('\n')?))
}

fn require_printable(text: &str) -> Result<(), NoteError> {
    match text.bytes().position(|byte| byte < b' ' && byte != b'\n') {
        Some(at) => Err(NoteError::ControlCharacter { at }),
        None => Ok(()),
    }
}

/// `SHA-256(name || 0x0a || signature type || public key)[:4]`
fn key_id(line: &PublicKeyLine) -> [u8; KEY_ID_LENGTH] {
    let digest = Sha256::new().chain_update(line.name()).chain_update([b'\n', ED25519]).chain_update(line.key().as_bytes()).finalize();
    *digest.first_chunk().expect("a digest begins with a key id") // safe: SHA-256 has 32 bytes, a key id 4
}

/// Why a note is none, or is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoteError {
    /// The note is larger than any.
    #[error("a signed note has at most {most} bytes, this one {found}")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// A control character other than a newline.
    #[error("byte {at} is a control character, which no signed note has")]
    ControlCharacter {
        /// Where, in bytes.
        at: usize,
    },
    /// The text to be signed does not end in a newline.
    #[error("the text of a note ends in a newline")]
    TextEnd,
    /// There is no empty line with signature lines behind it.
    #[error("this is no signed note: there are no signature lines behind an empty line")]
    NoSignatures,
    /// More signatures than a verifier should look at.
    #[error("a note has at most {most} signatures here, this one {found}")]
    TooManySignatures {
        /// Lines found.
        found: usize,
        /// Lines allowed.
        most: usize,
    },
    /// A line behind the empty line is no signature.
    #[error("{found:?} is no signature line (— name signature)")]
    SignatureLine {
        /// The beginning of the line.
        found: String,
    },
    /// No line is of the key wanted.
    #[error("no signature is of the key {key} that was asked for")]
    NotSigned {
        /// The name of the key.
        key: String,
    },
    /// A line of the key does not hold.
    #[error("the signature does not match the text and the key {key}")]
    SignatureInvalid {
        /// The name of the key.
        key: String,
    },
    /// Whoever has the key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl NoteError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "note_too_large",
            Self::ControlCharacter { .. } => "note_control_character",
            Self::TextEnd => "note_text_end",
            Self::NoSignatures => "note_no_signatures",
            Self::TooManySignatures { .. } => "note_too_many_signatures",
            Self::SignatureLine { .. } => "note_signature_line",
            Self::NotSigned { .. } => "note_not_signed",
            Self::SignatureInvalid { .. } => "note_signature_invalid",
            Self::Sign(error) => error.code(),
        }
    }
}

#[cfg(test)]
mod tests;

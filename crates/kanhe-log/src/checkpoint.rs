//! Checkpoints: the head of a log as a text, and signed (`c2sp.org/tlog-checkpoint`).
//!
//! ```text
//! example.com/behind-the-sofa                         origin
//! 20852163                                            tree size
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=        root hash
//!                                                     (extension lines, if any)
//! — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
//! ```

use crate::hash::{Hash, HashError, TreeHead};
use crate::note::{Note, NoteError, NoteSigner};
use crate::text::{decimal, shown};
use kanhe_core::key::PublicKeyLine;
use std::fmt;
use thiserror::Error;

/// The largest text: an origin as long as a key's name may be has 800 bytes, size and root have 66; the rest is for extensions, which
/// nobody should use.
pub const LARGEST_TEXT: usize = 4096;

/// What a checkpoint says. A value of this type is nobody's word; an [`AuthenticCheckpoint`] is the log's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: TreeHead,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// The checkpoint of the log `origin` at a head, with extension lines as opaque as they are discouraged.
    pub fn new(origin: &str, head: TreeHead, extensions: &[&str]) -> Result<Self, CheckpointError> {
        require_line(origin).ok_or_else(|| CheckpointError::Origin { found: shown(origin) })?;
        if let Some(line) = extensions.iter().find(|line| require_line(line).is_none()) {
            return Err(CheckpointError::Extension { found: shown(line) });
        }
        if head.size == 0 && head.root != Hash::EMPTY_ROOT {
            return Err(CheckpointError::EmptyRoot { found: head.root });
        }
        let checkpoint = Self { origin: origin.to_owned(), head, extensions: extensions.iter().map(|line| (*line).to_owned()).collect() };
        let length = checkpoint.to_string().len();
        if length > LARGEST_TEXT { Err(CheckpointError::TooLarge { found: length, most: LARGEST_TEXT }) } else { Ok(checkpoint) }
    }

    /// Reads the text of a note as a checkpoint; whoever wants to believe it uses [`Checkpoint::open`].
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        if text.len() > LARGEST_TEXT {
            return Err(CheckpointError::TooLarge { found: text.len(), most: LARGEST_TEXT });
        }
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines { found: 0 })?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Lines { found: text.matches('\n').count() });
        };
        let size = decimal(size).ok_or_else(|| CheckpointError::Size { found: shown(size) })?;
        let root = Hash::parse(root).map_err(CheckpointError::Root)?;
        Self::new(origin, TreeHead { size, root }, &lines.collect::<Vec<_>>())
    }

    /// Reads a signed note and believes it as the log's own head. The origin must be the name of the key: who signs for another log is
    /// not believed, however well he signs.
    pub fn open(note: &str, key: &PublicKeyLine) -> Result<AuthenticCheckpoint, CheckpointError> {
        Self::open_note(&Note::parse(note)?, key)
    }

    pub(crate) fn open_note(note: &Note<'_>, key: &PublicKeyLine) -> Result<AuthenticCheckpoint, CheckpointError> {
        let checkpoint = Self::parse(note.open(key)?.text())?;
        require_origin(&checkpoint, key)?;
        Ok(AuthenticCheckpoint(checkpoint))
    }

    /// Signs the checkpoint as its log; the signer's name must be the origin.
    ///
    /// A log signs one line of heads, each a continuation of the last: that is the caller's duty, and the store's to make sure of.
    pub fn sign(&self, signer: &NoteSigner<'_>) -> Result<String, CheckpointError> {
        require_origin(self, signer.public())?;
        Ok(signer.sign(&self.to_string())?)
    }

    /// Which log it is.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its head.
    pub const fn head(&self) -> &TreeHead {
        &self.head
    }

    /// The extension lines.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.head.size, self.head.root)?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A head that the log itself has signed. Only [`Checkpoint::open`] makes one, and a proof bundle, which opens its checkpoint in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticCheckpoint(Checkpoint);

impl AuthenticCheckpoint {
    /// Which log it is: the name of the key that was asked for.
    pub fn origin(&self) -> &str {
        self.0.origin()
    }

    /// Its head.
    pub const fn head(&self) -> &TreeHead {
        self.0.head()
    }

    /// The extension lines: signed by the log, and audited by nobody.
    pub fn extensions(&self) -> &[String] {
        self.0.extensions()
    }
}

/// A line has characters, and none that ends or garbles it.
fn require_line(line: &str) -> Option<()> {
    (!line.is_empty() && line.bytes().all(|byte| byte >= b' ')).then_some(())
}

fn require_origin(checkpoint: &Checkpoint, key: &PublicKeyLine) -> Result<(), CheckpointError> {
    if checkpoint.origin == key.name() {
        Ok(())
    } else {
        Err(CheckpointError::OtherOrigin { found: shown(&checkpoint.origin), wanted: key.name().to_owned() })
    }
}

/// Why a text is no checkpoint, or a checkpoint is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// The note is none, or is not signed as it should be.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is larger than any.
    #[error("the text of a checkpoint has at most {most} bytes, this one {found}")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// There are not even three lines.
    #[error("a checkpoint has at least three lines, this one {found}")]
    Lines {
        /// Lines found; 0 if the last one has no end.
        found: usize,
    },
    /// The origin is empty or not one line.
    #[error("{found:?} is no origin: one line that is not empty")]
    Origin {
        /// Its beginning.
        found: String,
    },
    /// The size is no number, or spelt in another way.
    #[error("{found:?} is no tree size: a decimal number without leading zeroes")]
    Size {
        /// Its beginning.
        found: String,
    },
    /// The root is no hash.
    #[error("the third line is no root hash")]
    Root(#[source] HashError),
    /// A tree without leaves has a root of its own choice.
    #[error("the root of a tree without leaves is {}, not {found}", Hash::EMPTY_ROOT)]
    EmptyRoot {
        /// The root found.
        found: Hash,
    },
    /// An extension line is empty or not one line.
    #[error("{found:?} is no extension: one line that is not empty")]
    Extension {
        /// Its beginning.
        found: String,
    },
    /// The checkpoint is that of another log.
    #[error("the checkpoint is of the log {found:?}, the key of {wanted:?}")]
    OtherOrigin {
        /// The origin's beginning.
        found: String,
        /// The name of the key.
        wanted: String,
    },
}

impl CheckpointError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Note(error) => error.code(),
            Self::TooLarge { .. } => "checkpoint_too_large",
            Self::Lines { .. } => "checkpoint_lines",
            Self::Origin { .. } => "checkpoint_origin",
            Self::Size { .. } => "checkpoint_size",
            Self::Root(_) => "checkpoint_root",
            Self::EmptyRoot { .. } => "checkpoint_empty_root",
            Self::Extension { .. } => "checkpoint_extension",
            Self::OtherOrigin { .. } => "checkpoint_other_origin",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;
    use kanhe_core::key::SigningKey;

    const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    fn head() -> TreeHead {
        TreeHead { size: 7, root: leaf_hash(b"root") }
    }

    #[test]
    fn a_checkpoint_is_written_as_it_was_read() {
        for text in [format!("log.example\n20852163\n{ROOT}\n"), format!("a log with spaces+\n1\n{ROOT}\nextension\n— another\n")] {
            assert_eq!(Checkpoint::parse(&text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_text_of_another_shape_is_named() {
        let cases = [
            (String::new(), "checkpoint_lines"),
            (format!("log\n7\n{ROOT}"), "checkpoint_lines"),
            ("log\n7\n".to_owned(), "checkpoint_lines"),
            (format!("\n7\n{ROOT}\n"), "checkpoint_origin"),
            (format!("log\r\n7\n{ROOT}\n"), "checkpoint_origin"),
            (format!("log\n07\n{ROOT}\n"), "checkpoint_size"),
            (format!("log\n-7\n{ROOT}\n"), "checkpoint_size"),
            (format!("log\n\n{ROOT}\n"), "checkpoint_size"),
            (format!("log\n18446744073709551616\n{ROOT}\n"), "checkpoint_size"),
            ("log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n".to_owned(), "checkpoint_root"),
            (format!("log\n0\n{ROOT}\n"), "checkpoint_empty_root"),
            (format!("log\n7\n{ROOT}\n\n"), "checkpoint_extension"),
            (format!("log\n7\n{ROOT}\none\n\ntwo\n"), "checkpoint_extension"),
            (format!("log\n7\n{ROOT}\n{}\n", "x".repeat(LARGEST_TEXT)), "checkpoint_too_large"),
        ];
        for (text, code) in cases {
            assert_eq!(Checkpoint::parse(&text).unwrap_err().code(), code, "{text:?}");
        }
    }

    #[test]
    fn a_checkpoint_that_could_not_be_read_again_cannot_be_made() {
        let longest = "x".repeat(LARGEST_TEXT);
        let of = |origin: &str, extensions: &[&str]| Checkpoint::new(origin, head(), extensions).map_err(|error| error.code());
        assert_eq!(of("two\nlines", &[]), Err("checkpoint_origin"));
        assert_eq!(of("log", &["one", ""]), Err("checkpoint_extension"));
        assert_eq!(of("log", &[&longest]), Err("checkpoint_too_large"));
        assert!(of("log", &["one"]).is_ok());
    }

    #[test]
    fn a_log_is_believed_only_under_its_own_name() {
        let key = SigningKey::from_seed(&[7; 32]);
        let [ours, theirs] = ["log.example/ours", "log.example/theirs"].map(|name| NoteSigner::new(name, &key).unwrap());
        let checkpoint = Checkpoint::new("log.example/ours", head(), &[]).unwrap();
        let note = checkpoint.sign(&ours).unwrap();
        let opened = Checkpoint::open(&note, ours.public()).unwrap();
        assert_eq!((opened.origin(), opened.head(), opened.extensions().len()), ("log.example/ours", &head(), 0));
        assert_eq!(checkpoint.sign(&theirs).unwrap_err().code(), "checkpoint_other_origin");
        // The other log's key is good and its signature holds: it is still not the log that the text names.
        let borrowed = theirs.sign(&checkpoint.to_string()).unwrap();
        assert_eq!(Checkpoint::open(&borrowed, theirs.public()).unwrap_err().code(), "checkpoint_other_origin");
        assert_eq!(Checkpoint::open(&borrowed, ours.public()).unwrap_err().code(), "note_not_signed");
    }

    #[test]
    fn a_signed_note_that_is_no_checkpoint_is_not_opened_as_one() {
        let key = SigningKey::from_seed(&[7; 32]);
        let signer = NoteSigner::new("log.example", &key).unwrap();
        let note = signer.sign("This is an example message.\n").unwrap();
        assert_eq!(Checkpoint::open(&note, signer.public()).unwrap_err().code(), "checkpoint_lines");
    }
}

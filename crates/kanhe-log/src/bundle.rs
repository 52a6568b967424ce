//! Proof bundles: that an entry stands in a log, for who has neither log nor network (`c2sp.org/tlog-proof`).
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6            (may be left out)
//! index 73894
//! gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=             the inclusion proof, the leaf's neighbour first
//!
//! example.com/fancylog                                     the checkpoint, as the log signed it
//! …
//! ```

use crate::checkpoint::{AuthenticCheckpoint, Checkpoint, CheckpointError};
use crate::hash::{Hash, HashError, leaf_hash};
use crate::note::{LARGEST_NOTE, Note};
use crate::proof::{LONGEST_INCLUSION, ProofError, inclusion_length, verify_inclusion};
use crate::text::{base64, decimal, shown, to_base64};
use kanhe_core::key::PublicKeyLine;
use std::fmt;
use thiserror::Error;

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The most bytes of extra data: room for what an entry is the hash of, with its salt.
pub const LARGEST_EXTRA: usize = 4096;

/// The largest bundle: a note, a proof of 64 lines, and 6 kB for the lines above.
const LARGEST_BUNDLE: usize = LARGEST_NOTE + LONGEST_INCLUSION * 45 + (6 << 10);

/// A bundle in the right shape, its proof as long as its sizes demand, and still a stranger's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofBundle {
    extra: Vec<u8>,
    index: u64,
    path: Vec<Hash>,
    checkpoint: String,
}

impl ProofBundle {
    /// Bundles the inclusion proof of the leaf at `index` with the signed checkpoint of the tree that it was made for.
    pub fn new(index: u64, path: Vec<Hash>, checkpoint: &str) -> Result<Self, BundleError> {
        let size = Checkpoint::parse(Note::parse(checkpoint).map_err(CheckpointError::Note)?.text_unchecked())?.head().size;
        let wanted = inclusion_length(index, size).ok_or(ProofError::BeyondEnd { index, size })?;
        if path.len() != wanted {
            return Err(BundleError::Proof(ProofError::Length { found: path.len(), wanted }));
        }
        Ok(Self { extra: Vec::new(), index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Adds extra data, which nobody signs: its reader has to check it against the entry.
    pub fn with_extra(self, extra: &[u8]) -> Result<Self, BundleError> {
        if extra.len() > LARGEST_EXTRA {
            return Err(BundleError::ExtraTooLarge { found: extra.len(), most: LARGEST_EXTRA });
        }
        Ok(Self { extra: extra.to_vec(), ..self })
    }

    /// Reads a bundle, which has one spelling.
    pub fn parse(bundle: &str) -> Result<Self, BundleError> {
        if bundle.len() > LARGEST_BUNDLE {
            return Err(BundleError::TooLarge { found: bundle.len(), most: LARGEST_BUNDLE });
        }
        let (lines, checkpoint) = bundle.split_once("\n\n").ok_or(BundleError::NoCheckpoint)?;
        let mut lines = lines.split('\n').peekable();
        let header = lines.next().unwrap_or_default();
        if header != HEADER {
            return Err(BundleError::Header { found: shown(header) });
        }
        let extra = match lines.next_if(|line| line.starts_with("extra")) {
            Some(line) => extra_of(line)?,
            None => Vec::new(),
        };
        let index = index_of(lines.next().unwrap_or_default())?;
        let mut path = Vec::new();
        for line in lines {
            if path.len() == LONGEST_INCLUSION {
                return Err(BundleError::TooManyHashes { most: LONGEST_INCLUSION });
            }
            path.push(Hash::parse(line).map_err(|source| BundleError::Hash { place: path.len(), source })?);
        }
        Self::new(index, path, checkpoint)?.with_extra(&extra)
    }

    /// Believes that the entry stands in the log whose key this is, under a head that the log has signed.
    pub fn verify(&self, entry: &[u8], key: &PublicKeyLine) -> Result<Included, BundleError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, key)?;
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.head(), &self.path)?;
        Ok(Included { index: self.index, checkpoint })
    }

    /// The extra data; empty if there are none. *Not* signed by anybody.
    pub fn extra(&self) -> &[u8] {
        &self.extra
    }
}

/// The text of the bundle.
impl fmt::Display for ProofBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", to_base64(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// That an entry stands in a log. Only [`ProofBundle::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    index: u64,
    checkpoint: AuthenticCheckpoint,
}

impl Included {
    /// Where the entry stands.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// The head under which it stands.
    pub const fn checkpoint(&self) -> &AuthenticCheckpoint {
        &self.checkpoint
    }
}

/// A line without data is left out, so an empty one is a second spelling.
fn extra_of(line: &str) -> Result<Vec<u8>, BundleError> {
    let data = line.strip_prefix("extra ").and_then(base64).filter(|data| !data.is_empty());
    data.ok_or_else(|| BundleError::Extra { found: shown(line) })
}

fn index_of(line: &str) -> Result<u64, BundleError> {
    line.strip_prefix("index ").and_then(decimal).ok_or_else(|| BundleError::Index { found: shown(line) })
}

/// Why a text is no proof bundle, or proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BundleError {
    /// The bundle is larger than any.
    #[error("a proof bundle has at most {most} bytes, this one {found}")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// The first line is another.
    #[error("a proof bundle begins with {HEADER:?}, not with {found:?}")]
    Header {
        /// The beginning of the first line.
        found: String,
    },
    /// There is no empty line with a checkpoint behind it.
    #[error("there is no checkpoint behind an empty line")]
    NoCheckpoint,
    /// The line of extra data is malformed.
    #[error("{found:?} is no line of extra data (extra <base64>)")]
    Extra {
        /// The beginning of the line.
        found: String,
    },
    /// More extra data than anybody needs.
    #[error("extra data have at most {most} bytes here, these {found}")]
    ExtraTooLarge {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// The line of the index is missing or malformed.
    #[error("{found:?} is no index line (index <number>)")]
    Index {
        /// The beginning of the line.
        found: String,
    },
    /// A line of the proof is no hash.
    #[error("line {place} of the proof is no hash")]
    Hash {
        /// Which line, counted from 0.
        place: usize,
        /// Why it is none.
        source: HashError,
    },
    /// More hashes than any tree has levels.
    #[error("an inclusion proof has at most {most} hashes, this one more")]
    TooManyHashes {
        /// Hashes allowed.
        most: usize,
    },
    /// The checkpoint is none, or is not believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The proof does not lead from the entry to the checkpoint.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl BundleError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "bundle_too_large",
            Self::Header { .. } => "bundle_header",
            Self::NoCheckpoint => "bundle_no_checkpoint",
            Self::Extra { .. } => "bundle_extra",
            Self::ExtraTooLarge { .. } => "bundle_extra_too_large",
            Self::Index { .. } => "bundle_index",
            Self::Hash { .. } => "bundle_hash",
            Self::TooManyHashes { .. } => "bundle_too_many_hashes",
            Self::Checkpoint(error) => error.code(),
            Self::Proof(error) => error.code(),
        }
    }
}

#[cfg(test)]
mod tests;

//! The pack that the service verifies with: one at a time, taken off the shelf when a newer one is there.

mod practice;

use crate::signed_file::SignedFile;
use arc_swap::ArcSwapOption;
use kanhe_core::envelope::{Authentic, Envelope};
use kanhe_core::key::VerifyingKey;
use kanhe_core::pack::{Contents, Pack, PackError, StepBack};
use kanhe_core::verdict::{Accepted, Refusal};
use kanhe_core::verify::{Occasion, verify_file, verify_with};
use practice::Practice;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// A pack, believed, with the file that others may have of it.
pub struct Shelved {
    pack: Authentic<Pack>,
    practice: Practice,
    file: SignedFile,
    recognition: Option<SignedFile>,
}

impl Shelved {
    /// The pack.
    pub const fn pack(&self) -> &Authentic<Pack> {
        &self.pack
    }

    /// Decides whether one may rely on the certificate whose QR code says `text`.
    pub fn verify(&self, text: &str, occasion: Occasion<'_>) -> Result<Accepted<'_>, Refusal<'_>> {
        verify_with(text, &self.pack, occasion, |key| self.practice.multiples_of(key))
    }

    /// Decides whether one may rely on the certificate whose signed file this is.
    pub fn verify_file(&self, file: &Envelope<'_>, occasion: Occasion<'_>) -> Result<Accepted<'_>, Refusal<'_>> {
        verify_file(file, &self.pack, occasion)
    }

    /// The recognition that stands in it, as it was signed.
    pub const fn recognition(&self) -> Option<&SignedFile> {
        self.recognition.as_ref()
    }

    /// The signed file, whose SHA-256 is its name among all packs.
    pub const fn file(&self) -> &SignedFile {
        &self.file
    }
}

/// Where the present pack stands.
pub struct Shelf {
    trusted: Vec<VerifyingKey>,
    present: ArcSwapOption<Shelved>,
    placing: Mutex<()>,
}

/// Which parts of a pack that somebody lays down are held against those of the pack at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// All of them: whoever makes packs elsewhere answers for every part.
    All,
    /// Those of other regions. The service signs those of its own region itself, and renews what is older of them in its next round; who makes
    /// a pack by hand meanwhile cannot have its newest lists.
    OfOthers,
}

/// Why a pack is not put on the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ShelfError {
    /// It does not open.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The pack at hand is as new or newer: an older one would bring back what was withdrawn since.
    #[error("the pack at hand has epoch {present}, this one {found}")]
    NotNewer {
        /// The epoch of the pack that was offered.
        found: u64,
        /// The epoch of the pack at hand.
        present: u64,
    },
    /// A part of it is older than that of the pack at hand, or gone: what was withdrawn since would come back, and nobody would hear of it.
    #[error(transparent)]
    StepBack(#[from] StepBack),
}

impl ShelfError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Pack(error) => error.code(),
            Self::NotNewer { .. } => "pack_not_newer",
            Self::StepBack(step) => step.code(),
        }
    }
}

impl Shelf {
    /// An empty shelf, for packs that one of these keys has signed.
    pub const fn new(trusted: Vec<VerifyingKey>) -> Self {
        Self { trusted, present: ArcSwapOption::const_empty(), placing: Mutex::new(()) }
    }

    /// The pack at hand.
    pub fn present(&self) -> Option<Arc<Shelved>> {
        self.present.load_full()
    }

    /// The keys that may sign packs.
    pub fn trusted(&self) -> &[VerifyingKey] {
        &self.trusted
    }

    /// Puts a pack in the place of an older one; the same file once more changes nothing. Whether it is another than before.
    pub fn put(&self, bytes: Vec<u8>, held: Held) -> Result<bool, ShelfError> {
        let Some(pack) = self.examine(bytes)? else { return Ok(false) };
        self.goes_on(&pack.pack, held)?;
        self.place(pack).map(|()| true)
    }

    /// Refuses the first part that is older than that of the pack at hand, or gone.
    fn goes_on(&self, pack: &Pack, held: Held) -> Result<(), ShelfError> {
        let Some(present) = self.present() else { return Ok(()) };
        let is_held = |step: &StepBack| held == Held::All || step.region() != present.pack.region();
        let refused = pack.steps_back(&present.pack).into_iter().find(is_held);
        refused.map_or(Ok(()), |step| Err(step.into()))
    }

    /// Opens a pack that is newer than the present one; none, if it is the present one.
    pub fn examine(&self, bytes: Vec<u8>) -> Result<Option<Shelved>, ShelfError> {
        let file = SignedFile::new(bytes);
        if self.present().is_some_and(|before| before.file.digest() == file.digest()) {
            return Ok(None);
        }
        let pack = Pack::open(file.as_ref(), &self.trusted)?;
        let recognition = recognition(&file);
        let examined = Shelved { practice: Practice::with(&pack), pack, file, recognition };
        self.newer(&examined).map(|()| Some(examined))
    }

    /// Puts a pack that was examined in the place of an older one.
    pub fn place(&self, pack: Shelved) -> Result<(), ShelfError> {
        // Somebody else may have placed one since it was examined.
        let _turn = self.placing.lock().unwrap_or_else(PoisonError::into_inner);
        self.newer(&pack)?;
        self.present.store(Some(Arc::new(pack)));
        Ok(())
    }

    fn newer(&self, pack: &Shelved) -> Result<(), ShelfError> {
        let (found, present) = (pack.pack.epoch(), self.present().map(|before| before.pack.epoch()));
        match present {
            Some(present) if found <= present => Err(ShelfError::NotNewer { found, present }),
            Some(_) | None => Ok(()),
        }
    }
}

/// The envelope of the recognition in a pack that was opened before: a pack has one, or none.
fn recognition(pack: &SignedFile) -> Option<SignedFile> {
    let contents: Contents = Envelope::decode(pack.as_ref()).and_then(|envelope| envelope.read_unchecked()).ok()?;
    contents.recognitions.into_iter().next().map(|envelope| SignedFile::new(envelope.into()))
}

//! Signed papers that the library keeps with its certificates: the manifest that it works under, and its last published checkpoint.

use crate::error::StoreError;
use crate::family::Family;
use crate::library::Library;
use crate::pen::Pen;
use crate::record::read;
use crate::view::View;
use crate::writes::Writes;
use kanhe_core::envelope::{Authentic, Envelope, EnvelopeError};
use kanhe_core::event::{Act, Event};
use kanhe_core::key::VerifyingKey;
use kanhe_core::manifest::Manifest;
use kanhe_core::wire;
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::hash::TreeHead;
use kanhe_log::note::Note;
use minicbor::{Decode, Encode};
use std::sync::{Arc, PoisonError};

pub(crate) const MANIFEST: &[u8] = b"manifest";
pub(crate) const CHECKPOINT: &[u8] = b"checkpoint";

/// A manifest as it was signed, and the region's root key that it was believed by.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SignedManifest {
    /// The envelope, whole.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub envelope: Vec<u8>,
    /// The key that signed it.
    #[n(1)]
    #[cbor(with = "wire::cose_key")]
    pub root: VerifyingKey,
}

impl SignedManifest {
    /// What it says, if its root key signed it.
    pub fn open(&self) -> Result<Authentic<Manifest>, EnvelopeError> {
        Envelope::decode(&self.envelope).and_then(|envelope| envelope.authenticate(&self.root))
    }
}

/// Whether writes put a manifest in the place of the one before.
pub(crate) fn takes_up(writes: &Writes) -> bool {
    writes.get(Family::Meta, MANIFEST).is_some()
}

/// A manifest that somebody has opened, beside the bytes that it was read from.
pub(crate) struct ReadManifest {
    bytes: Vec<u8>,
    manifest: Arc<Authentic<Manifest>>,
}

/// The manifest of a library that is not open.
pub(crate) fn manifest(view: View<'_>) -> Result<Option<SignedManifest>, StoreError> {
    view.get(Family::Meta, MANIFEST)?.map(|bytes| read(Family::Meta, &bytes)).transpose()
}

/// Its last published checkpoint.
pub(crate) fn checkpoint(view: View<'_>) -> Result<Option<String>, StoreError> {
    view.get(Family::Meta, CHECKPOINT)?.map(|bytes| read(Family::Meta, &bytes)).transpose()
}

impl Library {
    /// The manifest that the library works under, once an agency was added.
    pub fn manifest(&self) -> Result<Option<SignedManifest>, StoreError> {
        manifest(self.view())
    }

    /// The same opened, and with the caller's words for one that is not believed. That of a province has thousands of keys: it is opened
    /// once for as long as no other takes its place.
    pub fn opened_manifest<E: From<StoreError>>(
        &self,
        not_believed: impl FnOnce(EnvelopeError) -> E,
    ) -> Result<Option<Arc<Authentic<Manifest>>>, E> {
        self.opened(self.view().get(Family::Meta, MANIFEST)?, not_believed)
    }

    /// The same as a commit finds it.
    pub fn opened_manifest_in<E: From<StoreError>>(
        &self,
        pen: &Pen<'_>,
        not_believed: impl FnOnce(EnvelopeError) -> E,
    ) -> Result<Option<Arc<Authentic<Manifest>>>, E> {
        self.opened(pen.get(Family::Meta, MANIFEST)?, not_believed)
    }

    fn opened<E: From<StoreError>>(
        &self,
        bytes: Option<Vec<u8>>,
        not_believed: impl FnOnce(EnvelopeError) -> E,
    ) -> Result<Option<Arc<Authentic<Manifest>>>, E> {
        let Some(bytes) = bytes else { return Ok(None) };
        let mut last = self.read_manifest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = last.as_ref().filter(|read| read.bytes == bytes) {
            return Ok(Some(Arc::clone(&read.manifest)));
        }
        let signed: SignedManifest = read(Family::Meta, &bytes)?;
        let manifest = Arc::new(signed.open().map_err(not_believed)?);
        *last = Some(ReadManifest { bytes, manifest: Arc::clone(&manifest) });
        Ok(Some(manifest))
    }

    /// Accepts that there is no manifest in a library that never had one.
    ///
    /// Nothing is entered before a manifest, so the first event is that of one, and nobody waits for an answer.
    pub fn never_had_manifest(&self) -> Result<(), StoreError> {
        let mut events = (0..self.log_size()?).map(|index| self.event_at(index));
        let told = events.find_map(|event| event.map(|event| (event.act == Act::Manifest).then_some(())).transpose());
        told.map_or(Ok(()), |told| Err(told.err().unwrap_or(StoreError::ManifestGone)))
    }

    /// The last event by which a manifest was taken up; none where none was. Only who has lost the manifest asks, for the whole log may have to
    /// be gone through.
    pub fn told_manifest(&self) -> Result<Option<Event>, StoreError> {
        let mut events = (0..self.log_size()?).rev().map(|index| self.event_at(index));
        events.find(|event| event.as_ref().map_or(true, |event| event.act == Act::Manifest)).transpose()
    }

    /// The checkpoint that was published last, a signed note.
    pub fn checkpoint(&self) -> Result<Option<String>, StoreError> {
        checkpoint(self.view())
    }

    /// The head of the log that was published last; its signature is for who has the log's key.
    pub fn published(&self) -> Result<Option<TreeHead>, StoreError> {
        let malformed = || StoreError::Malformed { family: Family::Meta.name() };
        let Some(note) = self.checkpoint()? else { return Ok(None) };
        let note = Note::parse(&note).map_err(|_| malformed())?;
        Checkpoint::parse(note.text_unchecked()).map(|checkpoint| Some(*checkpoint.head())).map_err(|_| malformed())
    }
}

impl Pen<'_> {
    /// The manifest that the library works under, as this commit finds it.
    pub fn manifest(&self) -> Result<Option<SignedManifest>, StoreError> {
        self.get(Family::Meta, MANIFEST)?.map(|bytes| read(Family::Meta, &bytes)).transpose()
    }

    /// The edition of that manifest. Every commit that enters certificates asks for it, and the manifest of a province is large: it is read
    /// once for as long as no other takes its place.
    pub fn edition(&self) -> Result<Option<u32>, StoreError> {
        if takes_up(self.written()) {
            return self.read_edition();
        }
        if let Some(known) = self.known_edition().get() {
            return Ok(*known);
        }
        let edition = self.read_edition()?;
        Ok(*self.known_edition().get_or_init(|| edition))
    }

    fn read_edition(&self) -> Result<Option<u32>, StoreError> {
        let malformed = |_| StoreError::Malformed { family: Family::Meta.name() };
        self.manifest()?.map(|manifest| manifest.open().map(|opened| opened.edition).map_err(malformed)).transpose()
    }

    /// Puts a manifest in the place of the one before.
    pub fn put_manifest(&mut self, manifest: &SignedManifest) {
        self.put(Family::Meta, MANIFEST.to_vec(), wire::to_vec(manifest));
    }

    /// Remembers a checkpoint that was published.
    pub fn put_checkpoint(&mut self, note: &str) {
        self.put(Family::Meta, CHECKPOINT.to_vec(), wire::to_vec(note));
    }
}

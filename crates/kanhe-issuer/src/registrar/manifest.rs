//! The manifest that the library works under, and how another takes its place.

use super::{Entry, Registrar, RegistrarError, event};
use crate::lifecycle;
use kanhe_core::envelope::Authentic;
use kanhe_core::event::{Act, Approval, Event};
use kanhe_core::manifest::Manifest;
use kanhe_store::{Library, Pen, SignedManifest, StoreError};
use sha2::{Digest, Sha256};
use std::sync::Arc;

impl Registrar<'_> {
    /// The manifest that the library works under, believed by the key that it was taken up with.
    pub fn manifest(&self) -> Result<Arc<Authentic<Manifest>>, RegistrarError> {
        self.library.opened_manifest(StoreError::Manifest)?.ok_or_else(|| missing(self.library))
    }

    /// Takes up a manifest: from now on the library works under it. Whether it is another than before.
    ///
    /// An older edition is refused: it would take back a key that was withdrawn since. None takes effect before it was signed. A library that has
    /// lost its manifest takes up none but the very one of which its log tells last.
    pub fn take_up(&self, manifest: &SignedManifest, entry: &Entry) -> Result<bool, RegistrarError> {
        self.take_up_and(manifest, entry, |_| Ok(()))
    }

    /// Takes up a manifest, and writes beside it what is to stand in the same commit, also where the library works under it already.
    pub fn take_up_and(
        &self,
        manifest: &SignedManifest,
        entry: &Entry,
        beside: impl FnOnce(&mut Pen<'_>) -> Result<(), StoreError>,
    ) -> Result<bool, RegistrarError> {
        let (opened, lost) = (self.of_region(manifest)?, self.lost()?);
        self.library.commit(|pen| {
            beside(pen)?;
            if let Some(lost) = &lost {
                return put_back(pen, manifest, &opened, lost);
            }
            if pen.manifest()?.is_some_and(|present| present == *manifest) {
                return Ok(false);
            }
            is_newer(pen.manifest()?.as_ref(), &opened)?;
            // A clock that is behind the region's keeps nobody from its manifest.
            lifecycle::in_order(entry.effective, opened.issued.min(entry.now), entry.now)?;
            put_manifest(pen, manifest, &opened, entry, None)?;
            Ok(true)
        })
    }

    /// The event that tells of the manifest, where that is gone or damaged.
    fn lost(&self) -> Result<Option<Event>, StoreError> {
        match self.library.opened_manifest(StoreError::Manifest) {
            Ok(Some(_)) => Ok(None),
            Ok(None) | Err(StoreError::Manifest(_) | StoreError::Malformed { .. }) => self.library.told_manifest(),
            Err(error) => Err(error),
        }
    }

    /// Reads a manifest of the library's own region.
    pub(crate) fn of_region(&self, manifest: &SignedManifest) -> Result<Authentic<Manifest>, RegistrarError> {
        let opened = opened(manifest)?;
        if opened.region != *self.library.region() {
            return Err(RegistrarError::ManifestOfOtherRegion { found: opened.region, wanted: *self.library.region() });
        }
        Ok(opened)
    }
}

/// Why a library has no manifest: it is new, or damaged.
pub(crate) fn missing(library: &Library) -> RegistrarError {
    library.never_had_manifest().map_or_else(RegistrarError::Store, |()| RegistrarError::NoManifest)
}

/// Lays a manifest back of which the log tells already; any other would take the place of one that nobody knows.
fn put_back(pen: &mut Pen<'_>, manifest: &SignedManifest, opened: &Manifest, lost: &Event) -> Result<bool, RegistrarError> {
    if <[u8; 32]>::from(Sha256::digest(&manifest.envelope)) != lost.digest {
        return Err(RegistrarError::OtherManifestLost { found: opened.edition, lost: lost.subject.clone() });
    }
    pen.put_manifest(manifest);
    Ok(true)
}

/// An older manifest would take back a key that was withdrawn since.
pub(crate) fn is_newer(present: Option<&SignedManifest>, opened: &Manifest) -> Result<(), RegistrarError> {
    let Some(present) = present else { return Ok(()) };
    let present = self::opened(present)?.edition;
    if opened.edition <= present { Err(RegistrarError::ManifestNotNewer { found: opened.edition, present }) } else { Ok(()) }
}

/// Puts a manifest in the place of the one before, with its event.
pub(crate) fn put_manifest(
    pen: &mut Pen<'_>,
    manifest: &SignedManifest,
    opened: &Manifest,
    entry: &Entry,
    approval: Option<Approval>,
) -> Result<(), StoreError> {
    let subject = format!("manifest {} edition {}", opened.region, opened.edition);
    let event = event(Act::Manifest, &subject, &manifest.envelope, &[], entry, None);
    pen.note(&[], &Event { seal: [0; 16], approval, ..event })?;
    pen.put_manifest(manifest);
    Ok(())
}

/// Reads a manifest that its root key signed.
fn opened(manifest: &SignedManifest) -> Result<Authentic<Manifest>, RegistrarError> {
    manifest.open().map_err(RegistrarError::Manifest)
}

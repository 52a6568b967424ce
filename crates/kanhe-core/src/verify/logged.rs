//! What a log knows of a certificate whose key was stolen later, for a counter that has no list of survivors.

use crate::event::Event;
use crate::seal::seal_hash;

/// That a region's log has a certificate: its seal, its file, and the index of an event about it.
///
/// This floor knows no logs. Whoever makes one has believed, under the key of the region's log, a proof that the event stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logged {
    index: u64,
    seal: [u8; 16],
    file: [u8; 32],
}

impl Logged {
    /// What an event tells that stands at an index of the log.
    pub const fn new(index: u64, event: &Event) -> Self {
        Self { index, seal: event.seal, file: event.digest }
    }

    /// Whether it is about the seal with these bytes in its QR code, and from before an index.
    pub(crate) fn has_seal(&self, seal: &[u8], before: u64) -> bool {
        self.index < before && self.seal == seal_hash(seal)
    }

    /// Whether it is about the file with this SHA-256, and from before an index.
    pub(crate) fn has_file(&self, file: &[u8; 32], before: u64) -> bool {
        self.index < before && self.file == *file
    }
}

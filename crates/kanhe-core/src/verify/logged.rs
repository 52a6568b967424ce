//! What a log knows of a certificate whose key was stolen later, for a counter that has no list of survivors.

use crate::event::Event;
use crate::pack::Trust;
use crate::seal::seal_hash;

/// That a region's log has a certificate: its seal, its file, and the index of an event about it.
///
/// This floor knows no logs. Whoever makes one has believed, under the key of the region's log, a proof that the event stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logged {
    index: u64,
    issues: bool,
    seal: [u8; 16],
    file: [u8; 32],
}

impl Logged {
    /// What an event tells that stands at an index of the log.
    pub const fn new(index: u64, event: &Event) -> Self {
        Self { index, issues: event.act.makes_a_version(), seal: event.seal, file: event.digest }
    }

    /// What it tells of the seal with these bytes in its QR code, if its key counts only before an index.
    pub(crate) fn trust_in_seal(&self, seal: &[u8], before: u64) -> Option<Trust> {
        self.trust(before).filter(|_| self.seal == seal_hash(seal))
    }

    /// What it tells of the file with this SHA-256, if its key counts only before an index.
    pub(crate) fn trust_in_file(&self, file: &[u8; 32], before: u64) -> Option<Trust> {
        self.trust(before).filter(|_| self.file == *file)
    }

    fn trust(&self, before: u64) -> Option<Trust> {
        match self.index < before {
            true => Some(Trust::Whole),
            // Of a certificate from before the theft there are acts behind it too: only its issue speaks against it.
            false => self.issues.then_some(Trust::None),
        }
    }
}

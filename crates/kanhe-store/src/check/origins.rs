//! What came from another region: of one certificate there, one at most can be used here.

use super::events::of_subject;
use super::finding::{Defect, Place};
use super::walk::{Stop, Walk};
use crate::error::StoreError;
use crate::library::Library;
use crate::record::Shelfmark;
use kanhe_core::code::Abroad;
use kanhe_core::event::{Act, Event};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// The certificates of other regions that go on here, by the digest of what they are known by in all their versions.
#[derive(Default)]
pub(super) struct Origins(BTreeSet<[u8; 32]>);

impl Origins {
    /// Finds what an event took over, if it can be used and is not the only one from there.
    pub(super) fn hear(&mut self, walk: &mut Walk<'_>, event: &Event) -> Result<(), Stop> {
        let Some(abroad) = told_in(event) else { return Ok(()) };
        let Some(last) = of_subject(walk.library, event)?.and_then(|first| last_usable(walk.library, first).transpose()).transpose()?
        else {
            return Ok(());
        };
        let line = Sha256::digest([abroad.scheme(), abroad.line()].join(" ")).into();
        if self.0.insert(line) { Ok(()) } else { walk.find(Place::Certificate(last), Defect::OriginTwice) }
    }
}

/// What a certificate was in the region that it came from, if an event tells that it came.
fn told_in(event: &Event) -> Option<Abroad> {
    let (region, identifier) = event.other.as_deref().filter(|_| event.act == Act::TransferIn)?.split_once(' ')?;
    Abroad::parse(region, identifier)
}

/// The last version of a certificate, if it can be used; links that go backwards are found where cards are.
fn last_usable(library: &Library, mut mark: Shelfmark) -> Result<Option<Shelfmark>, StoreError> {
    loop {
        let card = library.card(mark)?;
        match card.successor.filter(|successor| *successor > mark) {
            Some(successor) => mark = successor,
            None => return Ok(card.can_be_used().then_some(mark)),
        }
    }
}

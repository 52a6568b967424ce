//! The signed status lists that are kept: one that counts as of today says of every slot what stands there.
//!
//! Whoever serves them goes by a number: how often the page was changed. Where that was set back, a list that knows nothing of a revocation
//! would be served until it grows old.

use super::finding::{Defect, Place};
use super::walk::{Stop, Walk};
use crate::family::Family;
use crate::kept_list::KeptList;
use crate::office::Drawer;
use crate::slots::Page;
use kanhe_core::code::Uscc;
use std::collections::BTreeMap;

/// Looks at every list that lies in the drawer. What does not open is found where all papers are; what is no list is signed anew.
pub(super) fn lists(walk: &mut Walk<'_>) -> Result<(), Stop> {
    let (drawer, mut pages) = ([Drawer::Lists.byte()], BTreeMap::new());
    for row in walk.library.view().scan(Family::Office, &drawer, &drawer)? {
        let (place, sealed) = row?;
        let page = KeptList::page_of(place.get(1..).unwrap_or_default());
        let kept = walk.library.keys.open(Family::Office, &place, &sealed).ok().and_then(|paper| KeptList::decode(&paper));
        if let (Some((agency, number)), Some(kept)) = (page, kept) {
            let known = match pages.remove(&agency) {
                Some(known) => known,
                None => walk.library.pages(&agency)?,
            };
            if !stands(walk, &kept, (&agency, number), &known)? {
                walk.find(Place::List(agency, number), Defect::List)?;
            }
            pages.insert(agency, known);
        }
        walk.heard()?;
    }
    Ok(())
}

/// Whether a list is older than its page, or says what stands there. One that is newer than its page is of nothing that ever stood there.
fn stands(walk: &Walk<'_>, kept: &KeptList, (agency, number): (&Uscc, u32), pages: &BTreeMap<u32, Page>) -> Result<bool, Stop> {
    let changes = pages.get(&number).map_or(kept.changes, |page| page.changes);
    if kept.changes != changes {
        return Ok(kept.changes < changes);
    }
    let Some(list) = kept.read() else { return Ok(true) };
    Ok(walk.library.agrees_with(&list, agency, number)?)
}

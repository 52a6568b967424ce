//! The office's own papers: accounts, keys of systems, sessions, answers to repeated requests, jobs, deliveries.
//!
//! The store does not know what they mean. It keeps them sealed, by drawer and key, and lets one stand in the same batch as the
//! certificate that it is about. Keys stand in the clear: who makes one puts no name and no number of a person into it.

use crate::cursor::{Cursor, List};
use crate::error::StoreError;
use crate::family::Family;
use crate::find::LONGEST_PAGE;
use crate::library::Library;
use crate::pen::Pen;

/// Where a paper lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Drawer {
    /// Keys by which systems prove who they are.
    ApiKeys,
    /// Officers, and how they prove who they are.
    Officers,
    /// Officers who are at work now.
    Sessions,
    /// What was answered to requests that may come again.
    Answers,
    /// Signed status lists.
    Lists,
    /// Long work, and how far it has come.
    Jobs,
    /// Who wants to be told what happens.
    Hooks,
    /// What is to be told, and whom it has reached.
    Deliveries,
    /// Who saw or changed what, beside the log.
    Uses,
    /// Who asked for whose certificates, and for what.
    Shares,
    /// Matters, and the certificates that they need.
    Matters,
    /// Links by which a signed file is fetched once.
    Links,
    /// How often each caller asked, day by day, and when that was unusual.
    Calls,
    /// Acts that wait for a second person, and those that were decided.
    Proposals,
    /// Types, recognition and survivors that two people have taken up, and the type files by which certificates were issued.
    Taken,
    /// What is known of the clock, beside what was recorded by it.
    Clock,
}

impl Drawer {
    /// Every drawer.
    pub const ALL: [Self; 16] = [
        Self::ApiKeys,
        Self::Officers,
        Self::Sessions,
        Self::Answers,
        Self::Lists,
        Self::Jobs,
        Self::Hooks,
        Self::Deliveries,
        Self::Uses,
        Self::Shares,
        Self::Matters,
        Self::Links,
        Self::Calls,
        Self::Proposals,
        Self::Taken,
        Self::Clock,
    ];

    /// The first byte of its keys; never given to another drawer.
    pub const fn byte(self) -> u8 {
        match self {
            Self::ApiKeys => 0,
            Self::Officers => 1,
            Self::Sessions => 2,
            Self::Answers => 3,
            Self::Lists => 4,
            Self::Jobs => 5,
            Self::Hooks => 6,
            Self::Deliveries => 7,
            Self::Uses => 8,
            Self::Shares => 9,
            Self::Matters => 10,
            Self::Links => 11,
            Self::Calls => 12,
            Self::Proposals => 13,
            Self::Taken => 14,
            Self::Clock => 15,
        }
    }

    fn place(self, key: &[u8]) -> Vec<u8> {
        [&[self.byte()], key].concat()
    }
}

/// Some papers of a drawer, in the order of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Papers {
    /// Each with its key.
    pub papers: Vec<(Vec<u8>, Vec<u8>)>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

impl Library {
    /// A paper, as it stands on the disk.
    pub fn office(&self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let place = drawer.place(key);
        let sealed = self.view().get(Family::Office, &place)?;
        sealed.map(|sealed| self.keys.open(Family::Office, &place, &sealed)).transpose()
    }

    /// The same, if it need not be looked for on the disk; none says nothing. It keeps nobody waiting.
    pub fn office_at_hand(&self, drawer: Drawer, key: &[u8]) -> Option<Vec<u8>> {
        let place = drawer.place(key);
        let sealed = self.view().at_hand(Family::Office, &place)?;
        self.keys.open(Family::Office, &place, &sealed).ok()
    }

    /// The papers of a drawer whose keys begin with `prefix`: at most `most`, those after the cursor.
    pub fn office_page(&self, drawer: Drawer, prefix: &[u8], after: Option<&Cursor>, most: usize) -> Result<Papers, StoreError> {
        self.office_between(drawer, prefix, prefix, after, most)
    }

    /// The papers of a drawer from the key `first` on, up to the last whose key begins with `last`: at most `most`, those after the cursor.
    pub fn office_between(
        &self,
        drawer: Drawer,
        first: &[u8],
        last: &[u8],
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<Papers, StoreError> {
        let list = List::between(Family::Office, drawer.place(first), drawer.place(last));
        let (keys, next) = self.keys_of_page(&list, after, most.clamp(1, LONGEST_PAGE))?;
        let mut papers = Vec::with_capacity(keys.len());
        for place in keys {
            // A paper may be taken away between the two questions.
            let Some(sealed) = self.view().get(Family::Office, &place)? else { continue };
            let paper = self.keys.open(Family::Office, &place, &sealed)?;
            papers.push((place.get(1..).unwrap_or_default().to_vec(), paper));
        }
        Ok(Papers { papers, next })
    }
}

impl Pen<'_> {
    /// A paper, as this commit finds it.
    pub fn office(&self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let place = drawer.place(key);
        let sealed = self.get(Family::Office, &place)?;
        sealed.map(|sealed| self.keys().open(Family::Office, &place, &sealed)).transpose()
    }

    /// Whether a paper lies at a key; it is not read.
    pub fn has_office(&self, drawer: Drawer, key: &[u8]) -> Result<bool, StoreError> {
        Ok(self.get(Family::Office, &drawer.place(key))?.is_some())
    }

    /// How many papers of a drawer have keys that begin with `prefix`, as this commit finds them; meant for short lists.
    pub fn office_count(&self, drawer: Drawer, prefix: &[u8]) -> Result<usize, StoreError> {
        Ok(self.all(Family::Office, &drawer.place(prefix))?.len())
    }

    /// The keys of a drawer that begin with `prefix`, as this commit finds them; meant for short lists.
    pub fn office_keys(&self, drawer: Drawer, prefix: &[u8]) -> Result<Vec<Vec<u8>>, StoreError> {
        let places = self.all(Family::Office, &drawer.place(prefix))?;
        Ok(places.into_iter().filter_map(|(place, _)| Some(place.get(1..)?.to_vec())).collect())
    }

    /// Lays a paper into a drawer, in the place of the one that was there.
    pub fn put_office(&mut self, drawer: Drawer, key: &[u8], paper: &[u8]) -> Result<(), StoreError> {
        let place = drawer.place(key);
        let sealed = self.keys().seal(Family::Office, &place, paper)?;
        self.put(Family::Office, place, sealed);
        Ok(())
    }

    /// Takes a paper out, if it is there.
    pub fn take_office(&mut self, drawer: Drawer, key: &[u8]) {
        self.take(Family::Office, drawer.place(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drawer_has_a_byte_of_its_own() {
        let bytes: std::collections::BTreeSet<u8> = Drawer::ALL.into_iter().map(Drawer::byte).collect();
        assert_eq!(bytes.len(), Drawer::ALL.len());
    }

    #[test]
    fn the_page_of_the_data_model_tells_of_each_drawer_in_the_order_of_their_bytes() {
        let page = include_str!("../../../docs/DATA_MODEL.md");
        let table = page.split("\n| drawer |").nth(1).unwrap().split("\n\n").next().unwrap();
        let told = table.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next());
        let bytes = Drawer::ALL.map(|drawer| format!("{:02x}", drawer.byte()));
        assert_eq!(told.collect::<Vec<_>>(), bytes);
    }
}

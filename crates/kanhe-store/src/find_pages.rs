//! Reading the pages of an answer: the keys of a list, one after the other, and where it goes on.

use crate::cursor::{Cursor, List};
use crate::error::StoreError;
use crate::family::Family;
use crate::find::{Found, SHELF};
use crate::layout::{self, Key};
use crate::library::Library;
use crate::pen::Repeat;
use crate::view::Entry;
use crate::within::Within;
use kanhe_core::code::{TypeCode, Uscc};

impl Library {
    /// What was issued for a request by each agency of each type.
    pub(crate) fn requested(
        &self,
        request: &str,
        type_code: Option<&TypeCode>,
        agency: Option<&Uscc>,
        within: Option<Within<'_>>,
    ) -> Result<Found, StoreError> {
        let mut shelfmarks = Vec::new();
        for group in self.groups(Family::Requests, &[], SHELF - 1)? {
            let of_agency = agency.is_none_or(|agency| group.starts_with(agency.as_str().as_bytes()));
            if !of_agency || type_code.is_some_and(|code| !group.ends_with(code.as_str().as_bytes())) {
                continue;
            }
            let found = self.view().get(Family::Requests, &Key::new().bytes(&group).bytes(request.as_bytes()).end())?;
            if let Some(Repeat { shelfmark, .. }) = found.as_deref().map(Repeat::decode).transpose()?
                && self.lies(within, shelfmark)?
            {
                shelfmarks.push(shelfmark);
            }
        }
        Ok(Found { shelfmarks, next: None })
    }

    /// A page of a list of certificates.
    pub(crate) fn page(&self, list: &List, within: Option<Within<'_>>, after: Option<&Cursor>, most: usize) -> Result<Found, StoreError> {
        let keep = |key: &[u8]| layout::shelfmark_of(key).map_or(Ok(true), |shelfmark| self.lies(within, shelfmark));
        let (keys, next) = self.keys_kept(list, keep, usize::MAX, after, most)?;
        Ok(Found { shelfmarks: keys.iter().filter_map(|key| layout::shelfmark_of(key)).collect(), next })
    }

    /// A page of a list: its keys, and where it goes on.
    pub(crate) fn keys_of_page(
        &self,
        list: &List,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<(Vec<Vec<u8>>, Option<Cursor>), StoreError> {
        self.keys_kept(list, |_| Ok(true), usize::MAX, after, most)
    }

    /// A page of those keys of a list that are to be kept; after so many looks it ends early, and says where it goes on.
    pub(crate) fn keys_kept(
        &self,
        list: &List,
        keep: impl Fn(&[u8]) -> Result<bool, StoreError>,
        mut looks: usize,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<(Vec<Vec<u8>>, Option<Cursor>), StoreError> {
        let after = after.map(|cursor| cursor.within(&list.name)).transpose()?;
        let mut keys: Vec<Vec<u8>> = Vec::new();
        for (first, end) in &list.ranges {
            if after.is_some_and(|after| layout::after(end).is_some_and(|end| end.as_slice() <= after)) {
                continue;
            }
            let start = after.map_or(first.as_slice(), |after| after.max(first.as_slice()));
            for row in self.view().between(list.family, start, end)? {
                let (key, _) = row?;
                if after.is_some_and(|after| key.as_slice() <= after) {
                    continue;
                }
                if !keep(&key)? {
                    looks = looks.saturating_sub(1);
                    if looks == 0 {
                        return Ok((keys, Some(Cursor::after(&list.name, &key))));
                    }
                    continue;
                }
                if keys.len() == most {
                    let next = keys.last().map(|last| Cursor::after(&list.name, last));
                    return Ok((keys, next));
                }
                keys.push(key);
            }
        }
        Ok((keys, None))
    }

    /// The different beginnings that the keys of a family with a prefix have: one seek each, however many keys there are.
    pub(crate) fn groups(&self, family: Family, prefix: &[u8], length: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let (mut groups, mut from) = (Vec::new(), prefix.to_vec());
        loop {
            let next: Option<Entry> = self.view().scan(family, prefix, &from)?.next().transpose()?;
            let Some(group) = next.and_then(|(key, _)| key.get(..length).map(<[u8]>::to_vec)) else { return Ok(groups) };
            let Some(after) = layout::after(&group) else { return Ok(groups) };
            from = after;
            groups.push(group);
        }
    }
}

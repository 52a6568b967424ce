//! Reading the pages of an answer: the keys of a list, one after the other, and where it goes on.

use crate::cursor::{Cursor, List, ListName};
use crate::error::StoreError;
use crate::family::Family;
use crate::find::{Found, Only};
use crate::layout::{self, Key};
use crate::library::Library;
use crate::pen::Repeat;
use crate::skip::{Look, MOST_LEAPS, Part, Walk};
use crate::within::Within;
use kanhe_core::code::{TypeCode, Uscc};
use std::slice;

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
        let parts = vec![Part::agency(agency, within), Part::types(type_code.map(slice::from_ref), within)];
        let length = parts.iter().map(Part::length).sum();
        let Some(list) = List::of_parts(Family::Requests, ListName::new(Family::Requests), parts) else { return Ok(Found::default()) };
        let mut walk = Walk::of(self.view(), &list, None)?;
        loop {
            let key = match walk.look()? {
                Look::Key(key) => key,
                Look::Gap(_) => continue,
                Look::End => return Ok(Found { shelfmarks, next: None }),
            };
            let of_both = key.get(..length).unwrap_or_default();
            let found = self.view().get(Family::Requests, &Key::new().bytes(of_both).bytes(request.as_bytes()).end())?;
            shelfmarks.extend(found.as_deref().map(Repeat::decode).transpose()?.map(|repeat| repeat.shelfmark));
            walk.pass(of_both);
        }
    }

    /// A page of lists of certificates that follow upon each other, of what lies within and is asked for.
    pub(crate) fn page_of_lists(
        &self,
        lists: &[List],
        within: Option<Within<'_>>,
        only: Only,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<Found, StoreError> {
        let keep = |key: &[u8]| layout::shelfmark_of(key).map_or(Ok(true), |shelfmark| self.lies(within, only, shelfmark));
        let mut lists = lists.iter().skip(after.map_or(Ok(0), |cursor| list_of(lists, cursor))?);
        let (mut found, mut after, mut ended) = (Found::default(), after, None);
        for list in lists.by_ref() {
            let left = most.saturating_sub(found.shelfmarks.len());
            if left == 0 {
                // Whether there is more is worth one look; where it is, the list that has ended says.
                let (keys, next) = self.keys_kept(list, keep, None, 1)?;
                if !keys.is_empty() || next.is_some() {
                    return Ok(Found { next: ended, ..found });
                }
                continue;
            }
            let (keys, next) = self.keys_kept(list, keep, after.take(), left)?;
            found.shelfmarks.extend(keys.iter().filter_map(|key| layout::shelfmark_of(key)));
            if next.is_some() {
                return Ok(Found { next, ..found });
            }
            ended = keys.last().map(|last| Cursor::after(&self.keys, &list.name, last)).transpose()?;
        }
        Ok(found)
    }

    /// A page of those certificates whose keys begin with some parts.
    pub(crate) fn page_of_parts(
        &self,
        family: Family,
        name: ListName,
        parts: Vec<Part>,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<Found, StoreError> {
        match List::of_parts(family, name, parts) {
            Some(list) => self.page_of_lists(&[list], None, Only::default(), after, most),
            None => Ok(Found::default()),
        }
    }

    /// A page of a list: its keys, and where it goes on.
    pub(crate) fn keys_of_page(
        &self,
        list: &List,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<(Vec<Vec<u8>>, Option<Cursor>), StoreError> {
        self.keys_kept(list, |_| Ok(true), after, most)
    }

    /// A page of those keys of a list that are to be kept; where it has passed over too many others it ends early, and says where it goes on.
    pub(crate) fn keys_kept(
        &self,
        list: &List,
        keep: impl Fn(&[u8]) -> Result<bool, StoreError>,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<(Vec<Vec<u8>>, Option<Cursor>), StoreError> {
        let goes_on = |key: &[u8]| Cursor::after(&self.keys, &list.name, key);
        let after = after.map(|cursor| cursor.open(&self.keys, &list.name)).transpose()?;
        let mut walk = Walk::of(self.view(), list, after.as_deref())?;
        let (mut keys, mut passed): (Vec<Vec<u8>>, _) = (Vec::new(), 0);
        loop {
            match walk.look()? {
                Look::End => return Ok((keys, None)),
                Look::Key(key) if keep(&key)? => {
                    if keys.len() == most {
                        let next = keys.last().map(|last| goes_on(last)).transpose()?;
                        return Ok((keys, next));
                    }
                    keys.push(key);
                }
                Look::Key(key) | Look::Gap(key) => {
                    passed += 1;
                    if passed == MOST_LEAPS {
                        return Ok((keys, Some(goes_on(&key)?)));
                    }
                }
            }
        }
    }
}

/// The place of the list that a cursor is of.
fn list_of(lists: &[List], cursor: &Cursor) -> Result<usize, StoreError> {
    lists.iter().position(|list| cursor.is_of(&list.name)).ok_or(StoreError::CursorElsewhere)
}

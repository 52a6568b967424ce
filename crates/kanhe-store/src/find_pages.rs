//! Reading the pages of an answer: the keys of a list, one after the other, and where it goes on.

use crate::cursor::{Cursor, List, ListName};
use crate::error::StoreError;
use crate::family::Family;
use crate::find::Found;
use crate::layout::{self, Key};
use crate::library::Library;
use crate::pen::Repeat;
use crate::skip::{Look, MOST_LEAPS, Part, Walk};
use crate::within::Within;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::spelling::spellings;
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

    /// A page of those that bear a printed number, in the first of its spellings by which there is one.
    pub(crate) fn numbered(
        &self,
        number: &str,
        type_code: Option<&TypeCode>,
        within: Option<Within<'_>>,
        mut after: Option<&Cursor>,
        most: usize,
    ) -> Result<Found, StoreError> {
        let mut lists: Vec<List> = Vec::new();
        for spelling in spellings(number) {
            let prefix = layout::number(&spelling);
            let prefix = type_code.map_or(prefix.clone(), |code| prefix.type_code(code)).end();
            if !lists.iter().any(|list| list.first == prefix) {
                lists.push(List::beginning(Family::Numbers, prefix));
            }
        }
        // A cursor tells by which spelling there is one. Behind the end of a page that found none, there may be one by the next.
        let first = after.map_or(Some(0), |cursor| lists.iter().position(|list| cursor.is_of(&list.name)));
        for list in lists.iter().skip(first.ok_or(StoreError::CursorElsewhere)?) {
            let page = self.page(list, within, after.take(), most)?;
            if !page.shelfmarks.is_empty() || page.next.is_some() {
                return Ok(page);
            }
        }
        Ok(Found::default())
    }

    /// A page of a list of certificates.
    pub(crate) fn page(&self, list: &List, within: Option<Within<'_>>, after: Option<&Cursor>, most: usize) -> Result<Found, StoreError> {
        let keep = |key: &[u8]| layout::shelfmark_of(key).map_or(Ok(true), |shelfmark| self.lies(within, shelfmark));
        let (keys, next) = self.keys_kept(list, keep, after, most)?;
        Ok(Found { shelfmarks: keys.iter().filter_map(|key| layout::shelfmark_of(key)).collect(), next })
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
            Some(list) => self.page(&list, None, after, most),
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

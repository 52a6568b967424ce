//! Finding by the letters of a name: the lists of its pieces leap over each other, so the rarest piece leads.

use crate::cursor::{Cursor, ListName};
use crate::error::StoreError;
use crate::family::Family;
use crate::find::{Found, Only};
use crate::layout::{self, Key};
use crate::library::Library;
use crate::record::Shelfmark;
use crate::skip::MOST_LEAPS;
use crate::view::Seeker;
use crate::within::Within;
use crate::words::{has, ways_to_ask};
use kanhe_core::code::{TypeCode, Uscc};

/// What a piece of a name begins the keys of its list with.
type Prefix = [u8; 8];

impl Library {
    /// One page of those whose names have the letters of a question beside each other.
    pub(crate) fn words(
        &self,
        words: &str,
        within: Option<Within<'_>>,
        only: Only,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<Found, StoreError> {
        let ways: Vec<Vec<Prefix>> =
            ways_to_ask(words).iter().map(|pieces| pieces.iter().map(|piece| self.keys.piece(piece)).collect()).collect();
        let name = named(&ways, only);
        let from = match after {
            Some(cursor) => layout::shelfmark_of(&cursor.open(&self.keys, &name)?).ok_or(StoreError::Cursor)?.0.saturating_add(1),
            None => 0,
        };
        let mut found = Found::default();
        // A name that has the one piece of the question has the question; of several nobody knows what stands beside what.
        let in_doubt = ways.iter().any(|pieces| pieces.len() > 1);
        let mut lists = AnyOf::begin(self, &ways, from)?;
        while let Some(candidate) = lists.leap()? {
            if !self.lies(within, only, candidate)? {
                continue;
            }
            if found.shelfmarks.len() == most {
                found.next = found.shelfmarks.last().map(|last| Cursor::after(&self.keys, &name, &last.0.to_be_bytes())).transpose()?;
                return Ok(found);
            }
            if !in_doubt || self.record(candidate)?.certificate()?.holders.iter().any(|holder| has(holder.name(), words)) {
                found.shelfmarks.push(candidate);
            }
        }
        let broken_off = lists.broken_off_at().and_then(|next| next.checked_sub(1));
        found.next = broken_off.map(|last| Cursor::after(&self.keys, &name, &last.to_be_bytes())).transpose()?;
        Ok(found)
    }
}

/// What the cursors of an answer bear.
fn named(ways: &[Vec<Prefix>], only: Only) -> ListName {
    let name = ListName::new(Family::Words).of(only.type_code.as_ref().map(TypeCode::as_str)).of(only.agency.as_ref().map(Uscc::as_str));
    ways.iter().flatten().fold(name, |name, prefix| name.of(Some(prefix)))
}

/// Certificates that stand in all lists of one way to ask or of another, in their order, each once.
struct AnyOf<'l>(Vec<(Lists<'l>, Option<Shelfmark>)>);

impl<'l> AnyOf<'l> {
    fn begin(library: &'l Library, ways: &[Vec<Prefix>], from: u64) -> Result<Self, StoreError> {
        let begin = |prefixes: &Vec<Prefix>| {
            let mut lists = Lists::begin(library, prefixes, from)?;
            let first = lists.leap()?;
            Ok((lists, first))
        };
        ways.iter().map(begin).collect::<Result<_, StoreError>>().map(Self)
    }

    /// The next of them; none at the end of every way, or after too many leaps on one.
    fn leap(&mut self) -> Result<Option<Shelfmark>, StoreError> {
        let Some(next) = self.0.iter().filter_map(|(_, next)| *next).min() else { return Ok(None) };
        // Beyond where one way was broken off, nobody knows what it would have found before.
        if self.broken_off_at().is_some_and(|at| next.0 >= at) {
            return Ok(None);
        }
        for (lists, standing) in self.0.iter_mut().filter(|(_, standing)| *standing == Some(next)) {
            *standing = lists.leap()?;
        }
        Ok(Some(next))
    }

    /// Where the answer goes on, if there were too many leaps.
    fn broken_off_at(&self) -> Option<u64> {
        self.0.iter().filter(|(lists, next)| next.is_none() && lists.leaps >= MOST_LEAPS).map(|(lists, _)| lists.next).min()
    }
}

/// The lists of some pieces, and where the next certificate of all of them may stand.
struct Lists<'l> {
    lists: Vec<(Key, Seeker<'l>)>,
    leaps: usize,
    next: u64,
}

impl<'l> Lists<'l> {
    fn begin(library: &'l Library, prefixes: &[Prefix], from: u64) -> Result<Self, StoreError> {
        let list = |prefix: &Prefix| Ok((Key::new().bytes(prefix), library.view().seeker(Family::Words, prefix, prefix)?));
        Ok(Self { lists: prefixes.iter().map(list).collect::<Result<_, StoreError>>()?, leaps: 0, next: from })
    }

    /// The next shelfmark that stands in all lists; none at the end of one of them, or after too many leaps.
    fn leap(&mut self) -> Result<Option<Shelfmark>, StoreError> {
        'candidates: while self.leaps < MOST_LEAPS {
            for (prefix, list) in &mut self.lists {
                self.leaps += 1;
                let Some(key) = list.seek(&prefix.clone().u64(self.next).end())? else { return Ok(None) };
                let standing = layout::shelfmark_of(key).ok_or(StoreError::Cursor)?.0;
                if standing > self.next {
                    self.next = standing;
                    continue 'candidates;
                }
            }
            let candidate = Shelfmark(self.next);
            self.next = self.next.saturating_add(1);
            return Ok(Some(candidate));
        }
        Ok(None)
    }
}

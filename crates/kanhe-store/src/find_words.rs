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
use crate::words::{has, pieces_asked};
use kanhe_core::code::{TypeCode, Uscc};

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
        let prefixes: Vec<_> = pieces_asked(words).iter().map(|piece| self.keys.piece(piece)).collect();
        let name =
            ListName::new(Family::Words).of(only.type_code.as_ref().map(TypeCode::as_str)).of(only.agency.as_ref().map(Uscc::as_str));
        let name = prefixes.iter().fold(name, |name, prefix| name.of(Some(prefix)));
        let from = match after {
            Some(cursor) => layout::shelfmark_of(cursor.within(&name)?).ok_or(StoreError::Cursor)?.0.saturating_add(1),
            None => 0,
        };
        let mut found = Found::default();
        if prefixes.is_empty() {
            return Ok(found);
        }
        // A name that has the one piece of the question has the question; of several nobody knows what stands beside what.
        let in_doubt = prefixes.len() > 1;
        let lists = prefixes.iter().map(|prefix| Ok((Key::new().bytes(prefix), self.view().seeker(Family::Words, prefix, prefix)?)));
        let mut lists = Lists { lists: lists.collect::<Result<_, StoreError>>()?, leaps: 0, next: from };
        while let Some(candidate) = lists.leap()? {
            if !self.lies(within, only, candidate)? {
                continue;
            }
            if found.shelfmarks.len() == most {
                found.next = found.shelfmarks.last().map(|last| Cursor::after(&name, &last.0.to_be_bytes()));
                return Ok(found);
            }
            if !in_doubt || self.record(candidate)?.certificate()?.holders.iter().any(|holder| has(holder.name(), words)) {
                found.shelfmarks.push(candidate);
            }
        }
        if lists.leaps >= MOST_LEAPS {
            found.next = lists.next.checked_sub(1).map(|last| Cursor::after(&name, &last.to_be_bytes()));
        }
        Ok(found)
    }
}

/// The lists of some pieces, and where the next certificate of all of them may stand.
struct Lists<'l> {
    lists: Vec<(Key, Seeker<'l>)>,
    leaps: usize,
    next: u64,
}

impl Lists<'_> {
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

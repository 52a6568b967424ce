//! Finding by what certificates are on a day: by their state, and of those that are valid, by where their term stands.

use crate::cursor::{Cursor, List, shelved};
use crate::error::StoreError;
use crate::family::Family;
use crate::find::Found;
use crate::layout::{self, Key};
use crate::library::Library;
use crate::record::Card;
use crate::skip::Part;
use crate::within::Within;
use jiff::civil::Date;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::status::State;

/// What certificates are on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Their types; none for all.
    pub types: Option<Vec<TypeCode>>,
    /// The agency.
    pub agency: Option<Uscc>,
    /// What has become of them.
    pub state: State,
    /// Where their term stands.
    pub term: Term,
    /// The day.
    pub day: Date,
}

/// Where the term of a certificate stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Wherever it stands.
    Any,
    /// It begins later.
    NotBegun,
    /// It has begun, and not ended.
    Running,
    /// It runs, or begins later.
    NotEnded,
    /// It has ended.
    Ended,
}

impl Term {
    fn stands(self, card: &Card, day: Date) -> bool {
        let (begun, ended) = (card.from <= day, card.until.is_some_and(|until| until < day));
        match self {
            Self::Any => true,
            Self::NotBegun => !begun && !ended,
            Self::Running => begun && !ended,
            Self::NotEnded => !ended,
            Self::Ended => ended,
        }
    }
}

impl Library {
    /// One page of those that are so.
    pub(crate) fn standing(
        &self,
        asked: &Standing,
        within: Option<Within<'_>>,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<Found, StoreError> {
        let Some(list) = Self::list_of(asked, within) else { return Ok(Found::default()) };
        let is_so = |key: &[u8]| {
            let Some(shelfmark) = layout::shelfmark_of(key) else { return Ok(false) };
            let card = self.card(shelfmark)?;
            Ok(card.state == asked.state && asked.term.stands(&card, asked.day))
        };
        let (keys, next) = self.keys_kept(&list, is_so, after, most)?;
        Ok(Found { shelfmarks: keys.iter().filter_map(|key| layout::shelfmark_of(key)).collect(), next })
    }

    /// Where they are: whose term has ended stands under its last day, the others on the shelf of their state.
    fn list_of(asked: &Standing, within: Option<Within<'_>>) -> Option<List> {
        let yesterday = asked.day.yesterday().ok()?;
        let mut parts = vec![Part::types(asked.types.as_deref(), within), Part::agency(asked.agency.as_ref(), within)];
        let family = if asked.term == Term::Ended {
            let yesterday = Key::new().day(yesterday).end();
            parts.push(Part::from_to(vec![0; yesterday.len()], yesterday));
            Family::Endings
        } else {
            parts.push(Part::only(&[asked.state.bits()]));
            Family::Shelves
        };
        // Who turns the page tomorrow goes on all the same: the day is no part of the name.
        let name = shelved(family, None, asked.agency.as_ref()).of(Some(format!("{:?} {:?}", asked.state, asked.term)));
        let name = asked.types.iter().flatten().fold(name, |name, code| name.of(Some(code.as_str())));
        List::of_parts(family, name, parts)
    }
}

//! The entries by which a certificate is found.
//!
//! The pen writes them and the check holds the indexes against them: both ask here, so neither knows an entry that the other does not.

use crate::family::Family;
use crate::layout::{self, Key};
use crate::pen::Repeat;
use crate::record::{Card, Shelfmark};
use crate::secret::Keys;
use crate::words::Letters;
use kanhe_core::certificate::Holder;
use std::collections::BTreeSet;

/// An entry of an index, as it stands in the database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Indexed {
    pub(crate) family: Family,
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

impl Indexed {
    /// An entry whose key says everything.
    fn mark(family: Family, key: Key) -> Self {
        Self { family, key: key.end(), value: Vec::new() }
    }

    /// Whether a value is its own: of a printed number, an older kanhe did not write whose it is.
    pub(crate) fn has(&self, value: &[u8]) -> bool {
        self.value == value || (self.family == Family::Numbers && value.is_empty())
    }

    /// The certificate that it leads to, if it is an entry at all.
    pub(crate) fn leads_to(&self) -> Option<Shelfmark> {
        match self.family {
            Family::Identifiers | Family::Aliases => layout::shelfmark_of(&self.value),
            Family::Requests => Repeat::decode(&self.value).ok().map(|repeat| repeat.shelfmark),
            Family::Slots => self.value.first_chunk().map(|number| Shelfmark(u64::from_be_bytes(*number))),
            Family::Histories => self.key.first_chunk().map(|number| Shelfmark(u64::from_be_bytes(*number))),
            _ => layout::shelfmark_of(&self.key),
        }
    }
}

/// The families whose entries a certificate's own card and record give.
pub(crate) const INDEXES: [Family; 8] = [
    Family::Identifiers,
    Family::Numbers,
    Family::Holders,
    Family::Requests,
    Family::Words,
    Family::Shelves,
    Family::Endings,
    Family::Slots,
];

/// What a certificate says that it is found by, whatever becomes of it.
#[derive(Clone, Copy)]
pub(crate) struct Described<'c> {
    pub(crate) card: &'c Card,
    pub(crate) number: &'c str,
    pub(crate) holders: &'c [Holder],
    pub(crate) request: &'c str,
    pub(crate) fingerprint: [u8; 16],
    /// In which letters its holders' names are entered.
    pub(crate) letters: Letters,
}

/// The entries that stand for as long as the library does.
pub(crate) fn lasting(keys: &Keys, shelfmark: Shelfmark, described: &Described<'_>) -> BTreeSet<Indexed> {
    let Described { card, number, holders, request, fingerprint, letters } = *described;
    let type_code = card.type_code();
    let mut entries = BTreeSet::from([
        Indexed { family: Family::Identifiers, key: layout::identifier(&card.identifier), value: layout::shelfmark(shelfmark) },
        Indexed {
            family: Family::Numbers,
            key: layout::number(number).type_code(type_code).shelfmark(shelfmark).end(),
            value: Key::new().agency(card.agency()).end(),
        },
        Indexed {
            family: Family::Requests,
            key: layout::request(card.agency(), type_code, request),
            value: Repeat { shelfmark, fingerprint }.encode(),
        },
    ]);
    for holder in holders {
        let key = Key::new().bytes(&keys.holder(holder.code())).type_code(type_code).shelfmark(shelfmark);
        entries.insert(Indexed::mark(Family::Holders, key));
        let named = letters.pieces(holder.name()).into_iter().map(|piece| Key::new().bytes(&keys.piece(&piece)).shelfmark(shelfmark));
        entries.extend(named.map(|key| Indexed::mark(Family::Words, key)));
    }
    entries
}

/// The entries that stand where the card puts them, until an act moves it.
pub(crate) fn standing(shelfmark: Shelfmark, card: &Card) -> Vec<Indexed> {
    let of_type = || Key::new().type_code(card.type_code()).agency(card.agency());
    let mut entries = vec![
        Indexed::mark(Family::Shelves, of_type().state(card.state).shelfmark(shelfmark)),
        Indexed {
            family: Family::Slots,
            key: layout::slot(card.agency(), card.slot),
            value: Key::new().shelfmark(shelfmark).state(card.state).end(),
        },
    ];
    // Only what is valid or suspended comes to an end.
    let until = card.until.filter(|_| card.can_be_used());
    entries.extend(until.map(|until| Indexed::mark(Family::Endings, of_type().day(until).shelfmark(shelfmark))));
    entries
}

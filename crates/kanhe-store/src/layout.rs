//! The keys of each family, byte for byte as `docs/DATA_MODEL.md` has them.
//!
//! Numbers are big-endian, so that the order of keys is the order of numbers; type codes have 21 characters and agencies' codes 18, so
//! they need no separator; a text of free length ends with a zero byte.

use crate::record::Shelfmark;
use jiff::civil::Date;
use kanhe_core::calendar::day_number;
use kanhe_core::code::{CertificateId, TypeCode, Uscc};
use kanhe_core::spelling::{folded, folded_once};
use kanhe_core::status::State;
use kanhe_log::tile::TileId;

/// A key under construction.
#[derive(Clone, Default)]
pub(crate) struct Key(Vec<u8>);

impl Key {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// A text that something follows.
    pub(crate) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes()).bytes(&[0])
    }

    pub(crate) fn type_code(self, code: &TypeCode) -> Self {
        self.bytes(code.as_str().as_bytes())
    }

    pub(crate) fn agency(self, code: &Uscc) -> Self {
        self.bytes(code.as_str().as_bytes())
    }

    pub(crate) fn state(self, state: State) -> Self {
        self.bytes(&[state.bits()])
    }

    /// A day, so that earlier days come first, those before 1970 too.
    pub(crate) fn day(self, day: Date) -> Self {
        self.bytes(&(day_number(day).cast_unsigned() ^ (1 << 31)).to_be_bytes())
    }

    pub(crate) fn u32(self, number: u32) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(crate) fn u64(self, number: u64) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(crate) fn shelfmark(self, shelfmark: Shelfmark) -> Self {
        self.u64(shelfmark.0)
    }

    pub(crate) fn end(self) -> Vec<u8> {
        self.0
    }
}

pub(crate) fn shelfmark(shelfmark: Shelfmark) -> Vec<u8> {
    Key::new().shelfmark(shelfmark).end()
}

/// The shelfmark that a key ends with.
pub(crate) fn shelfmark_of(key: &[u8]) -> Option<Shelfmark> {
    key.last_chunk().map(|bytes| Shelfmark(u64::from_be_bytes(*bytes)))
}

pub(crate) fn identifier(identifier: &CertificateId) -> Vec<u8> {
    identifier.without_root().into_bytes()
}

pub(crate) fn alias(scheme: &str, value: &str) -> Vec<u8> {
    Key::new().text(scheme).bytes(value.as_bytes()).end()
}

/// Where an identifier of another scheme is looked for: what was entered before there was one spelling for all stands as it was typed, or
/// with the spaces that folding made at first.
pub(crate) fn aliases(scheme: &str, value: &str) -> [Vec<u8>; 3] {
    [alias(scheme, value), alias(&folded(scheme), &folded(value)), alias(&folded_once(scheme), &folded_once(value))]
}

pub(crate) fn request(agency: &Uscc, type_code: &TypeCode, request: &str) -> Vec<u8> {
    Key::new().agency(agency).type_code(type_code).bytes(request.as_bytes()).end()
}

/// The number stands first: who has only a number must not go through all types. It stands as it is the same however it is spelt.
pub(crate) fn number(number: &str) -> Key {
    Key::new().text(&folded(number))
}

/// The key of a number where it stands today; none where the key is none of a number.
pub(crate) fn renumbered(key: &[u8]) -> Option<Vec<u8>> {
    let end = key.iter().position(|byte| *byte == 0)?;
    let (printed, rest) = key.split_at_checked(end)?;
    Some(number(std::str::from_utf8(printed).ok()?).bytes(rest.get(1..)?).end())
}

pub(crate) fn slot(agency: &Uscc, slot: u32) -> Vec<u8> {
    Key::new().agency(agency).u32(slot).end()
}

pub(crate) fn page(agency: &Uscc, page: u32) -> Vec<u8> {
    Key::new().agency(agency).u32(page).end()
}

pub(crate) fn history(shelfmark: Shelfmark, index: u64) -> Vec<u8> {
    Key::new().shelfmark(shelfmark).u64(index).end()
}

pub(crate) fn tile(tile: TileId) -> Vec<u8> {
    Key::new().bytes(&[tile.level()]).u64(tile.index()).end()
}

/// The least key after all that begin with `prefix`; none if they reach to the end.
pub(crate) fn after(prefix: &[u8]) -> Option<Vec<u8>> {
    let kept = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix.get(..=kept)?.to_vec();
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_stand_in_their_order() {
        let days = ["1949-10-01", "1969-12-31", "1970-01-01", "2026-03-01"].map(|day| Key::new().day(day.parse().unwrap()).end());
        assert!(days.is_sorted());
    }

    #[test]
    fn what_comes_after_a_prefix_begins_otherwise() {
        assert_eq!(after(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(after(&[1, 0xff]), Some(vec![2]));
        assert_eq!(after(&[0xff, 0xff]), None);
        assert_eq!(after(b""), None);
    }
}

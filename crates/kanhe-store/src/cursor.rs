//! Where the pages of a list begin: a cursor bears the mark of its list, so that no other list takes it for its own, and behind it a key,
//! sealed.
//!
//! A page may end where it has looked enough, at a key that its reader may hear nothing of: so no cursor can be read.

use crate::error::StoreError;
use crate::family::Family;
use crate::secret::{Keys, first};
use crate::skip::Part;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::hex::Hex;
use sha2::{Digest, Sha256};

/// Where a page begins: after the last certificate of the page before, in the list that gave it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(Vec<u8>);

/// Bytes that tell one list from another: enough against a mistake, and nobody gains by a forgery.
const MARK: usize = 4;

impl Cursor {
    /// Where a list goes on: behind one of its keys.
    pub(crate) fn after(keys: &Keys, list: &ListName, key: &[u8]) -> Result<Self, StoreError> {
        let list = list.digest();
        Ok(Self([mark(&list).as_slice(), &keys.seal_cursor(&list, key)?].concat()))
    }

    /// The key behind which a list goes on.
    pub(crate) fn open(&self, keys: &Keys, list: &ListName) -> Result<Vec<u8>, StoreError> {
        let list = list.digest();
        match self.0.split_first_chunk() {
            Some((of, sealed)) if *of == mark(&list) => keys.open_cursor(&list, sealed),
            _ => Err(StoreError::CursorElsewhere),
        }
    }

    /// Whether a list gave it out.
    pub(crate) fn is_of(&self, list: &ListName) -> bool {
        self.0.starts_with(&mark(&list.digest()))
    }

    /// The cursor as text, for those who come back later.
    pub fn to_text(&self) -> String {
        Hex(&self.0).to_string()
    }

    /// Reads the text of a cursor; of which list it is, is asked where it is used.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        // No key is longer: a printed number has at most 100 characters, and none becomes more than 33 bytes in the spelling that it stands in.
        if text.len() > 8_192 || text.len() <= 2 * MARK || !text.len().is_multiple_of(2) || !text.is_ascii() {
            return Err(StoreError::Cursor);
        }
        let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
        text.as_bytes().chunks(2).map(byte).collect::<Option<Vec<u8>>>().map(Self).ok_or(StoreError::Cursor)
    }
}

/// What tells one list from another: the family that it is read from, and what is asked for. Never where it stands today: a list goes on
/// though a state has emptied, or an agency has come.
pub(crate) struct ListName(Sha256);

impl ListName {
    pub(crate) fn new(family: Family) -> Self {
        Self(Sha256::new()).of(Some(family.name()))
    }

    /// The same list of one thing only; none for all.
    pub(crate) fn of(mut self, part: Option<impl AsRef<[u8]>>) -> Self {
        let part = part.as_ref().map(AsRef::as_ref);
        // Its length before it: no two parts together are another.
        self.0.update(part.map_or(0, |part| part.len().saturating_add(1)).to_be_bytes());
        self.0.update(part.unwrap_or_default());
        self
    }

    fn digest(&self) -> [u8; 32] {
        self.0.clone().finalize().into()
    }
}

fn mark(list: &[u8; 32]) -> [u8; MARK] {
    first(list)
}

/// Keys of a family, under the name that their cursors bear: from the first to all that begin with the last, as far as their parts fit.
pub(crate) struct List {
    pub(crate) family: Family,
    pub(crate) name: ListName,
    pub(crate) first: Vec<u8>,
    pub(crate) last: Vec<u8>,
    pub(crate) parts: Vec<Part>,
}

impl List {
    /// All keys with a beginning.
    pub(crate) fn beginning(family: Family, prefix: Vec<u8>) -> Self {
        Self::between(family, prefix.clone(), prefix)
    }

    /// All keys from one on, up to those that begin with another.
    pub(crate) fn between(family: Family, first: Vec<u8>, last: Vec<u8>) -> Self {
        Self { family, name: ListName::new(family).of(Some(&first)).of(Some(&last)), first, last, parts: Vec::new() }
    }

    /// All keys that begin with these parts; none where nothing may stand in one of them.
    pub(crate) fn of_parts(family: Family, name: ListName, parts: Vec<Part>) -> Option<Self> {
        let bounds = parts.iter().map(Part::bounds).collect::<Option<Vec<_>>>()?;
        let (first, last): (Vec<_>, Vec<_>) = bounds.into_iter().unzip();
        let (first, last) = (first.concat(), last.concat());
        Some(Self { family, name, first, last, parts })
    }
}

/// The name of a list by type and agency.
pub(crate) fn shelved(family: Family, type_code: Option<&TypeCode>, agency: Option<&Uscc>) -> ListName {
    ListName::new(family).of(type_code.map(TypeCode::as_str)).of(agency.map(Uscc::as_str))
}

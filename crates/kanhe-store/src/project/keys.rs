//! How applications are found: by code, by where they wait, by request and by holder.

use super::{Project, Stage};
use crate::cursor::{List, shelved};
use crate::family::Family;
use crate::layout::Key;
use crate::skip::Part;
use crate::within::Within;
use kanhe_core::code::{ProjectCode, TypeCode, Uscc};
use std::slice;

/// What the first byte of a key in the family tells of.
pub(super) const CODES: u8 = 0;
pub(super) const SHELVES: u8 = 1;
pub(super) const REQUESTS: u8 = 2;
pub(super) const HOLDERS: u8 = 3;
pub(super) const OPEN: u8 = 4;

/// Bytes of a kind of key, a holder and a code.
const HOLDER: usize = 1 + 16 + 28;

impl Stage {
    const fn byte(self) -> u8 {
        match self {
            Self::InReview => 0,
            Self::ForDecision => 1,
            Self::Approved => 2,
            Self::Rejected => 3,
            Self::Withdrawn => 4,
        }
    }
}

impl Project {
    pub(crate) fn key(code: &ProjectCode) -> Vec<u8> {
        Key::new().bytes(&[CODES]).bytes(code.as_str().as_bytes()).end()
    }

    pub(super) fn shelf(&self) -> Vec<u8> {
        let shelf = Key::new().bytes(&[SHELVES]).type_code(&self.type_code).agency(&self.agency).bytes(&[self.stage.byte()]);
        shelf.bytes(self.code.as_str().as_bytes()).end()
    }

    pub(super) fn request_key(&self) -> Vec<u8> {
        request_key(&self.agency, &self.type_code, &self.request)
    }

    /// Whether a key of a holder leads to it; of one that does not know its holders, only the length can be judged.
    pub(super) fn is_found_by(&self, key: &[u8]) -> bool {
        if self.holders.is_empty() { key.len() == HOLDER } else { self.holder_keys().any(|own| own == key) }
    }

    pub(super) fn holder_keys(&self) -> impl Iterator<Item = Vec<u8>> {
        self.holders.iter().map(|holder| holder_key(holder).bytes(self.code.as_str().as_bytes()).end())
    }

    /// The keys by which its holders find it as long as it is not decided.
    pub(super) fn open_keys(&self) -> impl Iterator<Item = Vec<u8>> {
        let holders = if self.stage.is_final() { &[] } else { self.holders.as_slice() };
        holders.iter().map(|holder| open_key(holder, &self.type_code).bytes(self.code.as_str().as_bytes()).end())
    }
}

pub(super) fn request_key(agency: &Uscc, type_code: &TypeCode, request: &str) -> Vec<u8> {
    Key::new().bytes(&[REQUESTS]).agency(agency).type_code(type_code).bytes(request.as_bytes()).end()
}

pub(super) fn holder_key(holder: &[u8; 16]) -> Key {
    Key::new().bytes(&[HOLDERS]).bytes(holder)
}

pub(super) fn open_key(holder: &[u8; 16], type_code: &TypeCode) -> Key {
    Key::new().bytes(&[OPEN]).bytes(holder).type_code(type_code)
}

/// The list of the applications at a stage, if there can be any.
pub(super) fn shelves(
    within: Option<Within<'_>>,
    type_code: Option<&TypeCode>,
    agency: Option<&Uscc>,
    stage: Option<Stage>,
) -> Option<List> {
    let name = shelved(Family::Projects, type_code, agency).of(stage.map(|stage| [stage.byte()]));
    let types = Part::types(type_code.map(slice::from_ref), within);
    let mut parts = vec![Part::only(&[SHELVES]), types, Part::agency(agency, within)];
    parts.extend(stage.map(|stage| Part::only(&[stage.byte()])));
    List::of_parts(Family::Projects, name, parts)
}

/// The code that a key ends with.
pub(super) fn code_of(key: &[u8]) -> Option<ProjectCode> {
    key.last_chunk::<28>().and_then(|code| std::str::from_utf8(code).ok()).and_then(|code| ProjectCode::parse(code).ok())
}

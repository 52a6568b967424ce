//! What an application asks for: its own columns, each read as admission reads it, and nothing that the day, the manifest or the type file
//! adds. So a request that comes again asks for the same on every day, and under every manifest. The form reads it: where a later edition reads
//! it otherwise, it is read by the others (`docs/decisions/0035`).
//!
//! ```text
//! {"holder_code":["91350100M000100Y43"],"holder_code_type":["001"],"holder_name":["…"],"items":["A1","B1"],"number":"JY24401060031130", …}
//! ```

use super::columns::Reserved;
use super::table::{Application, Cell};
use super::{admit, day, fields, term};
use crate::catalogue::CertificateKind;
use kanhe_core::certificate::Value;
use kanhe_core::code::HolderCodeType;
use kanhe_core::spelling::{folded, holder_code};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

impl Application {
    /// All that it asks for as bytes: two applications for a type ask for the same if these are the same, in whatever table and spelling
    /// they came. A cell that cannot be read counts as it stands, so whoever asks need not have been admitted.
    ///
    /// The request itself is no part of it, and neither is who answers for a holder's code.
    pub fn asked(&self, kind: &CertificateKind) -> Vec<u8> {
        let columns: BTreeMap<&str, Said<'_>> =
            self.cells.iter().filter_map(|(column, cell)| Some((column.as_str(), asked_in(self, kind, column, cell)?))).collect();
        serde_json::to_vec(&columns).expect("columns are JSON") // safe: they have names, and values of JSON
    }

    /// Whether a form has all its columns: by one that has not it may ask for more than the form can say.
    pub fn fits(&self, kind: &CertificateKind) -> bool {
        self.cells.iter().all(|(column, _)| Reserved::called(column).is_some() || kind.form_field(column).is_some())
    }

    /// Whether every cell of the row could be read at all: one that could not may have asked for anything.
    pub const fn is_read(&self) -> bool {
        self.faults.is_empty()
    }
}

/// What a cell asks for.
enum Said<'a> {
    /// A value that a certificate could bear.
    Value(Value),
    Text(Cow<'a, str>),
    List(Vec<Cow<'a, str>>),
}

impl Serialize for Said<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(Value::Text(text)) => text.serialize(serializer),
            Self::Value(Value::Count(count)) => count.serialize(serializer),
            Self::Value(Value::Flag(flag)) => flag.serialize(serializer),
            Self::Value(Value::List(members)) => members.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
            Self::List(members) => members.serialize(serializer),
        }
    }
}

/// None, if a cell asks for nothing that a certificate says.
fn asked_in<'a>(application: &Application, kind: &CertificateKind, column: &str, cell: &'a Cell) -> Option<Said<'a>> {
    let Some(reserved) = Reserved::called(column) else {
        let field = kind.form_field(column)?;
        return Some(fields::value_of(cell, field, kind.seal_form(column)).map_or_else(|_| as_it_stands(cell), Said::Value));
    };
    match (reserved, cell) {
        (Reserved::RequestId | Reserved::CheckOverride, _) => None,
        (Reserved::HolderName, _) => Some(Said::List(members_of(cell).map(Cow::Borrowed).collect())),
        (Reserved::HolderCodeType, _) => Some(Said::List(members_of(cell).map(|text| folded(text).into()).collect())),
        (Reserved::HolderCode, _) => Some(Said::List(codes_of(application, cell))),
        (Reserved::Number, Cell::Text(text)) => Some(Said::Text(admit::printed(text, kind).map_or_else(|_| text.into(), Cow::Owned))),
        (Reserved::ValidUntil, Cell::Text(text)) if term::is_for_ever(text) => Some(Said::Text(term::FOR_EVER.into())),
        (Reserved::Issued | Reserved::ValidFrom | Reserved::ValidUntil, Cell::Text(text)) => {
            Some(Said::Text(day::parse(text).map_or_else(|| text.into(), |day| day.to_string().into())))
        }
        (_, Cell::List(_)) => Some(as_it_stands(cell)),
    }
}

/// The codes of the holders, each as its type is kept.
fn codes_of<'a>(application: &Application, cell: &'a Cell) -> Vec<Cow<'a, str>> {
    let types = application.cell(Reserved::HolderCodeType.name()).into_iter().flat_map(members_of);
    let types = types.map(|text| HolderCodeType::parse(&folded(text)).ok()).chain(std::iter::repeat(None));
    members_of(cell).zip(types).map(|(code, kind)| kind.map_or(Cow::Borrowed(code), |kind| holder_code(kind, code).into())).collect()
}

/// The members of a cell that is about several holders.
pub(super) fn members_of(cell: &Cell) -> impl Iterator<Item = &str> {
    let (text, members) = match cell {
        Cell::Text(text) => (Some(text), &[][..]),
        Cell::List(members) => (None, members.as_slice()),
    };
    text.into_iter().flat_map(|text| text.split('^').map(str::trim)).chain(members.iter().map(String::as_str))
}

fn as_it_stands(cell: &Cell) -> Said<'_> {
    match cell {
        Cell::Text(text) => Said::Text(text.into()),
        Cell::List(members) => Said::List(members.iter().map(Cow::from).collect()),
    }
}

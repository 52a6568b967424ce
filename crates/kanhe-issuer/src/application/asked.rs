//! What an application asks for: its own columns, each read as admission reads it, and nothing that the day, the manifest or the type file
//! adds. So a request that comes again asks for the same on every day, and under every edition.
//!
//! ```text
//! {"holder_code":["91350100M000100Y43"],"holder_code_type":["001"],"holder_name":["…"],"items":["A1","B1"],"number":"JY24401060031130", …}
//! ```

use super::columns::Reserved;
use super::table::{Application, Cell};
use super::{admit, day, fields, term};
use crate::catalogue::CertificateKind;
use kanhe_core::code::HolderCodeType;
use kanhe_core::spelling::{folded, holder_code};
use serde_json::Value;
use std::collections::BTreeMap;

impl Application {
    /// All that it asks for as bytes: two applications for a type ask for the same if these are the same, in whatever table and spelling
    /// they came. A cell that cannot be read counts as it stands, so whoever asks need not have been admitted.
    ///
    /// The request itself is no part of it, and neither is who answers for a holder's code.
    pub fn asked(&self, kind: &CertificateKind) -> Vec<u8> {
        let columns: BTreeMap<&str, Value> =
            self.cells.iter().filter_map(|(column, cell)| Some((column.as_str(), asked_in(self, kind, column, cell)?))).collect();
        serde_json::to_vec(&columns).expect("columns are JSON") // safe: they have names, and values of JSON
    }

    /// Whether every cell of the row could be read at all: one that could not may have asked for anything.
    pub const fn is_read(&self) -> bool {
        self.faults.is_empty()
    }
}

/// What a cell asks for; none, if it asks for nothing that a certificate says.
fn asked_in(application: &Application, kind: &CertificateKind, column: &str, cell: &Cell) -> Option<Value> {
    let Some(reserved) = Reserved::called(column) else {
        let field = kind.form_field(column)?;
        return Some(
            fields::value_of(cell, field, kind.seal_form(column)).map_or_else(|_| as_it_stands(cell), |value| fields::json(&value)),
        );
    };
    match (reserved, cell) {
        (Reserved::RequestId | Reserved::CheckOverride, _) => None,
        (Reserved::HolderName, _) => Some(members_of(cell).into()),
        (Reserved::HolderCodeType, _) => Some(members_of(cell).into_iter().map(folded).collect()),
        (Reserved::HolderCode, _) => Some(codes_of(application, cell).into()),
        (Reserved::Number, Cell::Text(text)) => Some(admit::printed(text, kind).unwrap_or_else(|_| text.clone()).into()),
        (Reserved::ValidUntil, Cell::Text(text)) if term::is_for_ever(text) => Some(term::FOR_EVER.into()),
        (Reserved::Issued | Reserved::ValidFrom | Reserved::ValidUntil, Cell::Text(text)) => {
            Some(day::parse(text).map_or_else(|| text.clone(), |day| day.to_string()).into())
        }
        (_, Cell::List(_)) => Some(as_it_stands(cell)),
    }
}

/// The codes of the holders, each as its type is kept.
fn codes_of(application: &Application, cell: &Cell) -> Vec<String> {
    let types = application.cell(Reserved::HolderCodeType.name()).map(members_of).unwrap_or_default();
    let types = types.into_iter().map(|text| HolderCodeType::parse(&folded(text)).ok()).chain(std::iter::repeat(None));
    members_of(cell)
        .into_iter()
        .zip(types)
        .map(|(code, kind)| kind.map_or_else(|| code.to_owned(), |kind| holder_code(kind, code)))
        .collect()
}

/// The members of a cell that is about several holders.
pub(super) fn members_of(cell: &Cell) -> Vec<&str> {
    match cell {
        Cell::Text(text) => text.split('^').map(str::trim).collect(),
        Cell::List(members) => members.iter().map(String::as_str).collect(),
    }
}

fn as_it_stands(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => text.as_str().into(),
        Cell::List(members) => members.clone().into(),
    }
}

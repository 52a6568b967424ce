//! An application as a library keeps it while it is reviewed: one JSON object of columns, read again by the door through which it came.

use super::columns::Reserved;
use super::day;
use super::error::TableError;
use super::table::{Application, Cell, Table};
use crate::catalogue::CertificateKind;
use jiff::civil::Date;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

impl Application {
    /// The application as one JSON object, its columns in the order of their names: the same whatever table it came in.
    pub fn to_json(&self) -> Vec<u8> {
        let value = |cell: &Cell| match cell {
            Cell::Text(text) => Value::from(text.as_str()),
            Cell::List(members) => Value::from(members.clone()),
        };
        let columns: BTreeMap<&str, Value> = self.cells.iter().map(|(column, cell)| (column.as_str(), value(cell))).collect();
        serde_json::to_vec(&columns).expect("columns are JSON") // safe: they have names, texts and lists of texts
    }

    /// Reads one application back; its type may have got another edition since.
    pub fn read_back(json: &[u8], kind: &CertificateKind) -> Result<Self, TableError> {
        Table::read(json, kind)?.next().unwrap_or(Err(TableError::Empty))
    }
}

/// The first and the last day in force that an application names, as a library keeps it; none, where the type's rule gives them.
pub(crate) fn days_named(json: &[u8]) -> (Option<Date>, Option<Date>) {
    let columns: Map<String, Value> = serde_json::from_slice(json).unwrap_or_default();
    let day = |column: Reserved| columns.get(column.name()).and_then(Value::as_str).and_then(day::parse);
    (day(Reserved::ValidFrom), day(Reserved::ValidUntil))
}

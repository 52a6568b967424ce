//! The fields of a form: each cell becomes a value of the shape that the schema gives it, and the schema judges them all.

use super::day;
use super::fault::{Fault, FaultDefect};
use super::printable::Unprintable;
use super::table::{Application, Cell};
use crate::catalogue::{CertificateKind, FormField, Shape};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use kanhe_core::certificate::{Certificate, Value};
use kanhe_core::kind::{Choice, Form};
use kanhe_core::spelling::{folded, spellings};
use kanhe_core::template::Template;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use unicode_normalization::is_nfc;

/// Digits that a decimal fraction may have in all: as a whole number of its smallest unit it must fit 64 bits.
const MOST_DIGITS: usize = 18;

/// What the form says, by field in the order of the schema; wrong fields are left out and their faults kept.
pub(super) fn admit(application: &Application, kind: &CertificateKind, faults: &mut Vec<Fault>) -> Vec<(String, Value)> {
    let mut values = Vec::new();
    for field in kind.form() {
        match application.cell(&field.name) {
            None if field.required => faults.push(Fault::new(&field.name, FaultDefect::Missing)),
            None => {}
            Some(cell) => match value_of(cell, field, kind.seal_form(&field.name)) {
                Ok(value) => values.push((field.name.clone(), value)),
                Err(defect) => faults.push(Fault::new(&field.name, defect)),
            },
        }
    }
    judge(&values, kind, faults);
    values
}

/// Whether a certificate says in a field what somebody states of it, in any spelling in which an application could say it: a choice by its
/// name, a day as people write it, the members of a list in any order.
pub(crate) fn says(certificate: &Certificate, kind: Option<&CertificateKind>, name: &str, stated: &str) -> bool {
    let field = kind.and_then(|kind| kind.field_called(name));
    let name = field.map_or(name, |field| field.name.as_str());
    let form = kind.and_then(|kind| kind.seal_form(name));
    let read = |field| value_of(&Cell::Text(stated.trim().to_owned()), field, form).ok();
    certificate.field(name).is_some_and(|said| match said {
        Value::List(members) => members_in(stated, form) == members.iter().flat_map(|member| members_in(member, form)).collect(),
        Value::Text(text) if folded(text) == folded(stated) => true,
        Value::Text(_) | Value::Count(_) | Value::Flag(_) => field.and_then(read).as_ref() == Some(said),
    })
}

/// The members of a list that came as one text, however they are joined.
fn members_in(text: &str, form: Option<&Form>) -> BTreeSet<String> {
    let members = text.split(['^', ',', '，', '、']).map(str::trim).filter(|member| !member.is_empty());
    members.map(|member| folded(&code_in(choices(form), member))).collect()
}

/// The code table of a list, if it has one.
fn choices(form: Option<&Form>) -> &[Choice] {
    match form {
        Some(Form::Choices(table)) => table,
        _ => &[],
    }
}

/// Reads yes or no as people and systems write it.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    match folded(text).as_str() {
        "YES" | "TRUE" | "1" | "是" => Some(true),
        "NO" | "FALSE" | "0" | "否" => Some(false),
        _ => None,
    }
}

/// Refuses what could be printed in two ways or not at all.
pub(super) fn plain(text: &str) -> Result<String, FaultDefect> {
    if !is_nfc(text) {
        return Err(FaultDefect::NotNfc);
    }
    match (1..).zip(text.chars()).find(|(_, character)| character.is_control()) {
        Some((position, _)) => Err(FaultDefect::Control { position }),
        None => Unprintable::find(text).map_or_else(|| Ok(text.to_owned()), |unprintable| Err(FaultDefect::Unprintable(unprintable))),
    }
}

/// The value that a cell has for a field of a form.
pub(super) fn value_of(cell: &Cell, field: &FormField, form: Option<&Form>) -> Result<Value, FaultDefect> {
    if let Shape::List(_) = field.shape {
        return list_of(cell, form).map(Value::List);
    }
    let text = match cell {
        Cell::Text(text) => text,
        Cell::List(members) => return Err(FaultDefect::OneWanted { found: members.len() }),
    };
    match (&field.shape, form) {
        (Shape::Day, _) => day::parse(text).map(|day| Value::Text(day.to_string())).ok_or(FaultDefect::Day),
        (Shape::Count { .. }, _) => count(&folded(text)).map(Value::Count).ok_or(FaultDefect::Count),
        (Shape::Flag, _) => yes_or_no(text).map(Value::Flag).ok_or(FaultDefect::Flag),
        (_, Some(Form::Code(template))) => in_shape(template, text).map(Value::Text),
        (_, Some(Form::Decimal { scale })) => decimal(&folded(text), *scale).map(Value::Text).ok_or(FaultDefect::Decimal { scale: *scale }),
        (_, Some(Form::Choice(table))) => plain(&code_in(table, text)).map(Value::Text),
        (Shape::Text { .. } | Shape::OneOf(_) | Shape::List(_), _) => plain(text).map(Value::Text),
    }
}

/// The members of a list, in the order of the code table if there is one: the seal keeps no other.
fn list_of(cell: &Cell, form: Option<&Form>) -> Result<Vec<String>, FaultDefect> {
    let members: Vec<&str> = match cell {
        Cell::Text(text) => text.split(['^', ',', '、']).map(str::trim).filter(|member| !member.is_empty()).collect(),
        Cell::List(members) => members.iter().map(String::as_str).collect(),
    };
    let table = choices(form);
    let members = members.into_iter().map(|member| plain(&code_in(table, member)));
    let mut members = members.collect::<Result<Vec<String>, _>>()?;
    members.sort_by_key(|member| table.iter().position(|choice| choice.code == *member));
    Ok(members)
}

/// A number of a shape: as it was typed if that has the shape, and else the one of its spellings that does.
pub(super) fn in_shape(template: &Template, text: &str) -> Result<String, FaultDefect> {
    let mut typed = std::iter::once(text.to_owned()).chain(spellings(text));
    typed.find(|text| template.pack(text).is_ok()).ok_or_else(|| FaultDefect::Shape { wanted: template.as_str().to_owned() })
}

/// The code of an entry that is named by its code or by its Chinese label, in whatever case and width where only one can be meant.
fn code_in(table: &[Choice], text: &str) -> String {
    let named = table.iter().find(|choice| choice.code == text || choice.label.zh == text);
    let meant = || {
        let typed = folded(text);
        let mut alike = table.iter().filter(|choice| folded(&choice.code) == typed || folded(&choice.label.zh) == typed);
        alike.next().filter(|_| alike.next().is_none())
    };
    named.or_else(meant).map_or(text, |choice| choice.code.as_str()).to_owned()
}

fn count(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

/// A decimal fraction with all its places: spreadsheets drop the zeros at its end.
fn decimal(text: &str, scale: u8) -> Option<String> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let right = !whole.is_empty() && digits(whole) && digits(places) && (whole == "0" || !whole.starts_with('0'));
    let scale = usize::from(scale);
    if !right || places.len() > scale || whole.len() + scale > MOST_DIGITS || text.ends_with('.') {
        return None;
    }
    Some(if scale == 0 { whole.to_owned() } else { format!("{whole}.{places:0<scale$}") })
}

/// Lets the schema judge; what is missing was said already.
fn judge(values: &[(String, Value)], kind: &CertificateKind, faults: &mut Vec<Fault>) {
    let object: Map<String, Json> = values.iter().map(|(name, value)| (name.clone(), json(value))).collect();
    let object = Json::Object(object);
    for error in kind.schema().iter_errors(&object) {
        let path = error.instance_path().to_string();
        let Some(field) = path.split('/').nth(1).and_then(|name| kind.form_field(name)) else {
            if !matches!(error.kind(), ValidationErrorKind::Required { .. }) {
                faults.push(Fault::new("row", FaultDefect::Schema { keyword: error.kind().keyword().to_owned() }));
            }
            continue;
        };
        faults.push(Fault::new(&field.name, defect_of(&error)));
    }
}

/// A value as a schema judges it.
pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::Count(count) => Json::from(*count),
        Value::Flag(flag) => Json::from(*flag),
        Value::List(members) => Json::from(members.as_slice()),
    }
}

/// A schema's verdict in our words: it must not repeat what stands in the cell.
fn defect_of(error: &ValidationError<'_>) -> FaultDefect {
    let characters = || error.instance().as_str().map_or(0, |text| text.chars().count());
    let members = || error.instance().as_array().map_or(0, Vec::len);
    match error.kind() {
        ValidationErrorKind::MinLength { limit } => FaultDefect::TextTooShort { found: characters(), least: *limit },
        ValidationErrorKind::MaxLength { limit } => FaultDefect::TextTooLong { found: characters(), most: *limit },
        ValidationErrorKind::Enum { options } => {
            let wanted = options.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect();
            FaultDefect::NotInTable { wanted }
        }
        ValidationErrorKind::Pattern { pattern } => FaultDefect::Pattern { pattern: pattern.clone() },
        ValidationErrorKind::Minimum { limit } => FaultDefect::Range { bound: format!("at least {limit}") },
        ValidationErrorKind::Maximum { limit } => FaultDefect::Range { bound: format!("at most {limit}") },
        ValidationErrorKind::MinItems { limit } => FaultDefect::Members { found: members(), bound: format!("at least {limit}") },
        ValidationErrorKind::MaxItems { limit } => FaultDefect::Members { found: members(), bound: format!("at most {limit}") },
        ValidationErrorKind::UniqueItems => FaultDefect::Twice,
        other => FaultDefect::Schema { keyword: other.keyword().to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanhe_core::kind::Label;

    #[test]
    fn the_members_of_a_list_are_the_same_however_they_are_joined() {
        let choice = |code: &str, zh: &str| Choice { code: code.to_owned(), label: Label { zh: zh.to_owned(), en: code.to_owned() } };
        let table = Form::Choices(vec![choice("A1", "预包装食品销售"), choice("A3", "散装食品销售"), choice("B7", "其他类食品制售")]);
        let listed = members_in("A1,A3,B7", Some(&table));
        for stated in ["A1^A3^B7", "A1, A3, B7", "A1，A3，B7", "A1、A3、B7", "B7,a1,Ａ3", "预包装食品销售,A3,B7", "A1,A1,A3,B7"]
        {
            assert_eq!(members_in(stated, Some(&table)), listed, "{stated}");
        }
        for other in ["A1,A3", "A1,A3,B7,C1", "A1 A3 B7"] {
            assert_ne!(members_in(other, Some(&table)), listed, "{other}");
        }
    }

    #[test]
    fn a_decimal_gets_the_zeros_that_a_spreadsheet_dropped() {
        let rows = [("89.52", Some("89.52")), ("89.5", Some("89.50")), ("89", Some("89.00")), ("0", Some("0.00")), ("0.05", Some("0.05"))];
        let wrong = ["", ".5", "5.", "89.525", "-1.00", "1e3", "007", "1,000.00", "１.00", "99999999999999999.00"];
        for (text, read) in rows.into_iter().chain(wrong.map(|text| (text, None))) {
            assert_eq!(decimal(text, 2).as_deref(), read, "{text}");
        }
        assert_eq!(decimal("12", 0).as_deref(), Some("12"));
    }
}

//! The part of a type that goes into its QR code, beside the schema that it must agree with.

use super::defects::Defects;
use super::error::TypeDefect;
use super::kind::FormField;
use super::shape::Shape;
use super::type_file::{Entry, Form as Written, SealField};
use kanhe_core::kind::{Choice, Field, Form};
use serde_json::Value;

/// One number has room for so many entries, one bit each (`kanhe_core::kind::Form::Choices`).
const MOST_BITS: usize = 63;

/// A table whose entries are places may be as long as the counties of the country, and somewhat longer.
const MOST_PLACES: usize = 4_096;

/// Cents have two places, and no measure on a licence has more than six.
const GREATEST_SCALE: u8 = 6;

/// Checks every field of the seal against the form; `None` if any could not be understood. The schema tells a property
/// that the form could not take from one that nobody wrote.
pub(super) fn check(written: &[SealField], form: &[FormField], schema: &Value, defects: &mut Defects<'_>) -> Option<Vec<Field>> {
    let mut sealed: Vec<Option<Field>> = Vec::new();
    for (place, field) in written.iter().enumerate() {
        let member = format!("seal.fields[{place}]");
        if written.iter().take(place).any(|earlier| earlier.field == field.field) {
            defects.add(&member, TypeDefect::SealTwice { field: field.field.clone() });
        }
        let Some(asked) = form.iter().find(|asked| asked.name == field.field) else {
            // A property that the form could not take has its own defect already.
            if schema.get("properties").and_then(|properties| properties.get(&field.field)).is_none() {
                defects.add(&member, TypeDefect::UnknownField { field: field.field.clone() });
            }
            sealed.push(None);
            continue;
        };
        let member = format!("{member}.as");
        let form = form_of(&field.form, &member, defects);
        check_against(&asked.shape, &field.form, &member, defects);
        sealed.push(form.map(|form| Field { name: asked.name.clone(), label: asked.label.clone(), form, mask: asked.mask }));
    }
    sealed.into_iter().collect()
}

fn form_of(written: &Written, member: &str, defects: &mut Defects<'_>) -> Option<Form> {
    match written {
        Written::Text(most) => Some(Form::Text { most: *most }),
        Written::Code(shape) => defects.template(member, shape).map(Form::Code),
        Written::Choice(table) => Some(Form::Choice(choices(table, MOST_PLACES, member, defects))),
        Written::Choices(table) => Some(Form::Choices(choices(table, MOST_BITS, member, defects))),
        Written::Date => Some(Form::Date),
        Written::Decimal(scale) => {
            if *scale > GREATEST_SCALE {
                defects.add(member, TypeDefect::Range { found: u64::from(*scale), least: 0, most: u64::from(GREATEST_SCALE) });
            }
            Some(Form::Decimal { scale: *scale })
        }
        Written::Count => Some(Form::Count),
        Written::Flag => Some(Form::Flag),
    }
}

fn choices(table: &[Entry], most: usize, member: &str, defects: &mut Defects<'_>) -> Vec<Choice> {
    let mut codes: Vec<&str> = table.iter().map(|entry| entry.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    if table.is_empty() || table.len() > most || codes.len() < table.len() {
        defects.add(member, TypeDefect::Table { found: table.len(), most });
    }
    let choice = |(place, entry): (usize, &Entry)| {
        let label = defects.label(format_args!("{member}[{place}]"), &entry.zh, &entry.en);
        Choice { code: entry.code.clone(), label }
    };
    table.iter().enumerate().map(choice).collect()
}

fn check_against(shape: &Shape, written: &Written, member: &str, defects: &mut Defects<'_>) {
    match (written, shape) {
        (Written::Text(seal), Shape::Text { longest }) => {
            if longest.is_none_or(|longest| longest > u64::from(*seal)) {
                defects.add(member, TypeDefect::SealText { schema: *longest, seal: *seal });
            }
        }
        (Written::Choice(table), Shape::OneOf(words)) | (Written::Choices(table), Shape::List(Some(words))) => {
            let missing = |words: &[String], table: &[Entry]| -> Vec<String> {
                words.iter().filter(|word| !table.iter().any(|entry| entry.code == **word)).cloned().collect()
            };
            let schema_only = missing(words, table);
            let seal_only: Vec<String> = table.iter().map(|entry| entry.code.clone()).filter(|code| !words.contains(code)).collect();
            if !(schema_only.is_empty() && seal_only.is_empty()) {
                defects.add(member, TypeDefect::SealTable { schema_only, seal_only });
            }
        }
        (Written::Code(_) | Written::Decimal(_), Shape::Text { .. })
        | (Written::Date, Shape::Day)
        | (Written::Count, Shape::Count { .. })
        | (Written::Flag, Shape::Flag) => {}
        (written, shape) => defects.add(member, TypeDefect::SealForm { schema: shape.name(), form: name_of(written) }),
    }
}

fn name_of(written: &Written) -> &'static str {
    match written {
        Written::Text(_) => "text",
        Written::Code(_) => "a code",
        Written::Choice(_) => "one of a table",
        Written::Choices(_) => "a list of a table",
        Written::Date => "a day",
        Written::Decimal(_) => "a decimal fraction",
        Written::Count => "a whole number",
        Written::Flag => "yes or no",
    }
}

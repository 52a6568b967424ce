//! The form of a type: its JSON Schema, and the labels and masks that belong to the properties.

use super::defects::{Defects, size};
use super::error::TypeDefect;
use super::kind::FormField;
use super::shape::Shape;
use super::type_file::TypeFile;
use crate::application::columns;
use jsonschema::{Draft, Validator};
use kanhe_core::kind::{Label, Mask};
use serde_json::Value;

/// A form has at most so many fields; the longest face of a licence has about 40.
const MOST_FIELDS: usize = 200;

/// The dialect of schemas (JSON Schema 2020-12).
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Compiles the schema, and refuses one that would let unknown members through.
pub(super) fn compile(read: &Value, defects: &mut Defects<'_>) -> Option<Validator> {
    let wanted = [("$schema", DIALECT), ("type", "object")];
    for (member, text) in wanted {
        if read.get(member).and_then(Value::as_str) != Some(text) {
            defects.add(format!("fields.{member}"), TypeDefect::Schema { wanted: text });
        }
    }
    if read.get("additionalProperties") != Some(&Value::Bool(false)) {
        defects.add("fields.additionalProperties", TypeDefect::Schema { wanted: "false" });
    }
    let compiled = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(read);
    compiled.map_err(|error| defects.add("fields", TypeDefect::SchemaInvalid { reason: error.to_string() })).ok()
}

/// Reads every property with its label and mask; wrong ones are left out and their defects kept.
pub(super) fn check(read: &TypeFile, defects: &mut Defects<'_>) -> Vec<FormField> {
    let Some(properties) = read.fields.get("properties").and_then(Value::as_object) else {
        defects.add("fields.properties", TypeDefect::Schema { wanted: "an object" });
        return Vec::new();
    };
    defects.range("fields.properties", size(properties.len()), 0, size(MOST_FIELDS));
    let required: Vec<&str> =
        read.fields.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let unknown = |field: &&str| !properties.contains_key(*field);
    for field in required.iter().copied().filter(unknown) {
        defects.add("fields.required", TypeDefect::UnknownField { field: field.to_owned() });
    }
    for (member, names) in [("labels", read.labels.keys().collect::<Vec<_>>()), ("masking", read.masking.keys().collect())] {
        for field in names.into_iter().filter(|field| unknown(&field.as_str())) {
            defects.add(member, TypeDefect::UnknownField { field: field.clone() });
        }
    }
    let fields = properties.iter().filter_map(|(name, schema)| {
        let shape = field_shape(name, schema, defects);
        let label = field_label(name, read, defects);
        let mask = field_mask(name, read, shape.as_ref(), defects);
        Some(FormField { name: name.clone(), label: label?, shape: shape?, required: required.contains(&name.as_str()), mask })
    });
    let fields: Vec<FormField> = fields.collect();
    check_columns(&fields, defects);
    fields
}

fn field_shape(name: &str, schema: &Value, defects: &mut Defects<'_>) -> Option<Shape> {
    let member = format!("fields.properties.{name}");
    if name.is_empty() || name.len() > 40 || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        defects.add(&member, TypeDefect::FieldName { found: name.to_owned(), wanted: "1 to 40 of a-z, 0-9 and _" });
    }
    let shape = Shape::read(schema);
    match &shape {
        None => defects.add(member, TypeDefect::Property),
        Some(Shape::Text { longest: None }) if schema.get("pattern").is_none() => defects.add(member, TypeDefect::Unbounded),
        Some(_) => {}
    }
    shape
}

fn field_label(name: &str, read: &TypeFile, defects: &mut Defects<'_>) -> Option<Label> {
    let Some(names) = read.labels.get(name) else {
        defects.add("labels", TypeDefect::NoLabel { field: name.to_owned() });
        return None;
    };
    Some(defects.label(format!("labels.{name}"), &names.zh, &names.en))
}

fn field_mask(name: &str, read: &TypeFile, shape: Option<&Shape>, defects: &mut Defects<'_>) -> Mask {
    let Some(masking) = read.masking.get(name) else { return Mask::Open };
    let [first, last] = masking.keep;
    let kept = u64::from(first) + u64::from(last);
    let length = match shape {
        Some(Shape::Text { longest }) => *longest,
        Some(Shape::Day) => Some(10),
        _ => Some(0),
    };
    if let Some(length) = length.filter(|length| kept >= *length) {
        defects.add(format!("masking.{name}"), TypeDefect::MaskShows { kept, length, most: length.saturating_sub(1) });
    }
    Mask::Keep { first, last }
}

/// A table's column is named by a field's name or its Chinese label, so neither may mean two things.
fn check_columns(fields: &[FormField], defects: &mut Defects<'_>) {
    let mut taken: Vec<(&str, &str)> =
        columns::RESERVED.iter().flat_map(|column| [(column.name(), column.name()), (column.label(), column.name())]).collect();
    for field in fields {
        for column in [field.name.as_str(), field.label.zh.as_str()] {
            match taken.iter().find(|(name, owner)| *name == column && *owner != field.name) {
                Some((_, owner)) => {
                    let defect = TypeDefect::LabelTwice { label: column.to_owned(), other: (*owner).to_owned() };
                    defects.add(format!("labels.{}", field.name), defect);
                }
                None => taken.push((column, field.name.as_str())),
            }
        }
    }
}

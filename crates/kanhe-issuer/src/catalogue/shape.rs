//! What a property of a type's JSON Schema can hold.

use serde_json::Value;

/// What a field of a form can hold, as its JSON Schema says (`docs/spec/type-file.md`, `fields`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Words.
    Text {
        /// Characters at most, if the schema says.
        longest: Option<u64>,
    },
    /// A day.
    Day,
    /// One of these words or codes.
    OneOf(Vec<String>),
    /// A whole number.
    Count {
        /// The greatest, if the schema says.
        greatest: Option<u64>,
    },
    /// Yes or no.
    Flag,
    /// Several words or codes; with a table if the schema has one.
    List(Option<Vec<String>>),
}

impl Shape {
    /// Reads one property's schema; none if it could hold what a certificate cannot.
    pub(super) fn read(schema: &Value) -> Option<Self> {
        if let Some(table) = schema.get("enum") {
            return words(table).map(Self::OneOf);
        }
        match schema.get("type")?.as_str()? {
            "string" if schema.get("format").and_then(Value::as_str) == Some("date") => Some(Self::Day),
            "string" => Some(Self::Text { longest: schema.get("maxLength").and_then(Value::as_u64) }),
            "integer" => {
                schema.get("minimum")?.as_u64()?;
                Some(Self::Count { greatest: schema.get("maximum").and_then(Value::as_u64) })
            }
            "boolean" => Some(Self::Flag),
            "array" => match Self::read(schema.get("items")?)? {
                Self::Text { .. } => Some(Self::List(None)),
                Self::OneOf(table) => Some(Self::List(Some(table))),
                Self::Day | Self::Count { .. } | Self::Flag | Self::List(_) => None,
            },
            _ => None,
        }
    }

    /// What the shape is called in a message.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Day => "a day",
            Self::OneOf(_) => "one of a table",
            Self::Count { .. } => "a whole number",
            Self::Flag => "yes or no",
            Self::List(_) => "a list",
        }
    }
}

fn words(table: &Value) -> Option<Vec<String>> {
    table.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_property_that_no_certificate_can_hold_has_no_shape() {
        let rows = [
            (json!({ "type": "string", "maxLength": 4 }), Some("text")),
            (json!({ "type": "string", "format": "date" }), Some("a day")),
            (json!({ "enum": ["A", "B"] }), Some("one of a table")),
            (json!({ "type": "integer", "minimum": 0 }), Some("a whole number")),
            (json!({ "type": "boolean" }), Some("yes or no")),
            (json!({ "type": "array", "items": { "enum": ["A"] } }), Some("a list")),
            (json!({ "type": "integer" }), None),
            (json!({ "type": "integer", "minimum": -1 }), None),
            (json!({ "type": "number" }), None),
            (json!({ "type": "object" }), None),
            (json!({ "type": ["string", "null"] }), None),
            (json!({ "type": "array", "items": { "type": "integer", "minimum": 0 } }), None),
            (json!({ "type": "array" }), None),
            (json!({ "enum": ["A", 1] }), None),
            (json!(true), None),
        ];
        for (schema, name) in rows {
            assert_eq!(Shape::read(&schema).as_ref().map(Shape::name), name, "{schema}");
        }
    }
}

//! JSON held against the shapes of the interface: what does not fit is told by its place, in words of ours alone.
//!
//! Serde's own errors quote what was sent, and `serde_json` takes an array where a struct is wanted. Here an error has no room for a value,
//! and an object is an object.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Number, Value};
use std::fmt::Display;

/// The longest name of a member has fewer characters.
const LONGEST_MEMBER: usize = 40;

/// What does not fit, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{defect}", place(.steps))]
pub struct Misshapen {
    /// From the innermost outwards.
    steps: Vec<String>,
    defect: String,
}

/// Reads a value of a shape.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, Misshapen> {
    T::deserialize(Node(value))
}

impl Misshapen {
    /// Says that something does not fit.
    fn new(defect: impl Display) -> Self {
        Self { steps: Vec::new(), defect: defect.to_string() }
    }

    fn within(mut self, step: String) -> Self {
        self.steps.push(step);
        self
    }
}

/// Where it stands, as a program writes it: `items[3].at`.
fn place(steps: &[String]) -> String {
    if steps.is_empty() {
        return String::new();
    }
    let path: String = steps.iter().rev().map(String::as_str).collect();
    format!("`{}`: ", path.trim_start_matches('.'))
}

/// The step to a member. A name that no member of the interface could have may be somebody's: only its place is told.
fn step(member: &str, place: usize) -> String {
    let like_a_name = member.len() <= LONGEST_MEMBER && member.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if like_a_name { format!(".{member}") } else { format!(".(member {place})") }
}

impl Error for Misshapen {
    /// What a shape says by itself may quote what was sent.
    fn custom<T: Display>(_: T) -> Self {
        Self::new("the value is not one that the interface has")
    }

    fn invalid_type(_: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::new(format_args!("expected {}", word(wanted)))
    }

    fn invalid_value(_: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::new(format_args!("expected {}", word(wanted)))
    }

    fn invalid_length(found: usize, wanted: &dyn Expected) -> Self {
        Self::new(format_args!("there are {found}, expected {}", word(wanted)))
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::new(format_args!("expected one of {}", known.join(", ")))
    }

    fn unknown_field(_: &str, known: &'static [&'static str]) -> Self {
        Self::new(format_args!("only {} are known here", known.join(", ")))
    }

    fn missing_field(member: &'static str) -> Self {
        Self::new(format_args!("`{member}` is missing"))
    }

    fn duplicate_field(member: &'static str) -> Self {
        Self::new(format_args!("`{member}` stands twice"))
    }
}

/// What serde wants, in the words of JSON.
fn word(wanted: &dyn Expected) -> String {
    match wanted.to_string().as_str() {
        "a sequence" => "an array".to_owned(),
        "a map" => "an object".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0 on, within its bounds".to_owned(),
        named if named.starts_with("struct ") => "an object".to_owned(),
        other => other.to_owned(),
    }
}

/// A value that is being read.
struct Node(Value);

impl<'de> Deserializer<'de> for Node {
    type Error = Misshapen;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misshapen> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(flag),
            Value::Number(number) => visit_number(&number, visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items { left: items.into_iter(), place: 0 }),
            Value::Object(members) => visitor.visit_map(self::members(members)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misshapen> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Misshapen> {
        match self.0 {
            Value::Object(members) => visitor.visit_map(self::members(members)),
            _ => Err(Misshapen::new("expected an object")),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misshapen> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, known: &'static [&'static str], visitor: V) -> Result<V::Value, Misshapen> {
        let one_of = || Misshapen::new(format_args!("expected one of {}", known.join(", ")));
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant { name, value: None }),
            Value::Object(members) if members.len() == 1 => {
                let (name, value) = members.into_iter().next().ok_or_else(one_of)?;
                visitor.visit_enum(Variant { name, value: Some(value) })
            }
            Value::Object(_) => Err(Misshapen::new(format_args!("expected an object with exactly one of {}", known.join(", ")))),
            _ => Err(one_of()),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misshapen> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        identifier
    }
}

fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Misshapen> {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(number), _, _) => visitor.visit_u64(number),
        (None, Some(number), _) => visitor.visit_i64(number),
        (None, None, number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
    }
}

/// The items of an array, from the first on.
struct Items {
    left: std::vec::IntoIter<Value>,
    place: usize,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Misshapen;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Misshapen> {
        let Some(item) = self.left.next() else { return Ok(None) };
        let place = self.place;
        self.place += 1;
        seed.deserialize(Node(item)).map(Some).map_err(|error| error.within(format!("[{place}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// Names and their values, read one after the other, and the step to the one whose value is next.
pub(super) struct Members<I, D> {
    left: I,
    next: Option<(String, D)>,
    place: usize,
}

impl<D, I: Iterator<Item = (String, D)>> Members<I, D> {
    pub(super) const fn of(left: I) -> Self {
        Self { left, next: None, place: 0 }
    }
}

impl<'de, D: Deserializer<'de, Error = Misshapen>, I: Iterator<Item = (String, D)>> MapAccess<'de> for Members<I, D> {
    type Error = Misshapen;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Misshapen> {
        let Some((name, value)) = self.left.next() else { return Ok(None) };
        self.place += 1;
        let key: StrDeserializer<'_, Misshapen> = name.as_str().into_deserializer();
        let key = seed.deserialize(key)?;
        self.next = Some((step(&name, self.place), value));
        Ok(Some(key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Misshapen> {
        let (step, value) = self.next.take().ok_or_else(|| Misshapen::new("a value stands without its name"))?;
        seed.deserialize(value).map_err(|error| error.within(step))
    }
}

/// The members of an object.
fn members(object: Map<String, Value>) -> Members<impl Iterator<Item = (String, Node)>, Node> {
    Members::of(object.into_iter().map(|(name, value)| (name, Node(value))))
}

/// One of several shapes, by its name: `"name"`, or `{"name": value}`.
struct Variant {
    name: String,
    value: Option<Value>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Misshapen;
    type Variant = Chosen;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Chosen), Misshapen> {
        let name: StrDeserializer<'_, Misshapen> = self.name.as_str().into_deserializer();
        Ok((seed.deserialize(name)?, Chosen { step: step(&self.name, 1), value: self.value }))
    }
}

/// The shape that was named, and what was sent for it.
struct Chosen {
    step: String,
    value: Option<Value>,
}

impl Chosen {
    fn node(self) -> Result<(String, Node), Misshapen> {
        let bare = || Misshapen::new("expected an object whose one member is named so");
        Ok((self.step, Node(self.value.ok_or_else(bare)?)))
    }
}

impl<'de> VariantAccess<'de> for Chosen {
    type Error = Misshapen;

    fn unit_variant(self) -> Result<(), Misshapen> {
        if self.value.is_none() { Ok(()) } else { Err(Misshapen::new("expected the name alone").within(self.step)) }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Misshapen> {
        let (step, node) = self.node()?;
        seed.deserialize(node).map_err(|error| error.within(step))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misshapen> {
        let (step, node) = self.node()?;
        node.deserialize_any(visitor).map_err(|error| error.within(step))
    }

    fn struct_variant<V: Visitor<'de>>(self, known: &'static [&'static str], visitor: V) -> Result<V::Value, Misshapen> {
        let (step, node) = self.node()?;
        node.deserialize_struct("", known, visitor).map_err(|error| error.within(step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Question {
        text: String,
        #[serde(default)]
        days: u32,
        by: Option<By>,
        #[serde(default)]
        inner: Vec<Inner>,
        #[serde(default)]
        fields: BTreeMap<String, String>,
        colour: Option<Colour>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum By {
        Name(String),
        Holder(Inner),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        at: i64,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
        Blue,
    }

    fn said(value: Value) -> String {
        read::<Question>(value).unwrap_err().to_string()
    }

    #[test]
    fn what_fits_is_read() {
        let read = read(json!({ "text": "a", "days": 3, "by": { "holder": { "at": -1 } }, "inner": [{ "at": 1 }], "colour": "red" }));
        let wanted = Question {
            text: "a".to_owned(),
            days: 3,
            by: Some(By::Holder(Inner { at: -1 })),
            inner: vec![Inner { at: 1 }],
            colour: Some(Colour::Red),
            ..Question::default()
        };
        assert_eq!(read, Ok(wanted));
    }

    #[test]
    fn what_does_not_fit_is_told_by_its_place_and_never_by_its_value() {
        let secret = "440524188001010014";
        let rows = [
            (json!([secret]), "expected an object"),
            (json!({}), "`text` is missing"),
            (json!({ "text": 5 }), "`text`: expected a string"),
            (json!({ "text": "a", "days": secret }), "`days`: expected a whole number from 0 on, within its bounds"),
            (json!({ "text": "a", "days": -1 }), "`days`: expected a whole number from 0 on, within its bounds"),
            (json!({ "text": "a", secret: 1 }), "only text, days, by, inner, fields, colour are known here"),
            (json!({ "text": "a", "by": 5 }), "`by`: expected one of name, holder"),
            (json!({ "text": "a", "by": "name" }), "`by`: expected an object whose one member is named so"),
            (json!({ "text": "a", "by": { "name": "a", "holder": 1 } }), "`by`: expected an object with exactly one of name, holder"),
            (json!({ "text": "a", "by": { secret: "a" } }), "`by`: expected one of name, holder"),
            (json!({ "text": "a", "by": { "holder": ["a"] } }), "`by.holder`: expected an object"),
            (json!({ "text": "a", "inner": { "at": 1 } }), "`inner`: expected an array"),
            (json!({ "text": "a", "inner": [{ "at": 1 }, [secret]] }), "`inner[1]`: expected an object"),
            (json!({ "text": "a", "inner": [{ "at": secret }] }), "`inner[0].at`: expected i64"),
            (json!({ "text": "a", "fields": { "b": "c", secret: 5 } }), "`fields.(member 2)`: expected a string"),
            (json!({ "text": "a", "colour": secret }), "`colour`: expected one of red, blue"),
            (json!({ "text": "a", "colour": { "red": 1 } }), "`colour.red`: expected the name alone"),
        ];
        for (value, wanted) in rows {
            let found = said(value.clone());
            assert_eq!(found, wanted, "{value}");
            assert!(!found.contains(secret), "{value}");
        }
    }
}

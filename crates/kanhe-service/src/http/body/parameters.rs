//! The parameters behind the `?`, held against the shapes of the interface as bodies are: what does not fit is told by its name.

use super::shape::{Members, Misshapen};
use serde::de::{DeserializeOwned, Deserializer, Error, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

/// Reads parameters as a shape has them.
pub fn read<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, Misshapen> {
    T::deserialize(Pairs(pairs))
}

/// Parameters: nothing but names and what they are given.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserializer<'de> for Pairs {
    type Error = Misshapen;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misshapen> {
        visitor.visit_map(Members::of(self.0.into_iter().map(|(name, value)| (name, Given(value)))))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

/// What a parameter is given: text, which is read as whatever is wanted.
struct Given(String);

impl<'de> Deserializer<'de> for Given {
    type Error = Misshapen;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misshapen> {
        visitor.visit_string(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misshapen> {
        match self.0.as_str() {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(Misshapen::invalid_type(Unexpected::Other("text"), &visitor)),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misshapen> {
        match self.0.parse() {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => Err(Misshapen::invalid_type(Unexpected::Other("text"), &visitor)),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misshapen> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misshapen> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misshapen> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Misshapen> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Question {
        name: String,
        limit: Option<usize>,
        #[serde(default)]
        whole: bool,
        order: Option<Order>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Order {
        Newest,
        Oldest,
    }

    fn asked(pairs: &[(&str, &str)]) -> Result<Question, String> {
        read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
            .map_err(|error: Misshapen| error.to_string())
    }

    #[test]
    fn what_fits_is_read() {
        let wanted = Question { name: "5".to_owned(), limit: Some(20), whole: true, order: Some(Order::Oldest) };
        assert_eq!(asked(&[("name", "5"), ("limit", "20"), ("whole", "true"), ("order", "oldest")]), Ok(wanted));
        assert_eq!(asked(&[("name", "")]), Ok(Question { name: String::new(), limit: None, whole: false, order: None }));
    }

    #[test]
    fn what_does_not_fit_is_told_by_its_name_and_never_by_its_value() {
        let secret = "440524188001010014";
        let rows = [
            (vec![], "`name` is missing"),
            (vec![("name", "a"), ("name", secret)], "`name` stands twice"),
            (vec![("name", "a"), ("limit", secret)], ""),
            (vec![("name", "a"), ("limit", "-1")], "`limit`: expected a whole number from 0 on, within its bounds"),
            (vec![("name", "a"), ("limit", "")], "`limit`: expected a whole number from 0 on, within its bounds"),
            (vec![("name", "a"), ("whole", secret)], "`whole`: expected true or false"),
            (vec![("name", "a"), ("order", secret)], "`order`: expected one of newest, oldest"),
            (vec![("name", "a"), (secret, "a")], "only name, limit, whole, order are known here"),
        ];
        for (pairs, wanted) in rows {
            let found = asked(&pairs).err().unwrap_or_default();
            assert_eq!(found, wanted, "{pairs:?}");
            assert!(!found.contains(secret), "{pairs:?}");
        }
    }
}

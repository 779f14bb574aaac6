//! Reading a body as strictly as the intermediary reads it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads a body: one JSON object in which no key occurs twice, at any depth.
///
/// # Errors
///
/// Why it cannot be read.
pub fn read_body(body: &str) -> Result<Value, String> {
    match serde_json::from_str(body) {
        Ok(Strict(object @ Value::Object(_))) => Ok(object),
        Ok(Strict(_)) => Err("the body is no JSON object".to_owned()),
        Err(error) => Err(format!("the body is no strict JSON: {error}")),
    }
}

/// A value whose objects have each key once.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("an object has the same key twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::read_body;

    #[test]
    fn what_the_intermediary_refuses_is_refused() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for body in [
            "",
            "no json",
            r#"{"a":1"#,
            r#"{"a":1} x"#,
            r#"{"a":1e999}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":[{"b":1,"b":2}]}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":NaN}"#,
            "{\"a\":\"\u{1}\"}",
            "[]",
            "null",
            deep.as_str(),
        ] {
            assert!(read_body(body).is_err(), "{body}");
        }
        let body = r#"{"a":[1,-2,1.5,true,null,"x\u00e9"],"b":{"a":18446744073709551615}}"#;
        let expected: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(read_body(body), Ok(expected));
    }
}

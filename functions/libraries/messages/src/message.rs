//! Reading a message strictly.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::envelope::Envelope;

/// The body of a message: one JSON object in which no key occurs twice, at any depth.
///
/// Which of two equal keys counts differs from reader to reader, so a message that has them says
/// one thing to the one who checks it and another to the one who acts on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message(Map<String, Value>);

/// Why a body cannot be read. The text shows nothing of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// It is no JSON, or an object in it has a key twice.
    #[error("the message is not strict JSON")]
    NotStrictJson(#[source] serde_json::Error),
    /// It is JSON of another type.
    #[error("the message is not a JSON object")]
    NotAnObject,
    /// It is not in the envelope that the configuration names.
    #[error("the message is not {expected}, as `intake.envelope` says")]
    NotEnveloped {
        /// That envelope.
        expected: Envelope,
    },
    /// Its envelope holds more than one message.
    #[error("the message is {count} in one, and an execution has one")]
    Several {
        /// How many.
        count: usize,
    },
    /// It says nothing.
    #[error(
        "the message is the test that Amazon S3 sends when a notification is set up: discard it"
    )]
    TestEvent,
}

impl Message {
    /// Reads a body.
    pub fn parse(body: &str) -> Result<Self, MessageError> {
        match serde_json::from_str(body).map_err(MessageError::NotStrictJson)? {
            Strict(Value::Object(fields)) => Ok(Self(fields)),
            Strict(_) => Err(MessageError::NotAnObject),
        }
    }

    /// Returns the message that these fields are, wherever they were read.
    pub fn of(fields: Map<String, Value>) -> Self {
        Self(fields)
    }

    /// Returns the message as a value.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// Returns the value of a key.
    pub(crate) fn at(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Returns the value at the end of `path`.
    pub fn field(&self, path: &[String]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter()
            .try_fold(self.0.get(first)?, |value, key| value.as_object()?.get(key))
    }

    /// Returns the hash that tells payloads apart.
    pub fn hash(self) -> String {
        idempotency::payload_hash(&self.into_value())
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
    use serde_json::json;

    use super::{Message, MessageError};

    #[test]
    fn what_is_read_is_what_was_written() {
        let body = r#"{"a":[1,-2,1.5,true,null,"x\u00e9"],"b":{"a":{"a":18446744073709551615}}}"#;
        let Message(fields) = Message::parse(body).unwrap();
        let expected: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(serde_json::Value::Object(fields), expected);
    }

    #[test]
    fn fields_are_reached_through_objects_only() {
        let message = Message::parse(r#"{"order":{"id":7},"list":[{"id":8}]}"#).unwrap();
        let field = |path: &[&str]| {
            let path: Vec<String> = path.iter().map(ToString::to_string).collect();
            message.field(&path).cloned()
        };
        assert_eq!(field(&["order", "id"]), Some(json!(7)));
        assert_eq!(field(&["order", "id", "x"]), None);
        assert_eq!(field(&["list", "0", "id"]), None);
        assert_eq!(field(&[]), None);
    }

    #[test]
    fn other_bodies_are_refused_without_showing_them() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let refused = [
            "",
            "not json secret",
            r#"{"secret":1"#,
            r#"{"secret":1} x"#,
            r#"{"secret":1e999}"#,
            r#"{"secret":1,"secret":1}"#,
            r#"{"a":[{"secret":{"b":1,"b":2}}]}"#,
            r#"{"secret":1,"\u0073ecret":2}"#,
            "{'secret':1}",
            r#"{"secret":NaN}"#,
            deep.as_str(),
        ];
        for body in refused {
            let Err(MessageError::NotStrictJson(error)) = Message::parse(body) else {
                panic!("accepted: {body}");
            };
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        for body in ["[]", "null", "1", r#""secret""#] {
            assert!(
                matches!(Message::parse(body), Err(MessageError::NotAnObject)),
                "{body}"
            );
        }
    }
}

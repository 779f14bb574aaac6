//! Items of tables as JSON.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use serde_json::{Map, Number, Value};

use crate::aws::failed;
use crate::error::{Error, Result};

/// Returns the item with this key, if there is one.
pub(super) async fn read(
    dynamodb: &aws_sdk_dynamodb::Client,
    table: &str,
    key: &BTreeMap<String, Value>,
) -> Result<Option<Value>> {
    let read = dynamodb
        .get_item()
        .table_name(table)
        .set_key(Some(attributes(key)?))
        .consistent_read(true)
        .send()
        .await
        .map_err(failed(format!(
            "an item of the table `{table}` could not be read"
        )))?;
    Ok(read.item().map(object))
}

/// Puts an item into a table, in place of one that has its key.
pub(super) async fn put(
    dynamodb: &aws_sdk_dynamodb::Client,
    table: &str,
    item: &BTreeMap<String, Value>,
) -> Result<()> {
    let attributes = item
        .iter()
        .map(|(name, value)| (name.clone(), attribute(value)));
    dynamodb
        .put_item()
        .table_name(table)
        .set_item(Some(attributes.collect()))
        .send()
        .await
        .map_err(failed(format!(
            "an item could not be put into the table `{table}`"
        )))?;
    Ok(())
}

/// Deletes the item with this key, and returns whether there was one.
pub(super) async fn delete(
    dynamodb: &aws_sdk_dynamodb::Client,
    table: &str,
    key: &BTreeMap<String, Value>,
) -> Result<bool> {
    let deleted = dynamodb
        .delete_item()
        .table_name(table)
        .set_key(Some(attributes(key)?))
        .return_values(ReturnValue::AllOld)
        .send()
        .await
        .map_err(failed(format!(
            "an item of the table `{table}` could not be deleted"
        )))?;
    Ok(deleted.attributes().is_some_and(|item| !item.is_empty()))
}

fn attributes(key: &BTreeMap<String, Value>) -> Result<HashMap<String, AttributeValue>> {
    let attribute = |(name, value): (&String, &Value)| match value {
        Value::String(_) | Value::Number(_) => Ok((name.clone(), attribute(value))),
        other => Err(Error::usage(format!(
            "the key `{name}` is neither a text nor a number: {other}"
        ))),
    };
    key.iter().map(attribute).collect()
}

/// Returns JSON as an attribute.
fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(truth) => AttributeValue::Bool(*truth),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(items) => AttributeValue::L(items.iter().map(attribute).collect()),
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| (name.clone(), attribute(value)));
            AttributeValue::M(fields.collect())
        }
    }
}

fn object(item: &HashMap<String, AttributeValue>) -> Value {
    Value::Object(
        item.iter()
            .map(|(name, value)| (name.clone(), json(value)))
            .collect::<Map<_, _>>(),
    )
}

/// Returns an attribute as JSON: sets become sorted lists, and bytes stand for text.
fn json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::from(text.as_str()),
        AttributeValue::N(number) => parsed(number),
        AttributeValue::Bool(truth) => Value::from(*truth),
        AttributeValue::L(items) => items.iter().map(json).collect(),
        AttributeValue::M(fields) => object(fields),
        AttributeValue::Ss(texts) => sorted(texts).map(Value::from).collect(),
        AttributeValue::Ns(numbers) => sorted(numbers).map(parsed).collect(),
        AttributeValue::B(bytes) => Value::from(String::from_utf8_lossy(bytes.as_ref())),
        _ => Value::Null,
    }
}

fn sorted(texts: &[String]) -> impl Iterator<Item = &str> {
    let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    texts.sort_unstable();
    texts.into_iter()
}

fn parsed(number: &str) -> Value {
    number
        .parse::<Number>()
        .map_or_else(|_| Value::from(number), Value::Number)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use aws_sdk_dynamodb::types::AttributeValue;
    use serde_json::json;

    use super::{attribute, attributes, json as from_attribute, object};

    #[test]
    fn items_become_json() {
        let number = |text: &str| AttributeValue::N(text.to_owned());
        let item = HashMap::from([
            ("s".to_owned(), AttributeValue::S("x".to_owned())),
            ("n".to_owned(), number("18446744073709551615")),
            ("d".to_owned(), number("1.50")),
            ("b".to_owned(), AttributeValue::Bool(true)),
            ("z".to_owned(), AttributeValue::Null(true)),
            (
                "l".to_owned(),
                AttributeValue::L(vec![number("1"), number("-2")]),
            ),
            (
                "m".to_owned(),
                AttributeValue::M(HashMap::from([("k".to_owned(), number("3"))])),
            ),
            (
                "ss".to_owned(),
                AttributeValue::Ss(vec!["b".to_owned(), "a".to_owned()]),
            ),
        ]);
        assert_eq!(
            object(&item),
            json!({
                "s": "x", "n": 18_446_744_073_709_551_615_u64, "d": 1.5, "b": true, "z": null,
                "l": [1, -2], "m": { "k": 3 }, "ss": ["a", "b"],
            })
        );
    }

    #[test]
    fn json_becomes_an_item_and_is_the_same_again() {
        let value = json!({
            "s": "x", "n": -7, "d": 0.5, "b": false, "z": null, "e": [],
            "l": ["a", 1, { "k": [true] }], "m": { "k": { "deep": 1 } },
        });
        let AttributeValue::M(fields) = attribute(&value) else {
            panic!("an object becomes a map");
        };
        assert_eq!(fields["n"], AttributeValue::N("-7".to_owned()));
        assert_eq!(fields["b"], AttributeValue::Bool(false));
        assert_eq!(fields["z"], AttributeValue::Null(true));
        assert_eq!(from_attribute(&AttributeValue::M(fields)), value);
    }

    #[test]
    fn keys_are_texts_or_numbers() {
        let key = BTreeMap::from([("a".to_owned(), json!("x")), ("b".to_owned(), json!(7))]);
        let made = attributes(&key).unwrap();
        assert_eq!(made.get("a"), Some(&AttributeValue::S("x".to_owned())));
        assert_eq!(made.get("b"), Some(&AttributeValue::N("7".to_owned())));
        assert!(attributes(&BTreeMap::from([("a".to_owned(), json!(null))])).is_err());
    }
}

//! JSON as the SDK has it.

use aws_smithy_types::{Document, Number};
use serde_json::Value;

/// Returns a value as a document.
pub(crate) fn document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(value) => Document::Bool(*value),
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Number::PosInt(number),
            (None, Some(number)) => Number::NegInt(number),
            (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
        }),
        Value::String(text) => Document::String(text.clone()),
        Value::Array(items) => Document::Array(items.iter().map(document).collect()),
        Value::Object(fields) => {
            let fields = fields.iter();
            Document::Object(
                fields
                    .map(|(name, value)| (name.clone(), document(value)))
                    .collect(),
            )
        }
    }
}

/// Returns a document as a value, its fields by name.
pub(crate) fn value(document: &Document) -> Value {
    match document {
        Document::Null => Value::Null,
        Document::Bool(value) => Value::Bool(*value),
        Document::Number(Number::PosInt(number)) => Value::from(*number),
        Document::Number(Number::NegInt(number)) => Value::from(*number),
        Document::Number(Number::Float(number)) => Value::from(*number),
        Document::String(text) => Value::String(text.clone()),
        Document::Array(items) => Value::Array(items.iter().map(value).collect()),
        Document::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort_unstable();
            let fields = names
                .into_iter()
                .filter_map(|name| fields.get_key_value(name));
            fields
                .map(|(name, field)| (name.clone(), value(field)))
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{document, value};

    #[test]
    fn nothing_is_lost_on_the_way_there_and_back() {
        let all = json!({
            "array": [null, true, 1, -1, 0.5, "text", {"a": {}}],
            "large": u64::MAX,
        });
        assert_eq!(value(&document(&all)), all);
    }
}

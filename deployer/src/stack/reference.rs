//! What a value of a template refers to.

use std::collections::BTreeSet;

use serde_json::Value;

/// Returns whether a value is an intrinsic function, which is compared as one.
pub(crate) fn is_intrinsic(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| {
        fields.len() == 1
            && fields
                .keys()
                .all(|key| key == "Ref" || key.starts_with("Fn::"))
    })
}

/// Returns the logical ids that a value refers to.
pub(crate) fn references(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(value, &mut found);
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => {
            for (key, inner) in fields {
                match (key.as_str(), inner) {
                    ("Ref", Value::String(id)) => {
                        found.insert(id.clone());
                    }
                    ("Fn::GetAtt", Value::String(path)) => {
                        found.insert(before_dot(path).to_owned());
                    }
                    ("Fn::GetAtt", Value::Array(parts)) => {
                        found.extend(parts.first().and_then(Value::as_str).map(str::to_owned));
                    }
                    ("Fn::Sub", Value::String(text)) => {
                        found.extend(placeholders(text).map(str::to_owned));
                    }
                    ("Fn::Sub", Value::Array(parts)) => {
                        if let Some(text) = parts.first().and_then(Value::as_str) {
                            found.extend(placeholders(text).map(str::to_owned));
                        }
                        parts.iter().skip(1).for_each(|part| collect(part, found));
                    }
                    _ => collect(inner, found),
                }
            }
        }
        _ => {}
    }
}

fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| before_dot(name))
        .filter(|name| !name.starts_with('!') && !name.contains("::"))
}

fn before_dot(path: &str) -> &str {
    path.split_once('.').map_or(path, |(id, _)| id)
}

/// Returns a value in few words: `Table.Arn` for an attribute, JSON for what is no word.
pub(crate) fn brief(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) if is_intrinsic(value) => {
            let Some((name, inner)) = fields.iter().next() else {
                return value.to_string();
            };
            match (name.as_str(), inner) {
                ("Ref" | "Fn::Sub" | "Fn::GetAtt", Value::String(text)) => text.clone(),
                ("Fn::GetAtt", Value::Array(parts)) => {
                    parts.iter().map(brief).collect::<Vec<_>>().join(".")
                }
                _ => value.to_string(),
            }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{brief, references};

    #[test]
    fn every_form_of_a_reference_is_found() {
        let value = json!({
            "One": { "Ref": "Table" },
            "Two": [{ "Fn::GetAtt": ["Queue", "Arn"] }, { "Fn::GetAtt": "Role.Arn" }],
            "Three": { "Fn::Sub": "${Function.Arn}:${AWS::Region}:${!Literal}" },
            "Four": { "Fn::Sub": ["${Own}-${Key}", { "Own": { "Ref": "Topic" } }] },
        });
        let found: Vec<String> = references(&value).into_iter().collect();
        assert_eq!(
            found,
            ["Function", "Key", "Own", "Queue", "Role", "Table", "Topic"]
        );
    }

    #[test]
    fn an_intrinsic_is_told_by_what_it_names() {
        assert_eq!(
            brief(&json!({ "Fn::GetAtt": ["Table", "Arn"] })),
            "Table.Arn"
        );
        assert_eq!(brief(&json!({ "Ref": "Queue" })), "Queue");
        assert_eq!(brief(&json!(["a", 1])), r#"["a",1]"#);
    }
}

//! What two inputs differ in.

use serde_json::Value;

/// A place in which two JSON values differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The place: `$` is the whole, `$.items[0].quantity` a part.
    pub path: String,
    /// What was there; nothing for what came new.
    pub old: Option<Value>,
    /// What is there; nothing for what was taken away.
    pub new: Option<Value>,
}

/// Returns the smallest places in which `new` differs from `old`, in the order of their paths.
pub fn differences(old: &Value, new: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("$".to_owned(), Some(old), Some(new), &mut found);
    found
}

fn compare(path: String, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Difference>) {
    match (old, new) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                compare(member(&path, key), before.get(key), after.get(key), found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for index in 0..before.len().max(after.len()) {
                let place = format!("{path}[{index}]");
                compare(place, before.get(index), after.get(index), found);
            }
        }
        (old, new) if old != new => found.push(Difference {
            path,
            old: old.cloned(),
            new: new.cloned(),
        }),
        _ => {}
    }
}

fn member(path: &str, key: &str) -> String {
    let is_plain = !key.is_empty()
        && key
            .chars()
            .all(|character| character.is_alphanumeric() || character == '_');
    if is_plain {
        format!("{path}.{key}")
    } else {
        format!("{path}[{}]", Value::from(key))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;

    #[test]
    fn the_smallest_places_are_told_in_order() {
        let old = json!({"a": 1, "b": {"c": [1, 2]}, "gone": true, "same": [null]});
        let new = json!({"a": "1", "b": {"c": [1, 3, 4]}, "new-key": {}, "same": [null]});
        let told: Vec<String> = differences(&old, &new)
            .into_iter()
            .map(|found| {
                let text = |value: Option<serde_json::Value>| {
                    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
                };
                format!("{} {} {}", found.path, text(found.old), text(found.new))
            })
            .collect();
        let expected = [
            "$.a 1 \"1\"",
            "$.b.c[1] 2 3",
            "$.b.c[2] - 4",
            "$.gone true -",
            "$[\"new-key\"] - {}",
        ];
        assert_eq!(told, expected);
        assert_eq!(differences(&old, &old), []);
        assert_eq!(differences(&json!([]), &json!({}))[0].path, "$");
    }
}

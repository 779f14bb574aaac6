//! Two values side by side: the places at which they differ.

use serde_json::{Map, Value};

use crate::stack::is_intrinsic;

/// A place at which two values differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    /// The place.
    pub(super) path: String,
    /// What stands there; nothing where it is new.
    pub(super) before: Option<Value>,
    /// What is to stand there; nothing where it goes.
    pub(super) after: Option<Value>,
}

/// What names an item of a list, so that one more item does not make all others look changed.
const NAMES: [&str; 9] = [
    "Sid",
    "Id",
    "Key",
    "Name",
    "PolicyName",
    "KeyType",
    "AttributeName",
    "IndexName",
    "ParameterKey",
];

/// Returns the places at which two values differ, in the order of the first.
pub(super) fn compare(
    path: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(path, before, after, &mut found);
    found
}

fn walk(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    match (before, after) {
        (None, None) => {}
        (Some(before), Some(after)) if is_same(before, after) => {}
        (Some(Value::Object(old)), Some(Value::Object(new)))
            if !before.is_some_and(is_intrinsic) && !after.is_some_and(is_intrinsic) =>
        {
            for key in union(old.keys(), new.keys()) {
                walk(&join(path, key), old.get(key), new.get(key), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            walk_lists(path, old, new, found);
        }
        _ => found.push(Difference {
            path: path.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}

fn walk_lists(path: &str, old: &[Value], new: &[Value], found: &mut Vec<Difference>) {
    if let Some(name) = NAMES
        .iter()
        .find(|name| are_named_by(old, name) && are_named_by(new, name))
    {
        let names = |items: &[Value]| -> Vec<String> {
            items.iter().filter_map(|item| text(item, name)).collect()
        };
        let (old_names, new_names) = (names(old), names(new));
        for key in union(old_names.iter(), new_names.iter()) {
            let item = |items: &'_ [Value]| -> Option<Value> {
                let is_it = |item: &&Value| text(item, name).as_ref() == Some(key);
                items.iter().find(is_it).cloned()
            };
            let place = format!("{path}[{key}]");
            walk(&place, item(old).as_ref(), item(new).as_ref(), found);
        }
        // Only the order differs, which CloudFormation takes for a change.
        if old_names != new_names && old.len() == new.len() && is_permuted(&old_names, &new_names) {
            found.push(whole(path, old, new));
        }
    } else if old.len() == new.len() && old.iter().chain(new).any(Value::is_object) {
        for (index, (old, new)) in old.iter().zip(new).enumerate() {
            walk(&format!("{path}[{index}]"), Some(old), Some(new), found);
        }
    } else {
        found.push(whole(path, old, new));
    }
}

fn whole(path: &str, old: &[Value], new: &[Value]) -> Difference {
    Difference {
        path: path.to_owned(),
        before: Some(Value::Array(old.to_vec())),
        after: Some(Value::Array(new.to_vec())),
    }
}

fn is_permuted(old: &[String], new: &[String]) -> bool {
    old.iter().all(|name| new.contains(name))
}

fn are_named_by(items: &[Value], name: &str) -> bool {
    let names: Vec<String> = items.iter().filter_map(|item| text(item, name)).collect();
    let unique: std::collections::BTreeSet<&String> = names.iter().collect();
    !items.is_empty() && names.len() == items.len() && unique.len() == items.len()
}

fn text(item: &Value, name: &str) -> Option<String> {
    item.get(name)?.as_str().map(str::to_owned)
}

/// Returns whether CloudFormation takes two values for the same: it compares scalars as text.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => has_same_fields(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_same(one, other))
        }
        (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => false,
        _ => scalar(one) == scalar(other),
    }
}

fn has_same_fields(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    one.len() == other.len()
        && one.iter().all(|(key, value)| {
            other
                .get(key)
                .is_some_and(|other_value| is_same(value, other_value))
        })
}

fn scalar(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// Returns the keys of both, those of the first first.
pub(super) fn union<'a>(
    first: impl Iterator<Item = &'a String>,
    second: impl Iterator<Item = &'a String>,
) -> Vec<&'a String> {
    let mut keys: Vec<&String> = Vec::new();
    for key in first.chain(second) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::compare;

    fn paths(before: &Value, after: &Value) -> Vec<String> {
        compare("", Some(before), Some(after))
            .into_iter()
            .map(|difference| difference.path)
            .collect()
    }

    #[test]
    fn places_are_named_as_finely_as_they_can_be() {
        let cases: [(Value, Value, &[&str]); 9] = [
            (
                json!({ "A": { "B": 1 } }),
                json!({ "A": { "B": 2 } }),
                &["A.B"],
            ),
            (json!({ "A": 1 }), json!({ "B": 1 }), &["A", "B"]),
            (json!({ "A": "512" }), json!({ "A": 512 }), &[]),
            (json!({ "A": true }), json!({ "A": "true" }), &[]),
            (json!({ "A": [1, 2] }), json!({ "A": [1, 2, 3] }), &["A"]),
            (
                json!({ "A": [{ "Sid": "One", "X": 1 }] }),
                json!({ "A": [{ "Sid": "Two", "X": 1 }, { "Sid": "One", "X": 2 }] }),
                &["A[One].X", "A[Two]"],
            ),
            (
                json!({ "A": [{ "X": 1 }, { "X": 2 }] }),
                json!({ "A": [{ "X": 1 }, { "X": 3 }] }),
                &["A[1].X"],
            ),
            (
                json!({ "A": { "Ref": "One" } }),
                json!({ "A": { "Ref": "Two" } }),
                &["A"],
            ),
            (
                json!({ "A": [{ "Id": "x" }, { "Id": "y" }] }),
                json!({ "A": [{ "Id": "y" }, { "Id": "x" }] }),
                &["A"],
            ),
        ];
        for (before, after, expected) in cases {
            assert_eq!(paths(&before, &after), expected, "{before} and {after}");
        }
    }
}

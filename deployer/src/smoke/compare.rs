//! Whether a value holds everything that is expected of it.

use serde_json::{Number, Value};

/// Returns where `actual` first differs from `expected`, in words; nothing when it holds all of it.
///
/// An object may have more fields than expected. Everything else must be equal; numbers are equal by
/// their value, so `1` is `1.0`.
pub(super) fn difference(expected: &Value, actual: &Value) -> Option<String> {
    difference_at("", expected, actual)
}

fn difference_at(path: &str, expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            expected.iter().find_map(|(key, expected)| {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                match actual.get(key) {
                    Some(actual) => difference_at(&path, expected, actual),
                    None => Some(format!("`{path}` is missing, expected {}", shown(expected))),
                }
            })
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            expected
                .iter()
                .zip(actual)
                .enumerate()
                .find_map(|(index, (expected, actual))| {
                    difference_at(&format!("{path}[{index}]"), expected, actual)
                })
        }
        (Value::Number(expected), Value::Number(actual)) if equal(expected, actual) => None,
        _ if expected == actual => None,
        _ if path.is_empty() => Some(format!(
            "is {}, expected {}",
            shown(actual),
            shown(expected)
        )),
        _ => Some(format!(
            "`{path}` is {}, expected {}",
            shown(actual),
            shown(expected)
        )),
    }
}

fn equal(left: &Number, right: &Number) -> bool {
    // Whole numbers are compared as such, because a float holds only 53 bits of them.
    if left.is_f64() || right.is_f64() {
        left.as_f64() == right.as_f64()
    } else {
        left == right
    }
}

/// Returns a value as JSON, cut where it is long.
pub(super) fn shown(value: &Value) -> String {
    const LONGEST: usize = 200;
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::difference;

    #[test]
    fn what_is_left_out_may_be_anything() {
        let actual = json!({ "a": 1, "b": { "c": [1, { "d": null, "e": 2 }], "f": "x" } });
        for expected in [
            json!({}),
            json!({ "a": 1 }),
            json!({ "a": 1.0 }),
            json!({ "b": { "c": [1, { "d": null }] } }),
            actual.clone(),
        ] {
            assert_eq!(difference(&expected, &actual), None, "{expected}");
        }
    }

    #[test]
    fn the_first_difference_is_named_with_its_path() {
        let actual =
            json!({ "a": 1, "b": { "c": [1, { "d": null }] }, "n": 9_007_199_254_740_993_u64 });
        let cases = [
            (json!({ "a": 2 }), "`a` is 1, expected 2"),
            (json!({ "a": "1" }), "`a` is 1, expected \"1\""),
            (json!({ "z": null }), "`z` is missing, expected null"),
            (
                json!({ "b": { "c": [1, { "d": 0 }] } }),
                "`b.c[1].d` is null, expected 0",
            ),
            (
                json!({ "b": { "c": [1] } }),
                "`b.c` is [1,{\"d\":null}], expected [1]",
            ),
            (
                json!({ "n": 9_007_199_254_740_992_u64 }),
                "`n` is 9007199254740993, expected 9007199254740992",
            ),
        ];
        for (expected, text) in cases {
            assert_eq!(difference(&expected, &actual).as_deref(), Some(text));
        }
        assert_eq!(
            difference(&json!({}), &json!(1)).as_deref(),
            Some("is 1, expected {}")
        );
    }

    #[test]
    fn long_values_are_cut() {
        let text = difference(&json!(1), &json!("é".repeat(5000))).unwrap();
        assert!(text.len() < 600, "{}", text.len());
    }
}

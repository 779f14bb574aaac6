//! Keeps what looks like a secret out of plans.

use super::model::PropertyChange;
use crate::secrets::{is_secret_name, redact};

/// Takes every value out of a change that looks like a secret, or whose name says that it is one.
pub(super) fn hide(change: &mut PropertyChange) {
    let segments: Vec<&str> = change.path.split(['.', '[', ']']).collect();
    let named = segments.iter().any(|segment| is_secret_name(segment));
    for value in [&mut change.before, &mut change.after]
        .into_iter()
        .flatten()
    {
        redact(value, named, segments.last().copied().unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::hide;
    use crate::deploy::plan::{PropertyChange, Replacement};

    fn hidden(path: &str, value: Value) -> Value {
        let mut change = PropertyChange {
            path: path.to_owned(),
            before: None,
            after: Some(value),
            replacement: Replacement::Never,
            follows: None,
        };
        hide(&mut change);
        change.after.unwrap()
    }

    #[test]
    fn secrets_are_hidden_wherever_they_stand_and_references_to_them_are_not() {
        let cases = [
            (
                "Environment.Variables.DB_PASSWORD",
                json!("x"),
                json!("(hidden)"),
            ),
            ("Environment.Variables.REGION", json!("x"), json!("x")),
            (
                "Environment.Variables.DB_PASSWORD",
                json!("{{resolve:secretsmanager:db:SecretString:password}}"),
                json!("{{resolve:secretsmanager:db:SecretString:password}}"),
            ),
            (
                "Environment.Variables.API_TOKEN",
                json!({ "Ref": "Token" }),
                json!({ "Ref": "Token" }),
            ),
            (
                "Environment",
                json!({ "Variables": { "API_TOKEN": "x", "LEVEL": "INFO" } }),
                json!({ "Variables": { "API_TOKEN": "(hidden)", "LEVEL": "INFO" } }),
            ),
            (
                "Tags",
                json!([{ "Key": "password", "Value": "x" }]),
                json!([{ "Key": "password", "Value": "(hidden)" }]),
            ),
            (
                "tags.owner",
                json!("AKIAIOSFODNN7EXAMPLE"),
                json!("(hidden)"),
            ),
        ];
        for (path, value, expected) in cases {
            assert_eq!(hidden(path, value.clone()), expected, "{path}: {value}");
        }
    }
}

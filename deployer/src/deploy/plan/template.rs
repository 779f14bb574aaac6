//! How a template is read.

use serde_json::{Map, Value};

/// A section of a template, by logical id.
pub(super) type Resources = Map<String, Value>;

/// Returns a section of a template; `empty` where it has none.
pub(super) fn section<'a>(template: &'a Value, name: &str, empty: &'a Resources) -> &'a Resources {
    template
        .get(name)
        .and_then(Value::as_object)
        .unwrap_or(empty)
}

/// Returns whether a policy keeps the resource in the account.
pub(super) fn keeps(resource: &Value, policy: &str) -> bool {
    resource
        .get(policy)
        .and_then(Value::as_str)
        .is_some_and(|policy| policy == "Retain" || policy == "RetainExceptOnCreate")
}

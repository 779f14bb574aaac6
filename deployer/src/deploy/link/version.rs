//! Logical ids of `AWS::Lambda::Version`: a hash of the function's code and configuration stands in them.
//!
//! A changed function gets a new version resource beside the old one, which its deletion policy
//! retains; CloudFormation never replaces a version, and executions in flight keep their code.

use serde_json::{Map, Value};

use crate::hash::hexadecimal;

/// Returns the local id of the function that a version resource publishes.
pub(super) fn published_function(version: &Value) -> Option<&str> {
    version
        .pointer("/Properties/FunctionName/Ref")
        .and_then(Value::as_str)
}

/// Returns the part of a version's logical id that changes with the linked function, and with what
/// decides the physical values that it refers to.
pub(super) fn fingerprint(function: &Map<String, Value>, frozen: Option<&Value>) -> String {
    let mut text = Value::Object(function.clone()).to_string();
    text.extend(frozen.map(Value::to_string));
    hexadecimal(text.as_bytes()).chars().take(12).collect()
}

//! Logical ids of `AWS::Lambda::Version`: a hash of the function's code and configuration stands in
//! them, and of what decides the physical values that it refers to.
//!
//! A changed function gets a new version resource beside the old one, which its deletion policy
//! retains; CloudFormation never replaces a version, and executions in flight keep their code.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::frozen::frozen;
use super::linked::Linked;
use crate::hash::hexadecimal;
use crate::resources::{VERSION, type_of};

/// Returns the id of the function that a version resource publishes.
pub(super) fn published_function(version: &Value) -> Option<&str> {
    version
        .pointer("/Properties/FunctionName/Ref")
        .and_then(Value::as_str)
}

/// Gives every version its hash, wherever it is named.
pub(super) fn name_versions(linked: &mut Linked) {
    let frozen = frozen(&linked.resources);
    let mut names = BTreeMap::new();
    for (id, resource) in &linked.resources {
        if type_of(resource) == VERSION
            && let Some(function) = published_function(resource)
            && let Some(published) = linked.resources.get(function)
        {
            let hash = fingerprint(published, frozen.get(function));
            names.insert(id.clone(), format!("{id}{hash}"));
        }
    }
    let resources = std::mem::take(&mut linked.resources);
    linked.resources = rename_keys(resources, &names);
    for value in linked
        .resources
        .values_mut()
        .chain(linked.outputs.values_mut())
    {
        rename(value, &names);
    }
    for (id, name) in &names {
        if let Some(place) = linked.places.remove(id) {
            linked.places.insert(name.clone(), place);
        }
    }
}

fn fingerprint(function: &Value, frozen: Option<&Value>) -> String {
    let mut text = function.to_string();
    text.extend(frozen.map(Value::to_string));
    hexadecimal(text.as_bytes()).chars().take(12).collect()
}

fn rename_keys(
    resources: Map<String, Value>,
    names: &BTreeMap<String, String>,
) -> Map<String, Value> {
    let renamed = resources
        .into_iter()
        .map(|(id, resource)| (names.get(&id).cloned().unwrap_or(id), resource));
    renamed.collect()
}

/// Renames what an expression refers to, and what a resource depends on.
fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), &mut *value) {
                    ("Ref" | "DependsOn", Value::String(id)) => rename_id(id, names),
                    ("DependsOn", Value::Array(ids)) => {
                        for id in ids {
                            rename_element(id, names);
                        }
                    }
                    ("Fn::GetAtt", Value::Array(parts)) => {
                        if let Some(id) = parts.first_mut() {
                            rename_element(id, names);
                        }
                    }
                    ("Fn::Sub", Value::String(text)) => {
                        for (id, name) in names {
                            for end in ["}", "."] {
                                let renamed = format!("${{{name}{end}");
                                *text = text.replace(&format!("${{{id}{end}"), &renamed);
                            }
                        }
                    }
                    (_, value) => rename(value, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        _ => {}
    }
}

fn rename_element(element: &mut Value, names: &BTreeMap<String, String>) {
    if let Value::String(id) = element {
        rename_id(id, names);
    }
}

fn rename_id(id: &mut String, names: &BTreeMap<String, String>) {
    if let Some(name) = names.get(id) {
        id.clone_from(name);
    }
}

//! What a published version freezes beside its function's own text: the physical values behind the
//! references in it.
//!
//! A function's text names a table by `Ref`. Where the table is replaced, that text stays the same, and
//! a version that was published before keeps the old table's name for ever. What a resource is replaced
//! for therefore belongs into the version's fingerprint, and so does what that refers to in turn.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::resources::{FUNCTION, resource_type, type_of};
use crate::stack::references;

/// Returns, for each function of a linked template, what decides the physical values that it refers to.
pub(super) fn frozen(resources: &Map<String, Value>) -> BTreeMap<String, Value> {
    let functions = resources
        .iter()
        .filter(|(_, resource)| type_of(resource) == FUNCTION);
    functions
        .map(|(id, function)| (id.clone(), behind(id, function, resources)))
        .collect()
}

/// Returns what decides the physical values behind the references in a function, by logical id.
fn behind(id: &str, function: &Value, resources: &Map<String, Value>) -> Value {
    let mut seen = BTreeSet::from([id.to_owned()]);
    let mut next: Vec<String> = references(function).into_iter().collect();
    let mut found = BTreeMap::new();
    while let Some(id) = next.pop() {
        let Some(resource) = resources.get(&id).filter(|_| seen.insert(id.clone())) else {
            continue;
        };
        let decisive = decisive(resource);
        next.extend(references(&decisive));
        // Most resources are never replaced for what stands in a template.
        if decisive
            .as_object()
            .is_some_and(|fields| !fields.is_empty())
        {
            found.insert(id, decisive);
        }
    }
    json!(found)
}

/// Returns the properties of a resource for which it is replaced, or may be; all, where that is not known.
fn decisive(resource: &Value) -> Value {
    let properties = resource.get("Properties").and_then(Value::as_object);
    let known = resource_type(type_of(resource));
    let create_only = known.and_then(|known| known.create_only);
    let mut decisive: Map<String, Value> = properties
        .into_iter()
        .flatten()
        .filter(|(name, _)| match (known, create_only) {
            (Some(known), Some(properties)) => {
                properties.contains(&name.as_str()) || known.conditional.contains(&name.as_str())
            }
            _ => true,
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    // A function becomes another one when it becomes durable, whatever its durability is like.
    if properties.is_some_and(|properties| properties.contains_key("DurableConfig")) {
        decisive.insert("DurableConfig".to_owned(), Value::Bool(true));
    }
    Value::Object(decisive)
}

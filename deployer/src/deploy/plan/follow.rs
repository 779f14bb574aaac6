//! What changes only because something else is replaced, and what is replaced for it in turn.

use std::collections::BTreeMap;

use serde_json::Value;

use super::model::{Action, PropertyChange, Replacement, ResourcePlan};
use super::replacement::{is_known, judge};
use super::template::Resources;
use crate::resources::type_of;
use crate::stack::{is_intrinsic, references};

/// Adds what changes only because a resource that it refers to is another one afterwards, until
/// nothing more follows. `resources` has all that differs by itself and stays complete; `new` is the
/// wanted section of resources.
pub(super) fn follow(resources: &mut Vec<ResourcePlan>, new: &Resources) {
    loop {
        let replaced: BTreeMap<String, Replacement> = resources
            .iter()
            .filter_map(|resource| Some((resource.id.clone(), replacement(resource)?)))
            .collect();
        let mut grew = false;
        for (id, after) in new {
            let properties = after.get("Properties").and_then(Value::as_object);
            for (property, value) in properties.into_iter().flatten() {
                for (path, leaf, cause) in followers(property, value, &replaced) {
                    let certainty = replaced.get(&cause).copied().unwrap_or(Replacement::Never);
                    let judged = judge(type_of(after), property, Some(value), Some(value));
                    let change = PropertyChange {
                        path,
                        before: Some(leaf.clone()),
                        after: Some(leaf.clone()),
                        replacement: judged.min(certainty),
                        follows: Some(cause),
                    };
                    grew |= add(resources, id, type_of(after), change);
                }
            }
        }
        if !grew {
            return;
        }
    }
}

fn add(resources: &mut Vec<ResourcePlan>, id: &str, kind: &str, change: PropertyChange) -> bool {
    match resources.iter_mut().find(|resource| resource.id == id) {
        Some(resource) if resource.action == Action::Added => false,
        Some(resource) => match resource
            .properties
            .iter_mut()
            .find(|known| known.path == change.path)
        {
            Some(known) if known.follows.is_some() && known.replacement < change.replacement => {
                known.replacement = change.replacement;
                true
            }
            Some(_) => false,
            None => {
                resource.properties.push(change);
                true
            }
        },
        None => {
            resources.push(ResourcePlan {
                id: id.to_owned(),
                kind: kind.to_owned(),
                action: Action::Changed,
                reason: None,
                properties: vec![change],
            });
            true
        }
    }
}

/// Returns the places in a value that refer to a replaced resource, and to which.
fn followers<'a>(
    path: &str,
    value: &'a Value,
    replaced: &BTreeMap<String, Replacement>,
) -> Vec<(String, &'a Value, String)> {
    if is_intrinsic(value) {
        let cause = references(value)
            .into_iter()
            .find(|id| replaced.contains_key(id));
        return cause
            .map(|cause| (path.to_owned(), value, cause))
            .into_iter()
            .collect();
    }
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| followers(&format!("{path}.{key}"), value, replaced))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, value)| followers(&format!("{path}[{index}]"), value, replaced))
            .collect(),
        _ => Vec::new(),
    }
}

fn replacement(resource: &ResourcePlan) -> Option<Replacement> {
    let most = resource
        .properties
        .iter()
        .map(|property| property.replacement)
        .max()?;
    (most != Replacement::Never).then_some(most)
}

/// Says what happens to a resource that stays, and why.
pub(super) fn decide_action(resource: &mut ResourcePlan, old: &Resources, new: &Resources) {
    if resource.action != Action::Changed {
        return;
    }
    let Some(most) = replacement(resource) else {
        return;
    };
    let (Some(before), Some(after)) = (old.get(&resource.id), new.get(&resource.id)) else {
        return;
    };
    if type_of(before) != type_of(after) {
        resource.action = Action::Replaced;
        resource.reason =
            Some("CloudFormation refuses another type under the same id; rename it".to_owned());
        return;
    }
    resource.action = if most == Replacement::Certain {
        Action::Replaced
    } else {
        Action::MayBeReplaced
    };
    resource.reason = Some(if is_known(type_of(after)) {
        let path = resource
            .properties
            .iter()
            .find(|property| property.replacement == most)
            .map_or("", |property| property.path.as_str());
        match most {
            Replacement::Certain => format!("{path} is fixed at its creation"),
            _ => format!("{path} is sometimes fixed at its creation"),
        }
    } else {
        format!("what replaces a {} is not known here", type_of(after))
    });
}

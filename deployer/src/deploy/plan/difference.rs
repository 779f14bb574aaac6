//! The difference between the live stack and the wanted one. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::compare::{Difference, compare, union};
use super::concern::warnings;
use super::follow::{decide_action, follow};
use super::model::{Action, PropertyChange, Replacement, ResourcePlan, StackAction, StackPlan};
use super::replacement::judge;
use super::secrecy::hide;
use super::template::{Resources, keeps, section};
use crate::deploy::keep::kept;
use crate::resources::{VERSION, type_of};
use crate::stack::references;

/// A stack as it is to be.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The workflow, or `artifacts`.
    pub workflow: &'a str,
    /// The stack's name.
    pub stack: &'a str,
    /// The linked template.
    pub template: &'a Value,
    /// The tags.
    pub tags: &'a BTreeMap<String, String>,
    /// Whether it is protected from deletion.
    pub protect: bool,
}

/// A stack as it is.
#[derive(Debug, Clone)]
pub struct Live {
    /// The id; a stack created anew under the same name has another.
    pub id: String,
    /// CloudFormation's state.
    pub status: String,
    /// Whether that state has to be left before anything else.
    pub stuck: bool,
    /// The template that it was deployed from.
    pub template: Value,
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// The orchestrator's function, where it has one.
    pub orchestrator: Option<String>,
    /// The name of the alias through which that is invoked.
    pub alias: Option<String>,
    /// Whether it is protected from deletion.
    pub protected: bool,
}

impl Live {
    /// Returns whether nothing of the stack is there yet.
    fn is_empty(&self) -> bool {
        self.template.as_object().is_none_or(Map::is_empty)
    }
}

/// Returns what has to happen for the live stack to become the wanted one.
///
/// How much a resource holds and how many executions run is unknown here; [`super::plan_stack`] adds it.
pub fn difference(live: Option<&Live>, wanted: &Wanted<'_>) -> StackPlan {
    let empty = Map::new();
    let old = live.map_or(&empty, |live| section(&live.template, "Resources", &empty));
    let new = section(wanted.template, "Resources", &empty);
    let successors = successors(old, new);
    let was_kept = live.map_or_else(BTreeMap::new, |live| kept(&live.template));
    let mut resources: Vec<ResourcePlan> = union(old.keys(), new.keys())
        .into_iter()
        .filter_map(|id| match (old.get(id), new.get(id)) {
            (Some(before), Some(after)) => changed(id, before, after, &successors),
            (Some(before), None) => Some(gone(id, before, successors.get(id), &was_kept)),
            (None, after) => after.map(|after| added(id, after, &successors)),
        })
        .collect();
    follow(&mut resources, new);
    for resource in &mut resources {
        decide_action(resource, old, new);
    }
    resources.sort_by_key(|resource| order(resource, new));
    let standing = live.filter(|live| !live.is_empty());
    let mut settings = standing.map_or_else(Vec::new, |live| settings(live, wanted, &successors));
    let action = match live {
        None => StackAction::Create,
        Some(live) if live.stuck => StackAction::Recover,
        Some(_) if resources.is_empty() && settings.is_empty() => StackAction::Unchanged,
        Some(_) => StackAction::Update,
    };
    let warnings = warnings(old, new, &resources, standing.is_none());
    // Last, because what is compared and judged above is the values themselves.
    for resource in &mut resources {
        resource.properties.iter_mut().for_each(hide);
    }
    settings.iter_mut().for_each(hide);
    StackPlan {
        workflow: wanted.workflow.to_owned(),
        stack: wanted.stack.to_owned(),
        action,
        status: live.map(|live| live.status.clone()),
        resources,
        settings,
        warnings,
        kept: kept(wanted.template),
        in_flight: None,
    }
}

/// Returns the versions that go, with the version of the same function that comes.
fn successors(old: &Resources, new: &Resources) -> BTreeMap<String, String> {
    let function = |version: &Value| version.pointer("/Properties/FunctionName").cloned();
    let versions = |from: &Resources, without: &Resources| -> Vec<(String, Option<Value>)> {
        from.iter()
            .filter(|(id, resource)| type_of(resource) == VERSION && !without.contains_key(*id))
            .map(|(id, resource)| (id.clone(), function(resource)))
            .collect()
    };
    let coming = versions(new, old);
    versions(old, new)
        .into_iter()
        .filter_map(|(id, of)| {
            let successor = coming.iter().find(|(_, other)| *other == of)?;
            Some((id, successor.0.clone()))
        })
        .collect()
}

fn added(id: &str, resource: &Value, successors: &BTreeMap<String, String>) -> ResourcePlan {
    let is_successor = successors.values().any(|successor| successor == id);
    ResourcePlan {
        id: id.to_owned(),
        kind: type_of(resource).to_owned(),
        action: Action::Added,
        reason: is_successor.then(|| "new version".to_owned()),
        properties: Vec::new(),
    }
}

/// Why a resource goes that was kept for executions.
pub(super) const NEEDED_NO_MORE: &str = "the executions that needed it have ended";

fn gone(
    id: &str,
    resource: &Value,
    successor: Option<&String>,
    was_kept: &BTreeMap<String, u64>,
) -> ResourcePlan {
    let kept = keeps(resource, "DeletionPolicy");
    let reason = match (kept, successor) {
        (true, Some(_)) => Some("executions in flight keep their code"),
        (true, None) => Some("DeletionPolicy: Retain"),
        (false, _) => was_kept.get(id).map(|_| NEEDED_NO_MORE),
    };
    ResourcePlan {
        id: id.to_owned(),
        kind: type_of(resource).to_owned(),
        action: if kept { Action::Kept } else { Action::Removed },
        reason: reason.map(str::to_owned),
        properties: Vec::new(),
    }
}

fn changed(
    id: &str,
    before: &Value,
    after: &Value,
    successors: &BTreeMap<String, String>,
) -> Option<ResourcePlan> {
    let mut properties = Vec::new();
    for key in union(
        before.as_object().into_iter().flat_map(Map::keys),
        after.as_object().into_iter().flat_map(Map::keys),
    ) {
        let (old, new) = (before.get(key), after.get(key));
        match key.as_str() {
            "Properties" => {
                properties.extend(changed_properties(type_of(after), old, new, successors));
            }
            "DependsOn" => {
                let (old, new) = (dependencies(old), dependencies(new));
                let found = compare(key, old.as_ref(), new.as_ref());
                properties.extend(found.into_iter().map(in_place));
            }
            "Type" => {
                let found = compare(key, old, new).into_iter();
                properties.extend(found.map(|found| PropertyChange {
                    replacement: Replacement::Certain,
                    ..in_place(found)
                }));
            }
            _ => properties.extend(compare(key, old, new).into_iter().map(in_place)),
        }
    }
    (!properties.is_empty()).then(|| ResourcePlan {
        id: id.to_owned(),
        kind: type_of(after).to_owned(),
        action: Action::Changed,
        reason: None,
        properties,
    })
}

fn changed_properties(
    kind: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    successors: &BTreeMap<String, String>,
) -> Vec<PropertyChange> {
    let empty = json!({});
    let (before, after) = (before.unwrap_or(&empty), after.unwrap_or(&empty));
    let mut changes = Vec::new();
    for property in union(
        before.as_object().into_iter().flat_map(Map::keys),
        after.as_object().into_iter().flat_map(Map::keys),
    ) {
        let (old, new) = (before.get(property), after.get(property));
        for found in compare(property, old, new) {
            let follows = followed_version(&found, successors);
            changes.push(PropertyChange {
                replacement: judge(kind, property, old, new),
                follows,
                ..in_place(found)
            });
        }
    }
    changes
}

/// Returns the new version where a value differs only by naming it instead of the old one.
fn followed_version(found: &Difference, successors: &BTreeMap<String, String>) -> Option<String> {
    let (before, after) = (found.before.as_ref()?, found.after.as_ref()?);
    let (before_text, after_text) = (before.to_string(), after.to_string());
    references(before)
        .iter()
        .filter_map(|id| Some((id, successors.get(id)?)))
        .find(|(old, new)| before_text.replace(old.as_str(), new) == after_text)
        .map(|(_, new)| new.clone())
}

fn in_place(found: Difference) -> PropertyChange {
    PropertyChange {
        path: found.path,
        before: found.before,
        after: found.after,
        replacement: Replacement::Never,
        follows: None,
    }
}

/// Returns what a resource waits for, as a sorted list: the order says nothing.
fn dependencies(value: Option<&Value>) -> Option<Value> {
    let names: BTreeSet<&str> = match value? {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        name => name.as_str().into_iter().collect(),
    };
    Some(json!(names))
}

/// Returns the place of a resource in the plan: as the new template has it, what goes at the end.
fn order(resource: &ResourcePlan, new: &Resources) -> usize {
    new.keys()
        .position(|id| *id == resource.id)
        .unwrap_or(usize::MAX)
}

fn settings(
    live: &Live,
    wanted: &Wanted<'_>,
    successors: &BTreeMap<String, String>,
) -> Vec<PropertyChange> {
    let mut found = compare("tags", Some(&json!(live.tags)), Some(&json!(wanted.tags)));
    let protection = |on: bool| json!(if on { "on" } else { "off" });
    found.extend(compare(
        "termination protection",
        Some(&protection(live.protected)),
        Some(&protection(wanted.protect)),
    ));
    for (name, path) in [
        ("Description", "description"),
        ("Outputs", "outputs"),
        ("Parameters", "parameters"),
        ("Conditions", "conditions"),
        ("Mappings", "mappings"),
        ("Transform", "transform"),
    ] {
        found.extend(compare(
            path,
            live.template.get(name),
            wanted.template.get(name),
        ));
    }
    found
        .into_iter()
        .map(|found| PropertyChange {
            follows: followed_version(&found, successors),
            ..in_place(found)
        })
        .collect()
}

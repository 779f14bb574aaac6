//! What executions in flight may still need stays in the stack until they have ended. Pure.
//!
//! A version keeps its code; what that asks for is shared: the workers that it invokes, the tables it writes, the
//! policies of the role that all versions have. Where the configuration names one of these no more, it stays, and
//! the first deployment after that takes it away. The template's metadata say which, and for which versions;
//! in the resources' own they would be updates of resources that have no update.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::resources::{ALIAS, FUNCTION, POLICY, QUEUE, TABLE, VERSION, type_of};
use crate::stack::references;

/// Where a template notes what is kept: by resource, the last version that may need it.
const KEPT: &str = "KeptForVersionsUpTo";

/// What the code of a version may ask for, and through what.
const NEEDED: [&str; 6] = [TABLE, QUEUE, FUNCTION, POLICY, ALIAS, VERSION];

/// Returns the resources that are kept, with the last version that may need each.
pub fn kept(template: &Value) -> BTreeMap<String, u64> {
    let noted = template.pointer(&format!("/Metadata/{KEPT}"));
    let noted = noted.and_then(Value::as_object).into_iter().flatten();
    let noted = noted.filter_map(|(id, version)| Some((id.clone(), version.as_u64()?)));
    noted.collect()
}

/// Returns the resources of a live template that the wanted one has no more and that versions may need, with all
/// that those refer to, in the live template's order.
pub fn needed_no_more(live: &Value, wanted: &Value) -> Vec<String> {
    let (old, new) = (resources(live), resources(wanted));
    let goes = |id: &str| old.contains_key(id) && !new.contains_key(id);
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut next: Vec<String> = old
        .iter()
        .filter(|(id, resource)| goes(id) && is_needed(resource, new))
        .map(|(id, _)| id.clone())
        .collect();
    while let Some(id) = next.pop() {
        let Some(resource) = old.get(&id) else {
            continue;
        };
        if found.insert(id) {
            let around = references(resource).into_iter().chain(waits_for(resource));
            next.extend(around.filter(|id| goes(id)));
        }
    }
    old.keys()
        .filter(|id| found.contains(*id))
        .cloned()
        .collect()
}

/// Returns whether a version may need a resource that goes. A version of a function that stays is retained anyway.
fn is_needed(resource: &Value, new: &Map<String, Value>) -> bool {
    let kind = type_of(resource);
    let of_one_that_stays = || {
        let function = resource.pointer("/Properties/FunctionName");
        let function = function.map(references).unwrap_or_default();
        function.iter().any(|id| new.contains_key(id))
    };
    NEEDED.contains(&kind) && !([ALIAS, VERSION].contains(&kind) && of_one_that_stays())
}

/// Returns what a resource waits for.
fn waits_for(resource: &Value) -> Vec<String> {
    let names = match resource.get("DependsOn") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(name) => name.as_str().into_iter().collect(),
        None => Vec::new(),
    };
    names.into_iter().map(str::to_owned).collect()
}

/// Returns the wanted template with resources of the live one, kept for versions up to `newest`; those that are
/// kept already stay so for the version that they are kept for.
pub fn with_kept(wanted: &Value, live: &Value, ids: &[String], newest: u64) -> Value {
    let mut template = wanted.clone();
    let before = kept(live);
    let noted: BTreeMap<&String, u64> = ids
        .iter()
        .map(|id| (id, before.get(id).copied().unwrap_or(newest)))
        .collect();
    let mut into = |section: &str, id: &str, value: Value| {
        let section = template
            .as_object_mut()
            .map(|sections| sections.entry(section).or_insert_with(|| json!({})));
        if let Some(section) = section.and_then(Value::as_object_mut) {
            section.insert(id.to_owned(), value);
        }
    };
    for (id, resource) in resources(live).iter().filter(|(id, _)| ids.contains(id)) {
        into("Resources", id, resource.clone());
    }
    into("Metadata", KEPT, json!(noted));
    template
}

fn resources(template: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    let resources = template.get("Resources").and_then(Value::as_object);
    resources.unwrap_or(&NONE)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{kept, needed_no_more, with_kept};

    fn live() -> Value {
        json!({ "Resources": {
            "Role": { "Type": "AWS::IAM::Role" },
            "OrchestratorFunction": { "Type": "AWS::Lambda::Function" },
            "OrchestratorVersionA": { "Type": "AWS::Lambda::Version", "DeletionPolicy": "Retain",
                "Properties": { "FunctionName": { "Ref": "OrchestratorFunction" } } },
            "ShipLogGroup": { "Type": "AWS::Logs::LogGroup" },
            "ShipRole": { "Type": "AWS::IAM::Role" },
            "ShipFunction": { "Type": "AWS::Lambda::Function", "DependsOn": "ShipLogGroup",
                "Properties": { "Role": { "Fn::GetAtt": ["ShipRole", "Arn"] } } },
            "ShipVersionB": { "Type": "AWS::Lambda::Version",
                "Properties": { "FunctionName": { "Ref": "ShipFunction" } } },
            "ShipAlias": { "Type": "AWS::Lambda::Alias",
                "Properties": { "FunctionName": { "Ref": "ShipFunction" },
                    "FunctionVersion": { "Fn::GetAtt": ["ShipVersionB", "Version"] } } },
            "InvokeShipPolicy": { "Type": "AWS::IAM::Policy", "Properties": {
                "Roles": [{ "Ref": "Role" }], "Resource": { "Ref": "ShipAlias" } } },
            "ShipAlarm": { "Type": "AWS::CloudWatch::Alarm" },
        } })
    }

    fn wanted() -> Value {
        json!({ "Resources": {
            "Role": { "Type": "AWS::IAM::Role" },
            "OrchestratorFunction": { "Type": "AWS::Lambda::Function" },
            "OrchestratorVersionC": { "Type": "AWS::Lambda::Version",
                "Properties": { "FunctionName": { "Ref": "OrchestratorFunction" } } },
        } })
    }

    #[test]
    fn a_worker_stays_with_all_that_it_is_made_of() {
        let needed = needed_no_more(&live(), &wanted());
        assert_eq!(
            needed,
            [
                "ShipLogGroup",
                "ShipRole",
                "ShipFunction",
                "ShipVersionB",
                "ShipAlias",
                "InvokeShipPolicy"
            ]
        );
        assert!(needed_no_more(&live(), &live()).is_empty());
    }

    #[test]
    fn what_is_kept_is_marked_once_and_is_the_same_the_next_time() {
        let needed = needed_no_more(&live(), &wanted());
        let first = with_kept(&wanted(), &live(), &needed, 7);
        assert_eq!(kept(&first).get("ShipFunction"), Some(&7));
        assert_eq!(kept(&first).get("Role"), None);
        let again = needed_no_more(&first, &wanted());
        let second = with_kept(&wanted(), &first, &again, 8);
        assert_eq!(second.to_string(), first.to_string());
    }
}

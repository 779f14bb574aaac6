//! What a plan says about every kind of change.

mod changes;
mod file;
mod permissions;
mod replacements;
mod words;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Action, Live, StackPlan, Wanted, difference};

fn template(resources: &Value) -> Value {
    json!({ "Resources": resources })
}

fn live(template: Value) -> Live {
    Live {
        id: "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-dev-orders/1".to_owned(),
        status: "UPDATE_COMPLETE".to_owned(),
        stuck: false,
        template,
        tags: BTreeMap::new(),
        orchestrator: None,
        alias: None,
        protected: false,
    }
}

fn plan(before: Option<&Value>, after: &Value) -> StackPlan {
    let before = before.map(|resources| live(template(resources)));
    let (after, tags) = (template(after), BTreeMap::new());
    difference(before.as_ref(), &wanted(&after, &tags))
}

fn wanted<'a>(template: &'a Value, tags: &'a BTreeMap<String, String>) -> Wanted<'a> {
    Wanted {
        workflow: "orders",
        stack: "shop-dev-orders",
        template,
        tags,
        protect: false,
    }
}

fn resource(kind: &str, properties: &Value) -> Value {
    json!({ "Type": kind, "Properties": properties })
}

fn actions(plan: &StackPlan) -> Vec<(&str, Action)> {
    plan.resources
        .iter()
        .map(|resource| (resource.id.as_str(), resource.action))
        .collect()
}

//! IAM on the local target: what the smoke test did was allowed by the roles, and they allow nothing else.

use serde_json::Value;

use super::status;
use crate::page::tab::Tab;
use crate::sandbox::Sandbox;

/// Policies that nothing on this machine needs, and why they are there all the same.
const NEEDED_ON_AWS: [&str; 1] = [
    // Lambda's own dead letters of an orchestrator: the local target has the events of the rule only.
    "failures",
];

/// Whoever takes a statement out of a template finds its action denied here, and whoever adds one that nothing
/// uses finds it unused.
pub(super) fn roles_allow_what_is_used_and_no_more(sandbox: &Sandbox) {
    let access = access(sandbox);
    let denied = access["denied"].as_array().unwrap();
    assert!(denied.is_empty(), "{denied:#?}");
    let unused = access["unused"].as_array().unwrap().iter();
    let unused: Vec<&Value> = unused
        .filter(|statement| !NEEDED_ON_AWS.contains(&statement["policy"].as_str().unwrap()))
        .collect();
    assert!(unused.is_empty(), "{unused:#?}");
    let used = access["used"].as_array().unwrap();
    for action in [
        "lambda:CheckpointDurableExecution",
        "lambda:InvokeFunction",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
        "logs:PutLogEvents",
        "dynamodb:UpdateItem",
    ] {
        let mut all = used
            .iter()
            .flat_map(|used| used["actions"].as_array().unwrap());
        assert!(all.any(|used| used == action), "{action}: {used:#?}");
    }
}

fn access(sandbox: &Sandbox) -> Value {
    let endpoint = status(sandbox)["endpoint"].as_str().unwrap().to_owned();
    let tab = Tab::of_nobody(endpoint.strip_prefix("http://").unwrap());
    serde_json::from_str(&tab.get("/_local/access").body).unwrap()
}

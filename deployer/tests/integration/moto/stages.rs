//! Every stage's linked templates on moto: all is made, and is as the template asks for it.

use serde_json::json;

use super::account::Account;
use super::agreement::differences;

#[test]
fn the_templates_of_dev_are_applied_whole() {
    let account = Account::of("dev");
    account.done(&["up"]);
    is_applied_whole(&account);
}

#[test]
fn the_templates_of_staging_are_applied_whole() {
    let account = Account::of("staging");
    account.done(&["up"]);
    is_applied_whole(&account);
}

#[test]
fn the_templates_of_a_workflow_that_asks_people_are_applied_whole() {
    let account = Account::asking("staging");
    account.done(&["up"]);
    is_applied_whole(&account);
    account.done(&["destroy", "--yes"]);
}

/// Checks every stack of the stage, which was just made, against its template.
pub(super) fn is_applied_whole(account: &Account) {
    let stage = account.stage;
    let inventory = account.inventory();
    let stacks = inventory["Stacks"].as_object().unwrap();
    let names: Vec<&str> = stacks.keys().map(String::as_str).collect();
    let wanted = ["artifacts", "fraud-detection", "order-processing"];
    assert_eq!(
        names,
        wanted.map(|stack| format!("durable-{stage}-{stack}"))
    );
    for (name, stack) in stacks {
        assert_eq!(differences(stack), Vec::<String>::new(), "{name}");
        // Tables of a protected stage are guarded from deletion once they are there.
        let guarded = stage == "prod" && !name.ends_with("-artifacts");
        let operation = if guarded { "UPDATE" } else { "CREATE" };
        assert_eq!(stack["Status"], format!("{operation}_COMPLETE"), "{name}");
        assert_eq!(stack["Protected"], stage == "prod", "{name}");
        assert_eq!(stack["Tags"]["deployer:stage"], stage, "{name}");
        let revision = json!({ "Key": "deployer:revision", "Value": account.revision });
        let resources = stack["Resources"].as_object().unwrap().values();
        let tags = resources.filter_map(|resource| resource["Properties"]["Tags"].as_array());
        assert!(tags.flatten().any(|tag| *tag == revision), "{name}");
    }
    let functions = inventory["Functions"].as_object().unwrap();
    assert_eq!(functions.len(), account.function_count(), "{functions:?}");
    let published = json!(["$LATEST", "1"]);
    assert!(functions.values().all(|versions| *versions == published));
}

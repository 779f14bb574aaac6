//! The life of a protected stage in an account of moto's: planned, made, changed, and taken down.

use serde_json::{Value, json};

use super::account::Account;
use super::agreement::differences;
use super::stages::is_applied_whole;

const FUNCTION: &str = "OrchestratorFunction";
const ALIAS: &str = "OrchestratorAlias";

#[test]
fn a_protected_stage_is_planned_made_changed_and_destroyed() {
    let account = Account::of("prod");
    nothing_is_made_of_a_plan_or_a_refusal(&account);
    account.done(&["up", "--yes"]);
    is_applied_whole(&account);
    let answer = account.done(&["up"]);
    assert!(answer.contains("Nothing changed"), "{answer}");
    account.done(&["plan", "--exit-code"]);
    a_change_is_planned_by_property_and_reaches_its_resource(&account);
    let status = account.done(&["--format", "json", "status"]);
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["workflows"][0]["problems"], json!([]), "{status}");

    let (code, _, said) = account.run(&["destroy", "--yes", "--purge-data"]);
    assert_eq!(code, Some(3), "{said}");
    account.done(&["destroy", "--yes", "--purge-data=prod"]);
    is_empty(&account);
}

fn nothing_is_made_of_a_plan_or_a_refusal(account: &Account) {
    let (code, answer, said) = account.run(&["plan", "--exit-code"]);
    assert_eq!(code, Some(11), "{answer}{said}");
    assert!(answer.contains("IntakeQueue"), "{answer}");
    is_empty(account);

    let (code, _, said) = account.run(&["up"]);
    assert_eq!(code, Some(3), "nobody agreed: {said}");
    is_empty(account);

    account.compile_for_glibc("2.39");
    let (code, _, said) = account.run(&["up", "--yes"]);
    assert_eq!(code, Some(8), "{said}");
    assert!(said.contains("needs glibc 2.39"), "{said}");
    account.compile_for_glibc("2.34");

    let stage = "config/stages/prod.yaml";
    account.sandbox.edit(stage, "444455556666", "999988887777");
    let (code, _, said) = account.run(&["up", "--yes"]);
    assert_eq!(code, Some(6), "{said}");
    assert!(
        said.contains("444455556666") && said.contains("999988887777"),
        "{said}"
    );
    account.sandbox.edit(stage, "999988887777", "444455556666");
    is_empty(account);
}

fn a_change_is_planned_by_property_and_reaches_its_resource(account: &Account) {
    let before = account.inventory();
    account
        .sandbox
        .edit("config/app.yaml", "timeout: 5m ", "timeout: 6m ");
    let (code, answer, said) = account.run(&["--format", "json", "plan", "--exit-code"]);
    assert_eq!(code, Some(11), "{answer}{said}");
    let plan: Value = serde_json::from_str(&answer).unwrap();
    let stacks = plan["stacks"].as_array().unwrap();
    let actions: Vec<&str> = stacks
        .iter()
        .map(|stack| stack["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["unchanged", "update", "unchanged"], "{plan:#}");
    let function = find(&stacks[1]["resources"], "id", FUNCTION);
    assert_eq!(function["action"], "changed", "{plan:#}");
    let property = find(&function["properties"], "path", "Timeout");
    let told = ["before", "after", "replacement"].map(|part| &property[part]);
    assert_eq!(
        told,
        [&json!(300), &json!(360), &json!("never")],
        "{plan:#}"
    );
    assert!(account.inventory() == before, "a plan touches nothing");

    account.done(&["up", "--yes"]);
    let after = account.inventory();
    let stack = &after["Stacks"]["durable-prod-fraud-detection"];
    assert_eq!(stack["Status"], "UPDATE_COMPLETE");
    assert_eq!(differences(stack), Vec::<String>::new());
    let resources = &stack["Resources"];
    assert_eq!(resources[FUNCTION]["Properties"]["Timeout"], 360);
    assert_eq!(resources[ALIAS]["Properties"]["FunctionVersion"], "2");
    let versions = &after["Functions"][resources[FUNCTION]["Id"].as_str().unwrap()];
    assert_eq!(*versions, json!(["$LATEST", "1", "2"]), "the old one stays");
}

fn find<'a>(all: &'a Value, key: &str, value: &str) -> &'a Value {
    let mut all = all.as_array().unwrap().iter();
    all.find(|one| one[key] == value).unwrap()
}

/// Asks every service: the account holds nothing.
fn is_empty(account: &Account) {
    let inventory = account.inventory();
    for (kind, held) in inventory.as_object().unwrap() {
        let nothing = match held {
            Value::Array(things) => things.is_empty(),
            Value::Object(things) => things.is_empty(),
            _ => false,
        };
        assert!(nothing, "{kind}: {held}");
    }
}

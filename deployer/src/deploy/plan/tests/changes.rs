//! Each kind of change.

use std::collections::BTreeMap;

use serde_json::json;

use super::{actions, live, plan, resource, template, wanted};
use crate::deploy::plan::{Action, Loss, StackAction, Wanted, Warning, difference};

#[test]
fn equal_stacks_have_no_difference_whatever_the_order_of_keys() {
    let one = json!({ "Q": { "Type": "AWS::SQS::Queue", "Properties": { "A": 1, "B": "2" } } });
    let two = json!({ "Q": { "Properties": { "B": 2, "A": "1" }, "Type": "AWS::SQS::Queue" } });
    let plan = plan(Some(&one), &two);
    assert_eq!(plan.action, StackAction::Unchanged);
    assert_eq!((plan.resources.len(), plan.settings.len()), (0, 0));
}

#[test]
fn without_a_stack_everything_is_added() {
    let after = json!({ "Q": resource("AWS::SQS::Queue", &json!({})), "T": resource("AWS::DynamoDB::Table", &json!({})) });
    let plan = plan(None, &after);
    assert_eq!(plan.action, StackAction::Create);
    assert_eq!(actions(&plan), [("Q", Action::Added), ("T", Action::Added)]);
    assert_eq!(plan.warnings, []);
}

#[test]
fn what_refers_to_a_replaced_resource_follows_and_may_be_replaced_in_turn() {
    let stack = |name: &str| {
        json!({
            "Function": resource("AWS::Lambda::Function", &json!({ "FunctionName": name })),
            "Alias": resource("AWS::Lambda::Alias", &json!({ "Name": "live", "FunctionName": { "Ref": "Function" } })),
            "Mapping": resource("AWS::Lambda::EventSourceMapping", &json!({ "FunctionName": { "Ref": "Alias" } })),
            "Other": resource("AWS::SQS::Queue", &json!({ "KmsMasterKeyId": "alias/aws/sqs" })),
        })
    };
    let plan = plan(Some(&stack("one")), &stack("two"));
    assert_eq!(
        actions(&plan),
        [
            ("Function", Action::Replaced),
            ("Alias", Action::Replaced),
            ("Mapping", Action::Changed),
        ]
    );
    assert_eq!(
        plan.resources[1].properties[0].follows.as_deref(),
        Some("Function")
    );
    assert_eq!(
        plan.resources[2].properties[0].follows.as_deref(),
        Some("Alias")
    );
}

#[test]
fn a_removed_resource_is_kept_only_where_its_live_policy_says_so() {
    for (policy, expected) in [
        (None, Action::Removed),
        (Some("Delete"), Action::Removed),
        (Some("Retain"), Action::Kept),
        (Some("RetainExceptOnCreate"), Action::Kept),
    ] {
        let mut table = resource("AWS::DynamoDB::Table", &json!({}));
        if let Some(policy) = policy {
            table["DeletionPolicy"] = json!(policy);
        }
        let plan = plan(Some(&json!({ "T": table })), &json!({}));
        assert_eq!(actions(&plan), [("T", expected)], "{policy:?}");
        assert_eq!(
            plan.warnings.len(),
            usize::from(expected == Action::Removed),
            "{policy:?}"
        );
    }
}

#[test]
fn data_that_is_replaced_or_removed_is_a_loss() {
    let table = |key: &str, policy: &str| {
        let mut table = resource(
            "AWS::DynamoDB::Table",
            &json!({ "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }] }),
        );
        table["UpdateReplacePolicy"] = json!(policy);
        json!({ "It": table })
    };
    let nothing = json!({});
    let queue =
        |name: &str| json!({ "It": resource("AWS::SQS::Queue", &json!({ "QueueName": name })) });
    let group = json!({ "It": resource("AWS::Logs::LogGroup", &json!({})) });
    let role = json!({ "It": resource("AWS::IAM::Role", &json!({})) });
    for (before, after, expected) in [
        (
            table("id", "Retain"),
            table("key", "Retain"),
            Some(Loss::LeftBehind),
        ),
        (
            table("id", "Delete"),
            table("key", "Retain"),
            Some(Loss::ReplacedByEmpty),
        ),
        (
            table("id", "Delete"),
            table("key", "Delete"),
            Some(Loss::ReplacedByEmpty),
        ),
        (queue("one"), queue("two"), Some(Loss::ReplacedByEmpty)),
        (queue("one"), nothing.clone(), Some(Loss::Deleted)),
        (group, nothing.clone(), Some(Loss::Deleted)),
        (role, nothing.clone(), None),
        (table("id", "Retain"), table("id", "Delete"), None),
    ] {
        let plan = plan(Some(&before), &after);
        let losses: Vec<Loss> = plan
            .warnings
            .iter()
            .filter_map(|warning| match warning {
                Warning::LosesData { loss, .. } => Some(*loss),
                _ => None,
            })
            .collect();
        assert_eq!(losses, Vec::from_iter(expected), "{before} → {after}");
    }
}

#[test]
fn a_new_version_takes_the_place_of_the_old_one_which_is_kept() {
    let stack = |hash: &str, memory: u32| {
        let mut version = resource(
            "AWS::Lambda::Version",
            &json!({ "FunctionName": { "Ref": "F" } }),
        );
        version["DeletionPolicy"] = json!("Retain");
        let id = format!("Version{hash}");
        json!({
            "F": resource("AWS::Lambda::Function", &json!({ "MemorySize": memory })),
            id.clone(): version,
            "Alias": resource("AWS::Lambda::Alias", &json!({ "FunctionVersion": { "Fn::GetAtt": [id, "Version"] } })),
        })
    };
    let plan = plan(Some(&stack("aaa", 128)), &stack("bbb", 256));
    assert_eq!(
        actions(&plan),
        [
            ("F", Action::Changed),
            ("Versionbbb", Action::Added),
            ("Alias", Action::Changed),
            ("Versionaaa", Action::Kept),
        ]
    );
    assert_eq!(plan.resources[1].reason.as_deref(), Some("new version"));
    assert_eq!(
        plan.resources[2].properties[0].follows.as_deref(),
        Some("Versionbbb")
    );
    assert_eq!(plan.warnings, []);
}

#[test]
fn a_function_that_becomes_durable_or_ceases_to_be_is_told_loudly() {
    let function = |durable: bool| {
        let properties = if durable {
            json!({ "DurableConfig": { "ExecutionTimeout": 60 } })
        } else {
            json!({})
        };
        json!({ "F": resource("AWS::Lambda::Function", &properties) })
    };
    for (before, after) in [(false, true), (true, false)] {
        let plan = plan(Some(&function(before)), &function(after));
        assert_eq!(
            plan.warnings,
            [Warning::TogglesDurability {
                resource: "F".to_owned(),
                becomes_durable: after,
                running_executions: None
            }]
        );
    }
}

#[test]
fn tags_protection_and_outputs_are_compared_too() {
    let mut before = live(json!({ "Resources": {}, "Outputs": { "Name": { "Value": "one" } } }));
    before.tags.insert("team".to_owned(), "payments".to_owned());
    let after = json!({ "Resources": {}, "Outputs": { "Name": { "Value": "two" } } });
    let tags = BTreeMap::from([("team".to_owned(), "orders".to_owned())]);
    let plan = difference(
        Some(&before),
        &Wanted {
            protect: true,
            ..wanted(&after, &tags)
        },
    );
    let paths: Vec<&str> = plan
        .settings
        .iter()
        .map(|setting| setting.path.as_str())
        .collect();
    assert_eq!(
        paths,
        ["tags.team", "termination protection", "outputs.Name.Value"]
    );
    assert_eq!(plan.action, StackAction::Update);
}

#[test]
fn a_stack_in_a_bad_state_is_recovered_first() {
    let mut before = live(template(&json!({})));
    before.status = "UPDATE_ROLLBACK_FAILED".to_owned();
    before.stuck = true;
    let (after, tags) = (template(&json!({})), BTreeMap::new());
    let plan = difference(Some(&before), &wanted(&after, &tags));
    assert_eq!(plan.action, StackAction::Recover);
}

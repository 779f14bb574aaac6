//! A plan in words and as data.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{live, plan, resource, template, wanted};
use crate::deploy::plan::{Plan, Warning, difference, digest, text};

#[test]
fn a_function_that_ceases_to_be_durable_tells_what_becomes_of_its_executions() {
    let function =
        |properties: Value| json!({ "F": resource("AWS::Lambda::Function", &properties) });
    let before = function(json!({ "DurableConfig": { "ExecutionTimeout": 60 } }));
    let mut changed = plan(Some(&before), &function(json!({})));
    if let Some(Warning::TogglesDurability {
        running_executions, ..
    }) = changed.warnings.first_mut()
    {
        *running_executions = Some(3);
    }
    let plan = Plan::new("dev", "111122223333", "eu-west-1", vec![changed]);
    assert_snapshot!(digest(&plan).join("\n"), @r"
      ! REPLACES A FUNCTION: F is durable no more, which cannot be changed in place
      !   3 executions are running on it now
      !   the new function does not go on with executions of the old one, whose
      !     deletion waits for them, up to an hour
    Plan for stage dev: 0 to add, 0 to change, 1 to replace, 0 to remove, 1
      warning.
    ");
}

fn rich() -> Plan {
    let version = |of: &str| {
        let mut version = resource(
            "AWS::Lambda::Version",
            &json!({ "FunctionName": { "Ref": of } }),
        );
        version["DeletionPolicy"] = json!("Retain");
        version
    };
    let stack = |hash: &str,
                 key: &str,
                 memory: u32,
                 level: &str,
                 key_name: &str,
                 actions: Value| {
        let id = format!("OrchestratorVersion{hash}");
        json!({
            "LedgerTable": resource("AWS::DynamoDB::Table", &json!({ "KeySchema": [{ "AttributeName": key_name, "KeyType": "HASH" }] })),
            "OrchestratorFunction": resource("AWS::Lambda::Function", &json!({
                "Code": { "S3Key": format!("functions/order-processing/{key}.zip") },
                "MemorySize": memory,
                "Environment": { "Variables": { "LOG_LEVEL": level, "LEDGER_TABLE": { "Ref": "LedgerTable" }, "API_TOKEN": level } },
            })),
            id.clone(): version("OrchestratorFunction"),
            "OrchestratorAlias": resource("AWS::Lambda::Alias", &json!({ "FunctionVersion": { "Fn::GetAtt": [id, "Version"] } })),
            "OrchestratorUsesLedgerPolicy": resource("AWS::IAM::Policy", &json!({
                "Roles": [{ "Ref": "OrchestratorRole" }],
                "PolicyDocument": { "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": { "Fn::GetAtt": ["LedgerTable", "Arn"] } }] },
            })),
        })
    };
    let hash = |letter: &str| letter.repeat(64);
    let mut before = stack(
        "0a1b2c3d4e5f",
        &hash("a"),
        512,
        "INFO",
        "id",
        json!(["dynamodb:GetItem"]),
    );
    before["PayLogGroup"] = resource(
        "AWS::Logs::LogGroup",
        &json!({ "LogGroupName": "/shop/dev/orders/pay" }),
    );
    let mut after = stack(
        "6f7a8b9c0d1e",
        &hash("b"),
        1024,
        "DEBUG",
        "order_id",
        json!(["dynamodb:GetItem", "dynamodb:Scan"]),
    );
    after["ShipQueue"] = resource("AWS::SQS::Queue", &json!({}));
    let mut old = live(template(&before));
    old.tags.insert("team".to_owned(), "payments".to_owned());
    let (new, tags) = (
        template(&after),
        BTreeMap::from([("team".to_owned(), "orders".to_owned())]),
    );
    let mut changed = difference(Some(&old), &wanted(&new, &tags));
    for warning in &mut changed.warnings {
        if let Warning::LosesData { holds, kind, .. } = warning
            && kind == "AWS::DynamoDB::Table"
        {
            *holds = Some(1240);
        }
    }
    Plan::new("dev", "111122223333", "eu-west-1", vec![changed])
}

#[test]
fn a_rich_plan_reads_well_in_80_columns() {
    let text = anstream::adapter::strip_str(&text(&rich())).to_string();
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert_snapshot!(text, @r"
    shop-dev-orders: update
      ± LedgerTable                            AWS::DynamoDB::Table
          replaced: KeySchema[HASH].AttributeName is fixed at its creation
          KeySchema[HASH].AttributeName: id → order_id
      ~ OrchestratorFunction                   AWS::Lambda::Function
          Code.S3Key: …g/aaaaaaaaaaaaaaaaaaaaaaaaa… → …g/bbbbbbbbbbbbbbbbbbbbbbbbb…
          MemorySize: 512 → 1024
          Environment.Variables.LOG_LEVEL: INFO → DEBUG
          Environment.Variables.API_TOKEN: (hidden) → (hidden)
          Environment.Variables.LEDGER_TABLE: follows LedgerTable
      + OrchestratorVersion6f7a8b9c0d1e        AWS::Lambda::Version
          new version
      ~ OrchestratorAlias                      AWS::Lambda::Alias
          FunctionVersion: follows OrchestratorVersion6f7a8b9c0d1e
      ~ OrchestratorUsesLedgerPolicy           AWS::IAM::Policy
          PolicyDocument.Statement[0].Action: + dynamodb:Scan
          PolicyDocument.Statement[0].Resource: follows LedgerTable
      + ShipQueue                              AWS::SQS::Queue
      = OrchestratorVersion0a1b2c3d4e5f        AWS::Lambda::Version
          kept (retained): executions in flight keep their code
      - PayLogGroup                            AWS::Logs::LogGroup
      ~ tags.team: payments → orders
      ! LOSES DATA: LedgerTable is deleted with all that it holds; an empty one
      !   takes its place
      !   it holds about 1240 items
      ! LOSES DATA: PayLogGroup is deleted with all that it holds
      ! WIDENS PERMISSIONS: OrchestratorUsesLedgerPolicy
      !   OrchestratorRole may dynamodb:Scan on LedgerTable.Arn

    Plan for stage dev: 2 to add, 3 to change, 1 to replace, 1 to remove, 1
      kept, 1 setting, 3 warnings.
    ");
}

#[test]
fn the_data_of_a_plan_holds_all_that_its_words_say() {
    let plan = rich();
    let text = anstream::adapter::strip_str(&text(&plan)).to_string();
    let document = serde_json::to_value(&plan).unwrap();
    assert_eq!(
        serde_json::from_value::<Plan>(document.clone()).unwrap(),
        plan
    );
    for stack in document["stacks"].as_array().unwrap() {
        assert!(text.contains(stack["stack"].as_str().unwrap()));
        for resource in stack["resources"].as_array().unwrap() {
            assert!(
                text.contains(resource["id"].as_str().unwrap()),
                "{resource}"
            );
            for property in resource["properties"].as_array().unwrap() {
                assert!(
                    text.contains(property["path"].as_str().unwrap()),
                    "{property}"
                );
            }
        }
        for setting in stack["settings"].as_array().unwrap() {
            assert!(
                text.contains(setting["path"].as_str().unwrap()),
                "{setting}"
            );
        }
        let marks = text
            .lines()
            .filter(|line| line.starts_with("  ! ") && !line.starts_with("  !  "))
            .count();
        assert_eq!(stack["warnings"].as_array().unwrap().len(), marks);
    }
}

#[test]
fn the_revision_of_what_changes_anyway_is_no_news_and_stays_in_the_data() {
    let tagged = |memory: u32, tags: Value| json!({ "Function": resource("AWS::Lambda::Function", &json!({ "MemorySize": memory, "Tags": tags })) });
    let untagged =
        json!({ "Function": resource("AWS::Lambda::Function", &json!({ "MemorySize": 128 })) });
    let mark = |revision: &str| json!({ "Key": "deployer:revision", "Value": revision });
    let team = json!({ "Key": "team", "Value": "orders" });
    let lines = |before: &Value, after: &Value| {
        let changed = plan(Some(before), after);
        let told = changed.resources[0].properties.len();
        let plan = Plan::new("dev", "111122223333", "eu-west-1", vec![changed]);
        let text = anstream::adapter::strip_str(&text(&plan)).to_string();
        let lines = text.lines().filter(|line| line.starts_with("      "));
        let lines: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
        (lines, told)
    };
    let one = tagged(128, json!([mark("one")]));
    for (before, after) in [
        (&one, tagged(256, json!([mark("two")]))),
        (&untagged, tagged(256, json!([mark("two")]))),
        (
            &tagged(128, json!([team])),
            tagged(256, json!([team, mark("two")])),
        ),
    ] {
        let expected = ["MemorySize: 128 → 256".to_owned()];
        assert_eq!(lines(before, &after), (expected.to_vec(), 2));
    }
    let alone = lines(&one, &tagged(128, json!([mark("two")])));
    assert_eq!(
        alone,
        (
            vec!["Tags[deployer:revision].Value: one → two".to_owned()],
            1
        )
    );
    let (others, _) = lines(&one, &tagged(128, json!([mark("two"), team])));
    assert_eq!(others.len(), 1, "{others:?}");
    assert!(others[0].starts_with("Tags[team]: (none) → "), "{others:?}");
}

#[test]
fn no_secret_is_in_a_plan() {
    let function = |password: &str| {
        let variables = json!({ "DB_PASSWORD": password, "LEVEL": password });
        json!({ "F": resource("AWS::Lambda::Function", &json!({ "Environment": { "Variables": variables } })) })
    };
    let plan = plan(
        Some(&function("AKIAIOSFODNN7EXAMPLE")),
        &function("ASIAIOSFODNN7EXAMPLE"),
    );
    let document = serde_json::to_string(&plan).unwrap();
    assert!(!document.contains("IOSFODNN7"), "{document}");
    assert_eq!(
        plan.resources[0].properties.len(),
        2,
        "that it changes is told"
    );
}

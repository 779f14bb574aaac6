use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use regex_lite::Regex;
use serde_json::Value;

use super::*;
use crate::config::load;
use crate::pipeline::synthesize;

fn of(stage: &str, parts: &[Part], change: impl FnOnce(&mut App)) -> Document {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut app = load(root, stage).unwrap();
    change(&mut app);
    let templates = synthesize(&app, &[]).unwrap();
    let stacks: Vec<_> = templates
        .iter()
        .map(|template| PolicyStack {
            name: &template.stack,
            template: template.body(),
        })
        .collect();
    policy(&app, &stacks, parts)
}

#[test]
fn every_type_of_the_templates_is_known() {
    for stage in ["staging", "prod"] {
        let document = of(stage, &[Part::Resources], |app| {
            let fraud = app
                .application
                .workflows
                .get_mut("fraud-detection")
                .unwrap();
            // What the templates of a workflow that asks have, too.
            let asking = serde_json::json!({
                "function": "answers", "memory": "256MB", "timeout": "15s",
                "channels": ["sms"], "contacts": "contacts",
            });
            let mut contacts = fraud.tables["transactions"].clone();
            contacts.partition_key = "contact_id".to_owned();
            fraud.tables.insert("contacts".to_owned(), contacts);
            fraud.questions = Some(serde_json::from_value(asking).unwrap());
        });
        assert_eq!(document.unknown().collect::<Vec<_>>(), Vec::<&str>::new());
    }
}

/// What has no ARN, by its documentation.
const WITHOUT_ARN: [&str; 8] = [
    "cloudformation:DescribeStacks",
    "cloudformation:ListStacks",
    "dynamodb:ListTables",
    "lambda:CreateEventSourceMapping",
    "logs:DescribeIndexPolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "sns:Unsubscribe",
];

#[test]
fn nothing_is_allowed_on_everything_that_has_an_arn() {
    let document = of(
        "prod",
        &[Part::Calls, Part::Resources, Part::Operate],
        |_| {},
    );
    let value = document.to_value();
    for statement in value["Statement"].as_array().unwrap() {
        let resources: Vec<&str> = strings(&statement["Resource"]);
        let actions = strings(&statement["Action"]);
        assert!(
            actions.iter().all(|action| !action.contains('*')),
            "{statement}"
        );
        if resources.contains(&"*") {
            assert!(
                actions.iter().all(|action| WITHOUT_ARN.contains(action)),
                "{statement}"
            );
        }
        for resource in resources.iter().filter(|resource| **resource != "*") {
            let ours = resource.contains("444455556666") || resource.contains(":s3:::durable-prod");
            assert!(ours, "{resource}");
        }
    }
    let sids: BTreeSet<&str> = value["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| statement["Sid"].as_str().unwrap())
        .collect();
    assert_eq!(
        sids.len(),
        value["Statement"].as_array().unwrap().len(),
        "names are their own"
    );
}

fn strings(value: &Value) -> Vec<&str> {
    let all = value.as_array().unwrap().iter();
    all.map(|each| each.as_str().unwrap()).collect()
}

#[test]
fn roles_are_given_rights_within_the_boundary_only_and_nobody_lifts_it() {
    let boundary = "arn:aws:iam::444455556666:policy/limits";
    let limited = of("prod", &[Part::Resources], |app| {
        app.stage.deployment.permissions_boundary = Some(boundary.to_owned());
    });
    assert!(!limited.allows("iam:DeleteRolePermissionsBoundary"));
    let value = limited.to_value();
    for statement in value["Statement"].as_array().unwrap() {
        let actions = strings(&statement["Action"]);
        let gives = [
            "iam:CreateRole",
            "iam:PutRolePolicy",
            "iam:AttachRolePolicy",
        ];
        if actions.iter().any(|action| gives.contains(action)) {
            let within = &statement["Condition"]["StringEquals"]["iam:PermissionsBoundary"];
            assert_eq!(strings(within), [boundary], "{statement}");
        }
    }
    let unlimited = of("prod", &[Part::Resources], |_| {});
    assert!(unlimited.allows("iam:CreateRole"));
    assert!(!unlimited.allows("iam:PutRolePermissionsBoundary"));
}

#[test]
fn what_is_too_large_for_one_policy_comes_in_several_that_allow_the_same() {
    let whole = of(
        "prod",
        &[Part::Calls, Part::Resources, Part::Operate],
        |_| {},
    );
    assert!(whole.characters() > LARGEST_MANAGED);
    let parts = whole.split();
    assert!(parts.len() > 1);
    let mut statements = Vec::new();
    for part in &parts {
        assert!(part.characters() <= LARGEST_MANAGED);
        statements.extend(part.to_value()["Statement"].as_array().unwrap().clone());
    }
    let expected = whole.to_value();
    assert_eq!(statements, *expected["Statement"].as_array().unwrap());
}

#[test]
fn what_others_allow_already_is_left_out() {
    let queue = BTreeSet::from(["arn:aws:sqs:eu-west-1:444455556666:shop-*".to_owned()]);
    let other = BTreeSet::from(["arn:aws:sqs:eu-west-1:444455556666:other".to_owned()]);
    let both: BTreeSet<String> = queue.union(&other).cloned().collect();
    let tag = BTreeSet::from(["prod".to_owned()]);
    let only = Some(("StringEquals", "aws:ResourceTag/stage", &tag));
    let mut document = Document::default();
    document.allow("A", "sqs", &["GetQueueUrl"], &queue, None);
    document.allow("B", "sqs", &["GetQueueUrl", "SendMessage"], &queue, None);
    document.allow("C", "sqs", &["DeleteQueue"], &both, None);
    document.allow("D", "sqs", &["DeleteQueue"], &queue, only);
    document.allow("E", "sqs", &["GetQueueUrl"], &queue, None);
    document.allow("F", "sqs", &["PurgeQueue"], &queue, None);
    document.allow("G", "sqs", &["PurgeQueue"], &other, only);
    document.settle();
    let value = document.to_value();
    let all = value["Statement"].as_array().unwrap().iter();
    let sids: Vec<&str> = all.map(|each| each["Sid"].as_str().unwrap()).collect();
    // `B` holds `A` and `E`, and `C` what `D` allows under a condition.
    assert_eq!(sids, ["B", "C", "F", "G"]);
}

#[test]
fn a_statement_of_too_many_resources_is_taken_apart_by_them() {
    let resources: BTreeSet<String> = (0..200)
        .map(|number| format!("arn:aws:sqs:eu-west-1:444455556666:shop-prod-{number:03}-*"))
        .collect();
    let mut document = Document::default();
    document.allow("Queues", "sqs", &["GetQueueUrl"], &resources, None);
    let parts = document.split();
    let mut found = BTreeSet::new();
    let mut sids = BTreeSet::new();
    for part in &parts {
        assert!(part.characters() <= LARGEST_MANAGED);
        for statement in part.to_value()["Statement"].as_array().unwrap() {
            sids.insert(statement["Sid"].as_str().unwrap().to_owned());
            found.extend(
                strings(&statement["Resource"])
                    .into_iter()
                    .map(str::to_owned),
            );
        }
    }
    assert_eq!(found, resources);
    assert!(
        sids.len() > 1 && sids.iter().all(|sid| sid.starts_with("Queues")),
        "{sids:?}"
    );
}

/// The action that an operation of the SDK needs, where it is not called the same.
const OTHERWISE: [(&str, &str); 11] = [
    ("s3:DeleteObjects", "s3:DeleteObject"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:ListObjectVersions", "s3:ListBucketVersions"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
    ("lambda:Invoke", "lambda:InvokeFunction"),
    (
        "sqs:ChangeMessageVisibilityBatch",
        "sqs:ChangeMessageVisibility",
    ),
    ("sqs:DeleteMessageBatch", "sqs:DeleteMessage"),
    ("sqs:SendMessageBatch", "sqs:SendMessage"),
    ("lambda:Clone", "lambda:GetAlias"),
    ("dynamodb:Clone", "dynamodb:GetItem"),
];

#[test]
fn every_call_of_the_sources_is_allowed() {
    let document = of("prod", &[Part::Calls, Part::Operate], |_| {});
    let call =
        Regex::new(r"\b(cloudformation|lambda|sqs|s3|dynamodb|logs)\.([a-z_0-9]+)\(\)").unwrap();
    let otherwise: BTreeMap<_, _> = OTHERWISE.into_iter().collect();
    let mut seen = 0;
    for source in sources(Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let text = fs_err::read_to_string(&source).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let code: String = code.split_whitespace().collect();
        for found in call.captures_iter(&code) {
            let action = format!("{}:{}", &found[1], camel(&found[2]));
            let action = otherwise
                .get(action.as_str())
                .map_or(action.as_str(), |action| *action);
            assert!(document.allows(action), "{action}, of {source}");
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

fn sources(folder: &Utf8Path) -> Vec<camino::Utf8PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir_utf8().unwrap() {
        let path = entry.unwrap().into_path();
        if path.is_dir() && path.file_name() != Some("tests") {
            found.extend(sources(&path));
        } else if path.extension() == Some("rs") && path.file_stem() != Some("tests") {
            found.push(path);
        }
    }
    found
}

fn camel(operation: &str) -> String {
    operation
        .split('_')
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect()
}

#[test]
fn the_stacks_of_a_stage_may_be_looked_for() {
    for part in [Part::Calls, Part::Operate] {
        let value = of("prod", &[part], |_| {}).to_value();
        let all = value["Statement"].as_array().unwrap();
        let lists = all
            .iter()
            .find(|statement| statement["Sid"] == "Lists")
            .unwrap();
        assert_eq!(strings(&lists["Resource"]), ["*"]);
        assert!(strings(&lists["Action"]).contains(&"cloudformation:DescribeStacks"));
    }
}

#[test]
fn a_service_role_is_passed_to_cloudformation_only() {
    let role = "arn:aws:iam::444455556666:role/cloudformation";
    let document = of("prod", &[Part::Calls], |app| {
        app.stage.deployment.role = Some(role.to_owned());
    });
    let value = document.to_value();
    let all = value["Statement"].as_array().unwrap();
    let pass = all
        .iter()
        .find(|statement| statement["Sid"] == "PassServiceRole")
        .unwrap();
    assert_eq!(strings(&pass["Resource"]), [role]);
    assert_eq!(
        pass["Condition"]["StringEquals"]["iam:PassedToService"][0],
        "cloudformation.amazonaws.com"
    );
}

#[test]
fn other_partitions_have_arns_of_their_own() {
    let china = of("prod", &[Part::Calls, Part::Resources], |app| {
        app.stage.region = "cn-north-1".to_owned();
    });
    let text = china.to_value().to_string();
    assert!(
        text.contains("arn:aws-cn:lambda:cn-north-1:") && !text.contains("arn:aws:"),
        "{text}"
    );
}

#[test]
fn a_job_of_the_repository_in_the_environment_of_the_stage_is_trusted() {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let app = load(root, "prod").unwrap();
    let issuer = Issuer::github("firm/shop", "environment:prod").unwrap();
    let policy = trust(&app, &issuer);
    let statement = &policy["Statement"][0];
    assert_eq!(
        statement["Principal"]["Federated"],
        "arn:aws:iam::444455556666:oidc-provider/token.actions.githubusercontent.com"
    );
    let condition = &statement["Condition"]["StringEquals"];
    assert_eq!(
        condition["token.actions.githubusercontent.com:sub"],
        "repo:firm/shop:environment:prod"
    );
    for wrong in ["shop", "firm/", "firm/shop/more", "firm/*"] {
        assert!(
            Issuer::github(wrong, "environment:prod").is_err(),
            "{wrong}"
        );
    }
}

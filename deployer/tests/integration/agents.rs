//! Fraud detection lets a model score: in its template, and on this machine with a model behind MiniStack's Bedrock.

mod model;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use crate::templates::{let_a_model_score, synthesize};
use model::Model;

const SCENARIOS: &str = include_str!("agents/scenarios.yaml");

#[test]
fn a_model_scores_with_the_past_of_the_cardholder_within_its_rights() {
    let model = Model::start();
    let sandbox = Sandbox::with_whole_copy();
    let_a_model_score(&sandbox, "dev");
    let scenarios = sandbox.project().join("config/smoke/fraud-detection.yaml");
    fs_err::write(&scenarios, format!("scenarios:\n{SCENARIOS}")).unwrap();
    sandbox
        .deployer(&["up", "fraud-detection"])
        .env("MINISTACK_BEDROCK_PROXY_URL", &model.endpoint)
        .assert()
        .success();
    sandbox
        .deployer(&["smoke-test", "fraud-detection"])
        .assert()
        .success();
    assert_eq!(model.asked("Looks"), (1, 1));
    assert_eq!(model.asked("Killed"), (1, 1), "no turn is paid twice");
    assert_eq!(model.asked("Canned"), (1, 0));

    let logs = sandbox.deployer(&["logs", "--since", "1h"]).output();
    let logs = String::from_utf8_lossy(&logs.unwrap().stdout).into_owned();
    assert!(
        logs.contains("no_answer"),
        "the log says why the rules decided"
    );
    assert!(!logs.contains("found 1"), "the reason is in no log");
    sandbox
        .deployer(&["destroy", "fraud-detection", "--yes"])
        .assert()
        .success();
}

fn resources(sandbox: &Sandbox) -> Value {
    let files: Vec<PathBuf> = synthesize(sandbox, "prod");
    let fraud = files
        .iter()
        .find(|file| file.to_string_lossy().contains("fraud"));
    let template: Value = serde_json::from_slice(&fs_err::read(fraud.unwrap()).unwrap()).unwrap();
    template["Resources"].clone()
}

/// The right is for the one model, in the regions of its profile only through the profile.
#[test]
fn an_orchestrator_may_call_its_model_and_no_other() {
    let sandbox = Sandbox::with_copy();
    let_a_model_score(&sandbox, "prod");
    let found = resources(&sandbox);
    let statements = |found: &Value| {
        found["OrchestratorCallsModelPolicy"]["Properties"]["PolicyDocument"]["Statement"].clone()
    };
    let profile = "arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:inference-profile/eu.amazon.nova-lite-v1:0";
    assert_eq!(
        statements(&found),
        json!([
            {
                "Sid": "Profile",
                "Effect": "Allow",
                "Action": "bedrock:InvokeModel",
                "Resource": {"Fn::Sub": profile},
            },
            {
                "Sid": "ModelOfProfile",
                "Effect": "Allow",
                "Action": "bedrock:InvokeModel",
                "Resource": {"Fn::Sub": "arn:${AWS::Partition}:bedrock:*::foundation-model/amazon.nova-lite-v1:0"},
                "Condition": {"StringEquals": {"bedrock:InferenceProfileArn": {"Fn::Sub": profile}}},
            },
        ])
    );
    let variables = &found["OrchestratorFunction"]["Properties"]["Environment"]["Variables"];
    for (name, value) in [
        ("SCORER", "agent"),
        ("MODEL_ID", "eu.amazon.nova-lite-v1:0"),
        ("MODEL_TURNS", "6"),
        ("MODEL_TOKENS", "20000"),
        ("MODEL_ANSWER_TOKENS", "500"),
        ("MODEL_SECONDS", "60"),
        ("MODEL_INPUT_PRICE", "60"),
        ("MODEL_OUTPUT_PRICE", "240"),
        ("MODEL_COST", "10000000"),
        ("TRANSACTIONS_INDEX", "by-cardholder_id"),
    ] {
        assert_eq!(variables[name], value, "{name}");
    }
    let uses = &found["OrchestratorUsesTransactionsPolicy"]["Properties"]["PolicyDocument"];
    assert_eq!(uses["Statement"][1]["Action"], "dynamodb:Query");
    assert_eq!(
        uses["Statement"][1]["Resource"],
        json!({"Fn::Sub": "${TransactionsTable.Arn}/index/by-cardholder_id"})
    );
    sandbox.edit("config/stages/prod.yaml", "profile: eu, ", "");
    let found = resources(&sandbox);
    let statements = statements(&found);
    assert_eq!(statements.as_array().unwrap().len(), 1);
    assert_eq!(
        statements[0]["Resource"],
        json!({"Fn::Sub": "arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model/amazon.nova-lite-v1:0"})
    );
    let variables = &found["OrchestratorFunction"]["Properties"]["Environment"]["Variables"];
    assert_eq!(variables["MODEL_ID"], "amazon.nova-lite-v1:0");
}

//! Permissions that widen, and those that do not.

use serde_json::{Value, json};

use super::{plan, resource};
use crate::deploy::plan::Warning;

/// Statements before and after, and what is told of them.
const CASES: [(&str, &str, &str); 17] = [
    (
        r#"{ "Allow": "db:Get", "on": "t" }"#,
        r#"{ "Allow": ["db:Get", "db:Put", "db:Scan"], "on": "t" }"#,
        "Role may db:Put, db:Scan on t",
    ),
    (
        r#"{ "Allow": ["db:Get", "db:Put"], "on": "t" }"#,
        r#"{ "Allow": "db:Get", "on": "t" }"#,
        "",
    ),
    (
        r#"{ "Allow": "db:*", "on": "t" }"#,
        r#"{ "Allow": "DB:Get", "on": "t" }"#,
        "",
    ),
    (
        r#"{ "Allow": "db:Get", "on": "t" }"#,
        r#"{ "Allow": "db:*", "on": "t" }"#,
        "Role may db:* on t (wildcard)",
    ),
    (
        r#"{ "Allow": "db:Get", "on": "a" }"#,
        r#"{ "Allow": "db:Get", "on": "b" }"#,
        "Role may db:Get on b",
    ),
    (
        r#"{ "Allow": "db:Get", "on": "table/*" }"#,
        r#"{ "Allow": "db:Get", "on": "table/x" }"#,
        "",
    ),
    (
        r#"{ "Allow": "db:Get", "on": "t" }"#,
        r#"{ "Allow": "db:Get", "on": "*" }"#,
        "Role may db:Get on * (wildcard)",
    ),
    (
        r#"{ "Allow": "db:Get", "on": { "Fn::GetAtt": ["One", "Arn"] } }"#,
        r#"{ "Allow": "db:Get", "on": { "Fn::GetAtt": ["Two", "Arn"] } }"#,
        "Role may db:Get on Two.Arn",
    ),
    (
        r#"{ "Allow": "sqs:Send", "on": "q", "to": { "Service": "events.amazonaws.com" } }"#,
        r#"{ "Allow": "sqs:Send", "on": "q", "to": "*" }"#,
        "everybody may sqs:Send on q (wildcard)",
    ),
    (
        r#"{ "Allow": "sqs:Send", "on": "q", "to": { "AWS": "a" } }"#,
        r#"{ "Allow": "sqs:Send", "on": "q", "to": { "AWS": ["a", "b"] } }"#,
        "b may sqs:Send on q",
    ),
    (
        r#"{ "Allow": "sqs:Send", "on": "q", "to": "*" }"#,
        r#"{ "Allow": "sqs:Send", "on": "q", "to": { "AWS": "a" } }"#,
        "",
    ),
    (
        r#"{ "Deny": "sqs:*", "on": "q" }"#,
        r#"{ "Deny": "sqs:Send", "on": "q" }"#,
        "Role is no longer denied sqs:* on q",
    ),
    (
        r#"{ "Deny": "sqs:Send", "on": "q" }"#,
        r#"{ "Deny": "sqs:*", "on": "q" }"#,
        "",
    ),
    (
        r#"{ "Allow": "a:B", "on": "r", "if": "1" }"#,
        r#"{ "Allow": "a:B", "on": "r" }"#,
        "Role may a:B on r",
    ),
    (
        r#"{ "Allow": "a:B", "on": "r" }"#,
        r#"{ "Allow": "a:B", "on": "r", "if": "1" }"#,
        "",
    ),
    (
        r#"{ "Allow": "a:B", "on": "r", "if": "1" }"#,
        r#"{ "Allow": "a:B", "on": "r", "if": "2" }"#,
        "Role may a:B on r, under a condition",
    ),
    (
        r#"{ "Allow": "a:B", "on": "r" }"#,
        r#"{ "Allow": "a:B", "not on": "r" }"#,
        "Role may a:B on everything but r",
    ),
];

fn policy(statement: &str) -> Value {
    let told: Value = serde_json::from_str(statement).unwrap();
    let mut statement = json!({});
    for (key, written) in [
        ("on", "Resource"),
        ("not on", "NotResource"),
        ("to", "Principal"),
    ] {
        if let Some(value) = told.get(key) {
            statement[written] = value.clone();
        }
    }
    for effect in ["Allow", "Deny"] {
        if let Some(action) = told.get(effect) {
            statement["Effect"] = json!(effect);
            statement["Action"] = action.clone();
        }
    }
    if let Some(account) = told.get("if") {
        statement["Condition"] = json!({ "StringEquals": { "aws:SourceAccount": account } });
    }
    let document = json!({ "Statement": [statement] });
    let properties = json!({ "Roles": [{ "Ref": "Role" }], "PolicyDocument": document });
    json!({ "P": resource("AWS::IAM::Policy", &properties) })
}

fn grants(before: Option<&Value>, after: &Value) -> Vec<String> {
    plan(before, after)
        .warnings
        .into_iter()
        .filter_map(|warning| match warning {
            Warning::WidensPermissions { grants, .. } => Some(grants),
            _ => None,
        })
        .flatten()
        .collect()
}

#[test]
fn what_widens_is_told_and_what_narrows_is_not() {
    for (before, after, expected) in CASES {
        let expected: Vec<&str> = Some(expected)
            .filter(|text| !text.is_empty())
            .into_iter()
            .collect();
        let told = grants(Some(&policy(before)), &policy(after));
        assert_eq!(told, expected, "{before} → {after}");
    }
}

#[test]
fn managed_policies_trust_and_invocation_are_permissions_too() {
    let role = |properties: Value| json!({ "R": resource("AWS::IAM::Role", &properties) });
    let trust = |service: &str| {
        let statement = json!({ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" });
        role(json!({ "AssumeRolePolicyDocument": { "Statement": [statement] } }))
    };
    let inline = |action: &str| {
        let statement = json!({ "Effect": "Allow", "Action": action, "Resource": "r" });
        role(
            json!({ "Policies": [{ "PolicyName": "p", "PolicyDocument": { "Statement": statement } }] }),
        )
    };
    let invoked = |principal: &str| {
        let properties = json!({ "FunctionName": { "Ref": "F" }, "Action": "lambda:InvokeFunction", "Principal": principal });
        json!({ "P": resource("AWS::Lambda::Permission", &properties) })
    };
    for (before, after, expected) in [
        (
            role(json!({})),
            role(json!({ "ManagedPolicyArns": ["arn:x"] })),
            "R may everything in arn:x on what that policy names",
        ),
        (trust("lambda"), trust("ec2"), "ec2 may sts:AssumeRole on R"),
        (inline("a:B"), inline("a:C"), "R may a:C on r"),
        (
            json!({}),
            invoked("s3.amazonaws.com"),
            "s3.amazonaws.com may lambda:InvokeFunction on F",
        ),
    ] {
        assert_eq!(grants(Some(&before), &after), [expected]);
    }
}

#[test]
fn a_policy_that_only_moves_to_another_id_widens_nothing() {
    let policy = policy(r#"{ "Allow": "db:Get", "on": "t" }"#);
    let moved = json!({ "New": policy["P"] });
    assert_eq!(grants(Some(&policy), &moved), Vec::<String>::new());
}

#[test]
fn of_a_new_stack_only_wildcards_are_told() {
    assert_eq!(
        grants(None, &policy(r#"{ "Allow": "db:Get", "on": "t" }"#)),
        Vec::<String>::new()
    );
    assert_eq!(
        grants(None, &policy(r#"{ "Allow": "db:Get", "on": "*" }"#)),
        ["Role may db:Get on * (wildcard)"]
    );
}

//! What a stack needs, at services that are made up.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::FunctionConfiguration;
use axum::Router;
use axum::http::{HeaderMap, Uri};
use serde_json::json;

use super::{Needed, add_stack, collect_keys, hash_of};
use crate::aws::served;

impl Needed {
    /// Makes what needs these keys and hashes.
    pub(in crate::operate::garbage) fn of(keys: &[&str], hashes: &[&str]) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            keys: owned(keys),
            hashes: owned(hashes),
        }
    }
}

#[test]
fn a_template_names_keys_and_versions_have_hashes() {
    let template = json!({ "Resources": {
        "Function": { "Properties": { "Code": { "S3Key": "functions/orders/aa.zip" } } },
        "Queue": { "Properties": {} },
    }});
    let mut needed = Needed::of(&[], &["bb"]);
    collect_keys(&template, &mut needed.keys);
    for (key, is_needed) in [
        ("functions/orders/aa.zip", true),
        ("functions/orders/bb.zip", true),
        ("functions/other/bb.zip", true),
        ("functions/other/aa.zip", false),
        ("templates/bb.json", false),
    ] {
        assert_eq!(needed.has(key), is_needed, "{key}");
    }
}

#[test]
fn lambdas_hash_is_the_one_in_the_key() {
    let version = FunctionConfiguration::builder()
        .code_sha256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        .build();
    assert_eq!(
        hash_of(&version).unwrap(),
        crate::hash::hexadecimal(b""),
        "of nothing"
    );
}

const NAMESPACE: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";

/// Answers as CloudFormation for one stack with a function, in this state, with one change set.
fn cloudformation(status: &str, change_set: &str, call: &BTreeMap<String, String>) -> String {
    let action = call["Action"].as_str();
    let template = |zip: &str| {
        let code = json!({ "S3Key": format!("functions/orders/{zip}.zip") });
        let function = json!({ "Type": "AWS::Lambda::Function", "Properties": { "Code": code } });
        let body = json!({ "Resources": { "Function": function } });
        format!("<TemplateBody>{body}</TemplateBody>")
    };
    let result = match action {
        "DescribeStacks" => format!(
            "<Stacks><member><StackName>s</StackName><StackId>id</StackId>\
             <CreationTime>2026-01-01T00:00:00Z</CreationTime>\
             <StackStatus>{status}</StackStatus></member></Stacks>"
        ),
        "GetTemplate" if call.contains_key("ChangeSetName") => template("planned"),
        "GetTemplate" => template("named"),
        "ListChangeSets" => {
            let (made, executed) = change_set
                .split_once(' ')
                .unwrap_or((change_set, "AVAILABLE"));
            format!(
                "<Summaries><member><ChangeSetId>set</ChangeSetId><Status>{made}</Status>\
                 <ExecutionStatus>{executed}</ExecutionStatus></member></Summaries>"
            )
        }
        _ => "<StackResourceSummaries><member><LogicalResourceId>Function</LogicalResourceId>\
              <PhysicalResourceId>orders</PhysicalResourceId>\
              <ResourceType>AWS::Lambda::Function</ResourceType>\
              <LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp>\
              <ResourceStatus>UPDATE_COMPLETE</ResourceStatus></member></StackResourceSummaries>"
            .to_owned(),
    };
    format!(
        "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{result}</{action}Result></{action}Response>"
    )
}

/// Answers as Lambda for a function with two versions, the second of which is live.
fn lambda(path: &str) -> String {
    if path.ends_with("/aliases") {
        return json!({ "Aliases": [{ "Name": "live", "FunctionVersion": "2" }] }).to_string();
    }
    let version = |version: &str, hash: &str| json!({ "Version": version, "CodeSha256": hash });
    json!({ "Versions": [version("1", "AQ=="), version("2", "Ag==")] }).to_string()
}

/// Returns what a stack in this state needs, with a change set in that state.
async fn needed_by(status: &'static str, change_set: &'static str) -> Needed {
    let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: String| {
        let is_form = headers.get("content-type").is_some_and(|kind| {
            kind.as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        });
        let call = form_urlencoded::parse(body.as_bytes())
            .into_owned()
            .collect();
        let answer = if is_form {
            cloudformation(status, change_set, &call)
        } else {
            lambda(uri.path())
        };
        async move { answer }
    });
    let clients = served(router).await;
    let mut needed = Needed::default();
    add_stack(&clients, "s", &mut needed).await.unwrap();
    needed
}

const NAMED: &str = "functions/orders/named.zip";
const PLANNED: &str = "functions/orders/planned.zip";

#[tokio::test]
async fn a_stack_at_rest_needs_what_is_live() {
    for status in [
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
    ] {
        let needed = needed_by(status, "FAILED").await;
        assert_eq!(needed, Needed::of(&[NAMED], &["02"]), "{status}");
    }
    for change_set in [
        "CREATE_COMPLETE EXECUTE_COMPLETE",
        "CREATE_COMPLETE OBSOLETE",
    ] {
        let needed = needed_by("UPDATE_COMPLETE", change_set).await;
        assert_eq!(needed, Needed::of(&[NAMED], &["02"]), "{change_set}");
    }
}

#[tokio::test]
async fn a_stack_between_two_templates_needs_the_code_of_both() {
    for status in [
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_FAILED",
        "UPDATE_ROLLBACK_FAILED",
        "DELETE_FAILED",
    ] {
        let needed = needed_by(status, "FAILED").await;
        assert_eq!(needed, Needed::of(&[NAMED], &["01", "02"]), "{status}");
    }
}

#[tokio::test]
async fn a_change_set_that_was_not_executed_needs_its_zips() {
    for change_set in ["CREATE_PENDING", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"] {
        let needed = needed_by("UPDATE_COMPLETE", change_set).await;
        let expected = Needed::of(&[NAMED, PLANNED], &["02"]);
        assert_eq!(needed, expected, "{change_set}");
    }
    let needed = needed_by("REVIEW_IN_PROGRESS", "CREATE_COMPLETE").await;
    assert_eq!(
        needed,
        Needed::of(&[PLANNED], &["02"]),
        "of a stack to come"
    );
}

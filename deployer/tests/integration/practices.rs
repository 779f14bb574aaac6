//! What reviews of durable workflows ask for, as tests that fail without it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sandbox::{Sandbox, repository};

/// The crates that functions share.
const LIBRARIES: &str = "functions/libraries";

fn templates(stage: &str) -> Value {
    let output = Sandbox::with_copy()
        .deployer(&["synth", "--stage", stage])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Returns the resources of a type in a template, by logical id.
fn of_type<'a>(template: &'a Value, wanted: &str) -> Vec<(&'a String, &'a Value)> {
    let resources = template["Resources"].as_object().unwrap();
    resources
        .iter()
        .filter(|(_, resource)| resource["Type"] == wanted)
        .collect()
}

fn each_workflow(templates: &Value) -> Vec<&Value> {
    let all = templates.as_object().unwrap();
    let workflows: Vec<&Value> = all
        .iter()
        .filter(|(name, _)| !name.ends_with("-artifacts"))
        .map(|(_, body)| body)
        .collect();
    assert_eq!(workflows.len(), 2);
    workflows
}

/// In China, in `GovCloud` and in the European Sovereign Cloud, ARNs begin otherwise.
#[test]
fn no_template_names_a_partition() {
    for stage in ["dev", "staging", "prod"] {
        let text = templates(stage).to_string();
        assert!(!text.contains("arn:aws"), "{stage}");
        assert!(text.contains("arn:${AWS::Partition}:"), "{stage}");
    }
    for entry in fs_err::read_dir(repository().join("templates")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs_err::read_to_string(&path).unwrap();
        assert!(!text.contains("arn:aws"), "{}", path.display());
    }
}

#[test]
fn no_code_that_runs_against_an_account_names_a_partition() {
    for folder in ["deployer/src", "deployer/history/src", "functions"] {
        for path in sources(&repository().join(folder)) {
            let text = fs_err::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for line in code.lines().filter(|line| !line.trim().starts_with("//")) {
                assert!(!line.contains("arn:aws"), "{}: {line}", path.display());
            }
        }
    }
}

/// Returns the files of a folder's code, without those of its tests.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let is_test = name == "tests" || name.ends_with("_tests");
        if path.is_dir() && !is_test {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") && !is_test {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_function_writes_into_a_log_group_that_expires_and_can_make_no_other() {
    for (stage, days) in [("dev", 14), ("staging", 30), ("prod", 365)] {
        let templates = templates(stage);
        for template in each_workflow(&templates) {
            let functions = of_type(template, "AWS::Lambda::Function");
            assert!(functions.len() >= 2);
            for (id, function) in functions {
                let group = function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
                    .as_str()
                    .unwrap();
                let retention = &template["Resources"][group]["Properties"]["RetentionInDays"];
                assert_eq!(*retention, days, "{stage}: {id} writes into {group}");
            }
            for (id, role) in of_type(template, "AWS::IAM::Role") {
                assert!(
                    !role.to_string().contains("logs:CreateLogGroup"),
                    "{stage}: {id}"
                );
            }
        }
    }
}

#[test]
fn tables_go_with_dev_and_stay_with_prod() {
    for (stage, policy) in [("dev", "Delete"), ("staging", "Delete"), ("prod", "Retain")] {
        let templates = templates(stage);
        for template in each_workflow(&templates) {
            let tables = of_type(template, "AWS::DynamoDB::Table");
            for (id, table) in tables.iter().filter(|(id, _)| *id != "IdempotencyTable") {
                assert_eq!(table["DeletionPolicy"], policy, "{stage}: {id}");
                assert_eq!(table["UpdateReplacePolicy"], "Retain", "{stage}: {id}");
            }
        }
    }
}

#[test]
fn everything_invokes_the_alias() {
    let templates = templates("prod");
    for template in each_workflow(&templates) {
        for (id, mapping) in of_type(template, "AWS::Lambda::EventSourceMapping") {
            assert_eq!(
                mapping["Properties"]["FunctionName"]["Ref"], "IntakeAlias",
                "{id}"
            );
        }
        for (id, function) in of_type(template, "AWS::Lambda::Function") {
            let variables = function["Properties"]["Environment"]["Variables"].as_object();
            for (name, value) in variables.into_iter().flatten() {
                if name == "ORCHESTRATOR" || name.ends_with("_FUNCTION") {
                    let target = value["Ref"].as_str().unwrap();
                    assert!(target.ends_with("Alias"), "{id}: {name} is {target}");
                }
            }
        }
    }
}

#[test]
fn a_role_names_what_it_uses() {
    let templates = templates("prod");
    for template in each_workflow(&templates) {
        let roles = of_type(template, "AWS::IAM::Role")
            .into_iter()
            .chain(of_type(template, "AWS::IAM::Policy"));
        for (id, role) in roles {
            let inline = role["Properties"]["Policies"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|policy| &policy["PolicyDocument"]);
            for document in inline.chain([&role["Properties"]["PolicyDocument"]]) {
                for statement in document["Statement"].as_array().into_iter().flatten() {
                    assert_ne!(statement["Resource"], "*", "{id}");
                    assert!(!statement["Action"].to_string().contains('*'), "{id}");
                }
            }
        }
    }
}

/// Work reaches a function through its alias only, and CloudFormation makes what nothing waits for in
/// any order: an alias that does not wait for a policy moves to code that may not do its work yet.
#[test]
fn no_alias_moves_before_its_functions_role_has_all_its_policies() {
    for stage in ["dev", "staging", "prod"] {
        let templates = templates(stage);
        for template in each_workflow(&templates) {
            let mut policies = 0;
            for (alias, body) in of_type(template, "AWS::Lambda::Alias") {
                let reached = awaited(template, alias);
                let function = body["Properties"]["FunctionName"]["Ref"].as_str().unwrap();
                let role = &template["Resources"][function]["Properties"]["Role"]["Fn::GetAtt"][0];
                for (policy, body) in of_type(template, "AWS::IAM::Policy") {
                    let roles = body["Properties"]["Roles"].as_array().unwrap();
                    if roles.iter().any(|of| of["Ref"] == *role) {
                        policies += 1;
                        assert!(reached.contains(policy), "{stage}: {alias} and {policy}");
                    }
                }
            }
            assert!(policies > 1, "{stage}: {policies}");
            for (mapping, _) in of_type(template, "AWS::Lambda::EventSourceMapping") {
                let reached = awaited(template, mapping);
                for (policy, _) in of_type(template, "AWS::IAM::Policy") {
                    assert!(reached.contains(policy), "{stage}: {mapping} and {policy}");
                }
            }
        }
    }
}

/// Returns what CloudFormation makes before a resource: what it depends on and refers to, and so on.
fn awaited(template: &Value, id: &str) -> BTreeSet<String> {
    let resources = template["Resources"].as_object().unwrap();
    let mut reached = BTreeSet::new();
    let mut next = vec![id.to_owned()];
    while let Some(id) = next.pop() {
        let mut words = BTreeSet::new();
        collect_words(&resources[&id], &mut words);
        words.retain(|word| resources.contains_key(word) && *word != id);
        next.extend(
            words
                .into_iter()
                .filter(|word| reached.insert(word.clone())),
        );
    }
    reached
}

/// Collects the values of `DependsOn`, `Ref` and `Fn::GetAtt`, and the names in `Fn::Sub`.
fn collect_words(value: &Value, words: &mut BTreeSet<String>) {
    let texts = |value: &Value| -> Vec<String> {
        let many = value.as_array().into_iter().flatten();
        let texts = many.chain([value]).filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match key.as_str() {
                    "DependsOn" | "Ref" => words.extend(texts(value)),
                    "Fn::GetAtt" => words.extend(texts(value).into_iter().take(1)),
                    "Fn::Sub" => {
                        let text = texts(value).into_iter().next().unwrap_or_default();
                        let names = text.split("${").skip(1);
                        let names = names.filter_map(|rest| rest.split(['}', '.']).next());
                        words.extend(names.map(str::to_owned));
                    }
                    _ => {}
                }
                collect_words(value, words);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_words(item, words)),
        _ => {}
    }
}

/// IAM keeps a role's inline policies by name: of two of one name only the last stays.
#[test]
fn no_policy_of_a_role_replaces_another() {
    let templates = templates("prod");
    for template in each_workflow(&templates) {
        let mut named = BTreeSet::new();
        for (id, policy) in of_type(template, "AWS::IAM::Policy") {
            for role in policy["Properties"]["Roles"].as_array().unwrap() {
                let name = (
                    role.to_string(),
                    policy["Properties"]["PolicyName"].to_string(),
                );
                assert!(named.insert(name), "{id}");
            }
        }
        assert!(!named.is_empty());
    }
}

#[test]
fn folders_crates_and_functions_have_one_spelling() {
    for folder in [crates_in("functions"), crates_in(LIBRARIES)].concat() {
        let manifest = fs_err::read_to_string(folder.join("Cargo.toml")).unwrap();
        let name = folder.file_name().unwrap().to_str().unwrap();
        assert_eq!(name, name.to_lowercase());
        assert!(
            manifest.contains(&format!("name = \"{name}\"")),
            "functions/{name}"
        );
    }
}

#[test]
fn functions_have_a_program_and_libraries_have_none() {
    let has_program = |folder: &PathBuf| folder.join("src/main.rs").exists();
    let functions = crates_in("functions");
    let libraries = crates_in(LIBRARIES);
    assert!(functions.iter().all(has_program), "{functions:?}");
    assert!(!libraries.iter().any(has_program), "{libraries:?}");
    assert!(!functions.is_empty() && !libraries.is_empty());
}

/// Returns the folders of the crates right below `folder`.
fn crates_in(folder: &str) -> Vec<PathBuf> {
    fs_err::read_dir(repository().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| *path != repository().join(LIBRARIES))
        .collect()
}

#[test]
fn the_readme_calls_services_by_their_names_at_first_mention() {
    let readme = fs_err::read_to_string(repository().join("README.md")).unwrap();
    for (name, full) in [
        ("Lambda", "AWS Lambda durable functions"),
        ("CloudFormation", "AWS CloudFormation"),
        ("DynamoDB", "Amazon DynamoDB"),
        ("CloudWatch", "Amazon CloudWatch"),
        ("SQS", "Amazon SQS"),
        ("EventBridge", "Amazon EventBridge"),
    ] {
        let first = readme
            .find(name)
            .unwrap_or_else(|| unreachable!("the README speaks of {name}"));
        let proper = full
            .find(name)
            .and_then(|offset| readme.get(first - offset..first - offset + full.len()));
        assert_eq!(proper, Some(full));
    }
    assert!(
        !readme.contains("Durable Functions"),
        "the service is called durable functions"
    );
}

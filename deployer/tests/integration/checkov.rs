//! Checkov's judgment on the linked templates: no finding, or a suppression with its reason beside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::python;
use crate::sandbox::{Sandbox, repository};
use crate::templates::{let_fraud_detection_ask, synthesize};

/// A check that failed: the template's file, the check's id and the resource, as `Type.LogicalId`.
type Finding = (String, String, String);

#[test]
fn checkov_has_no_finding_in_any_linked_template_and_some_in_a_bad_one() {
    let sandbox = Sandbox::with_copy();
    let_fraud_detection_ask(&sandbox, "prod");
    let folder = sandbox.project().join("out");
    let mut stages = 0;
    for stage in ["dev", "staging", "prod"] {
        stages += synthesize(&sandbox, stage).len();
    }
    assert_eq!(stages, 9, "three stacks a stage");
    fs_err::write(folder.join("bad.json"), bad_template().to_string()).unwrap();
    let configuration = repository().join(".checkov.yaml");
    let (status, report) = checkov(&folder, Some(&configuration));

    let of_bad = |check: &&Value| check["file_path"] == "/bad.json";
    let failed = checks(&report, "failed_checks");
    let (bad, good): (Vec<_>, Vec<_>) = failed.iter().partition(of_bad);
    assert_eq!(good, Vec::<&Value>::new(), "suppress none without a reason");
    let bad: BTreeSet<Finding> = bad.into_iter().map(finding).collect();
    let public = finding_of("bad.json", "CKV_AWS_53", "AWS::S3::Bucket.Bucket");
    let unencrypted = finding_of("bad.json", "CKV_AWS_27", "AWS::SQS::Queue.Queue");
    assert!(
        bad.contains(&public) && bad.contains(&unencrypted),
        "{bad:?}"
    );
    assert_eq!(status, 1, "findings end the run");
    assert_eq!(report["summary"]["parsing_errors"], 0);
}

/// A suppression that nothing needs hides what comes later.
#[test]
fn checkov_finds_what_is_suppressed_where_nothing_suppresses_it() {
    let sandbox = Sandbox::with_copy();
    let_fraud_detection_ask(&sandbox, "prod");
    let mut inline = BTreeSet::new();
    for file in synthesize(&sandbox, "prod") {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let mut template: Value =
            serde_json::from_str(&fs_err::read_to_string(&file).unwrap()).unwrap();
        for (id, resource) in template["Resources"].as_object_mut().unwrap() {
            let kind = resource["Type"].as_str().unwrap().to_owned();
            let metadata = resource.as_object_mut().unwrap().shift_remove("Metadata");
            for skip in metadata
                .iter()
                .flat_map(|metadata| metadata["checkov"]["skip"].as_array().unwrap())
            {
                let check = skip["id"].as_str().unwrap();
                assert!(skip["comment"].is_string(), "{check} of {id}: why?");
                inline.insert(finding_of(&name, check, &format!("{kind}.{id}")));
            }
        }
        fs_err::write(file, template.to_string()).unwrap();
    }
    assert_eq!(
        inline.len(),
        15,
        "four queues, a topic and the idempotency records a workflow, one bucket; the questions and the page behind their links"
    );
    let configuration = fs_err::read_to_string(repository().join(".checkov.yaml")).unwrap();
    let configuration: Value = serde_yaml::from_str(&configuration).unwrap();

    let (_, report) = checkov(&sandbox.project().join("out"), None);
    let failed = checks(&report, "failed_checks");
    let failed: BTreeSet<Finding> = failed.iter().map(finding).collect();
    assert_eq!(inline.difference(&failed).next(), None);
    for check in configuration["skip-check"].as_array().unwrap() {
        assert!(
            failed.iter().any(|(_, failed, _)| failed == check),
            "nothing needs the suppression of {check} in .checkov.yaml"
        );
    }
}

/// Runs checkov over a folder of templates, without the network, and returns its exit code and report.
fn checkov(folder: &Path, configuration: Option<&PathBuf>) -> (i32, Value) {
    let mut command = Command::new(python::program("checkov", "checkov"));
    command
        .current_dir(folder)
        .env("HOME", folder)
        .env("CKV_SKIP_PACKAGE_UPDATE_CHECK", "true")
        .args(["--framework", "cloudformation", "--skip-download"])
        .args(["--output", "json", "--directory"])
        .arg(folder);
    if let Some(configuration) = configuration {
        command.arg("--config-file").arg(configuration);
    }
    let run = command.output().unwrap();
    let text = String::from_utf8_lossy(&run.stdout);
    let said = String::from_utf8_lossy(&run.stderr);
    let report = serde_json::from_str(&text).unwrap_or_else(|_| unreachable!("{text}{said}"));
    (run.status.code().unwrap(), report)
}

fn checks(report: &Value, which: &str) -> Vec<Value> {
    report["results"][which].as_array().unwrap().clone()
}

fn finding(check: &Value) -> Finding {
    let text = |field: &str| check[field].as_str().unwrap();
    let file = text("file_path").rsplit('/').next().unwrap();
    finding_of(file, text("check_id"), text("resource"))
}

fn finding_of(file: &str, check: &str, resource: &str) -> Finding {
    (file.to_owned(), check.to_owned(), resource.to_owned())
}

/// A bucket and a queue that anybody may read, in the clear.
fn bad_template() -> Value {
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Bucket": { "Type": "AWS::S3::Bucket" },
            "Queue": { "Type": "AWS::SQS::Queue" },
        },
    })
}

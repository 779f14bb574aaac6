//! The linked templates: golden files for people to review, and cfn-lint's judgment on all of them.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::python;
use crate::sandbox::{Sandbox, repository};

/// Writes the linked templates of a stage into `out/` of the project, and returns the files.
pub(crate) fn synthesize(sandbox: &Sandbox, stage: &str) -> Vec<PathBuf> {
    let folder = sandbox.project().join("out").join(stage);
    let run = sandbox
        .deployer(&["synth", "--stage", stage, "--out", folder.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let mut files: Vec<PathBuf> = fs_err::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn linked_templates_are_the_golden_ones() {
    let sandbox = Sandbox::with_copy();
    for stage in ["dev", "staging", "prod"] {
        for file in synthesize(&sandbox, stage) {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            // The local target runs the host's own binaries, so the host's architecture is in its template.
            let text = fs_err::read_to_string(&file).unwrap();
            let text = if stage == "dev" {
                text.replace("\"arm64\"", "\"x86_64\"")
            } else {
                text
            };
            insta::with_settings!({ omit_expression => true, snapshot_path => "golden", prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(name, text);
            });
        }
    }
}

#[test]
fn a_managed_runtime_and_an_envelope_reach_the_functions_and_their_versions() {
    let sandbox = Sandbox::with_copy();
    let linked = || -> Value {
        let files = synthesize(&sandbox, "prod");
        let orders = files
            .iter()
            .find(|file| file.to_string_lossy().contains("order"));
        serde_json::from_slice(&fs_err::read(orders.unwrap()).unwrap()).unwrap()
    };
    let versions = |template: &Value| -> Vec<String> {
        let resources = template["Resources"].as_object().unwrap().iter();
        let versions = resources.filter(|(id, resource)| {
            resource["Type"] == "AWS::Lambda::Version"
                && (id.starts_with("Orchestrator") || id.starts_with("Intake"))
        });
        versions.map(|(id, _)| id.clone()).collect()
    };
    let before = linked();
    let stage = "config/stages/prod.yaml";
    let whole = fs_err::read_to_string(sandbox.project().join(stage)).unwrap();
    let changed = format!(
        "{whole}\nworkflows:\n  order-processing:\n    orchestrator: {{ runtime: nodejs24.x }}\n    intake: {{ envelope: eventbridge }}\n"
    );
    fs_err::write(sandbox.project().join(stage), changed).unwrap();
    let after = linked();
    let of = |template: &Value, id: &str, path: &str| {
        template["Resources"][id]["Properties"]
            .pointer(path)
            .cloned()
    };
    let wrapper = "/Environment/Variables/AWS_LAMBDA_EXEC_WRAPPER";
    let envelope = "/Environment/Variables/ENVELOPE";
    let function = "OrchestratorFunction";
    assert_eq!(
        of(&before, function, "/Runtime"),
        Some(json!("provided.al2023"))
    );
    assert_eq!(of(&before, function, wrapper), None);
    assert_eq!(of(&after, function, "/Runtime"), Some(json!("nodejs24.x")));
    assert_eq!(
        of(&after, function, wrapper),
        Some(json!("/var/task/bootstrap"))
    );
    assert_eq!(of(&before, "IntakeFunction", envelope), None);
    assert_eq!(
        of(&after, "IntakeFunction", envelope),
        Some(json!("eventbridge"))
    );
    let (before, after) = (versions(&before), versions(&after));
    assert_eq!((before.len(), after.len()), (2, 2));
    assert!(
        before.iter().all(|id| !after.contains(id)),
        "{before:?} {after:?}"
    );
}

#[test]
fn the_same_configuration_links_to_the_same_bytes() {
    let (one, two) = (Sandbox::with_copy(), Sandbox::with_copy());
    for (left, right) in synthesize(&one, "prod")
        .into_iter()
        .zip(synthesize(&two, "prod"))
    {
        assert_eq!(fs_err::read(left).unwrap(), fs_err::read(right).unwrap());
    }
}

#[test]
fn cfn_lint_has_no_finding_in_any_component_or_linked_template() {
    let cfn_lint = python::program("cfn-lint", "cfn-lint");
    let sandbox = Sandbox::with_copy();
    let mut files: Vec<PathBuf> = fs_err::read_dir(repository().join("templates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    assert!(files.len() >= 9, "every component is there");
    for stage in ["dev", "staging", "prod"] {
        files.extend(synthesize(&sandbox, stage));
    }
    let run = Command::new(cfn_lint).args(&files).output().unwrap();
    assert!(
        run.status.success(),
        "{}{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
}

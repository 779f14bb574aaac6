//! The linked templates: golden files for people to review, and cfn-lint's judgment on all of them.

use std::path::PathBuf;
use std::process::Command;

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

//! What `up` and `cargo test` compile is the same, so that neither compiles the SDK after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::crates::workspace;

/// The features of each package and version that this machine compiles for itself, as cargo chooses them
/// for the whole workspace.
fn features(edges: &str) -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--workspace",
            "--locked",
            "--offline",
            "--edges",
            edges,
        ])
        .args(["--prefix", "none", "--format", "{p}|{f}"])
        .current_dir(workspace())
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let Some((package, features)) = line.trim_end_matches(" (*)").split_once('|') else {
            continue;
        };
        let package = found.entry(package.to_owned()).or_default();
        package.extend(features.split(',').map(str::to_owned));
    }
    found
}

#[test]
fn tests_turn_no_feature_on_that_a_deployment_lacks() {
    let deployed = features("normal,no-proc-macro");
    let tested = features("normal,dev,no-proc-macro");
    assert!(deployed.len() > 100, "{deployed:?}");
    let compiled_twice: Vec<_> = deployed
        .iter()
        .filter_map(|(package, features)| {
            let more = tested.get(package)?.difference(features);
            let more: Vec<_> = more.map(String::as_str).collect();
            (!more.is_empty()).then(|| format!("{package}: {}", more.join(", ")))
        })
        .collect();
    assert!(
        compiled_twice.is_empty(),
        "compiled twice, with all that depends on it, unless functions/libraries/scripted-aws turns it on too:\n{}",
        compiled_twice.join("\n")
    );
}

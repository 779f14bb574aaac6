//! `doctor`, `completions` and `man`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::Sandbox;

fn doctor(sandbox: &Sandbox, arguments: &[&str], path: Option<&str>) -> (Option<i32>, Value) {
    let all = [&["--format", "json", "doctor"], arguments].concat();
    let mut command = sandbox.deployer(&all);
    if let Some(path) = path {
        command.env("PATH", path);
    }
    // Nobody's credentials, and no question to a machine's metadata service.
    let output = command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/nowhere/config")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.stdout.is_empty(), "{stderr}");
    let document = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), document)
}

fn verdict<'a>(document: &'a Value, name: &str) -> &'a str {
    let checks = document["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name);
    check.map_or("absent", |check| check["verdict"].as_str().unwrap())
}

#[test]
fn a_machine_that_builds_this_project_has_what_the_local_stage_needs() {
    let (code, document) = doctor(&Sandbox::of_repository(), &[], None);
    assert_eq!(code, Some(0), "{document}");
    assert_eq!(document["ready"], true);
    for name in ["rustc", "cargo", "C compiler", "Python", "port"] {
        assert_eq!(verdict(&document, name), "ok", "{name}: {document}");
    }
}

#[test]
fn what_is_not_there_is_missing_with_a_remedy() {
    let sandbox = Sandbox::with_copy();
    sandbox.forget_ministack();
    let (code, document) = doctor(&sandbox, &[], Some("/nowhere"));
    assert_eq!(code, Some(4), "{document}");
    for name in ["rustc", "cargo", "C compiler"] {
        assert_eq!(verdict(&document, name), "missing", "{name}: {document}");
    }
    assert_eq!(verdict(&document, "MiniStack"), "warning", "{document}");
    let checks = document["checks"].as_array().unwrap();
    let silent = checks
        .iter()
        .filter(|check| check["verdict"] != "ok" && check["remedy"].is_null());
    assert_eq!(silent.count(), 0, "{document}");
}

#[test]
fn a_stage_in_an_account_needs_a_cross_compiler_and_credentials() {
    let (code, document) = doctor(&Sandbox::of_repository(), &["--stage", "staging"], None);
    assert_eq!(code, Some(4), "{document}");
    assert_eq!(verdict(&document, "credentials"), "missing", "{document}");
    assert_ne!(verdict(&document, "cross-compiler"), "absent", "{document}");
    assert_ne!(verdict(&document, "Rust target"), "absent", "{document}");
    assert_eq!(verdict(&document, "MiniStack"), "absent", "{document}");
}

#[test]
fn what_cannot_be_installed_says_why() {
    let output = Sandbox::of_repository()
        .deployer(&["--stage", "staging", "--yes", "doctor", "--fix"])
        .env("DEPLOYER_PYTHON", "/nowhere/python3")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{stderr}");
    assert!(
        stderr.contains("/nowhere/python3") && stderr.contains("hint:"),
        "{stderr}"
    );
}

#[test]
fn a_taken_port_is_missing() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Sandbox::with_copy()
        .deployer(&["doctor"])
        .env("DEPLOYER_LOCAL_PORT", &port)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    let stdout = String::from_utf8_lossy(&output.stdout);
    let told = stdout
        .lines()
        .find(|line| line.contains("is taken"))
        .unwrap();
    assert_snapshot!(told.replace(&port, "[PORT]"), @"missing  port           [PORT] is taken by another program");
}

#[test]
fn completions_and_manual_pages_need_no_project() {
    let sandbox = Sandbox::with_copy();
    let folder = tempfile::tempdir().unwrap();
    for (arguments, text) in [
        (["completions", "bash"], "_deployer()"),
        (["completions", "zsh"], "#compdef deployer"),
        (["completions", "fish"], "complete -c deployer"),
    ] {
        let output = sandbox
            .deployer(&arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && stdout.contains(text), "{stdout}");
    }
    sandbox
        .deployer(&["man", "--out", "pages"])
        .current_dir(folder.path())
        .assert()
        .success();
    let page = fs_err::read_to_string(folder.path().join("pages/deployer-up.1")).unwrap();
    assert!(page.contains(".TH"), "{page}");
}

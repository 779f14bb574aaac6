//! What the program says: exit code, stdout and stderr of everything that can be asked wrongly.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn a_coherent_project_validates() {
    let sandbox = Sandbox::with_copy();
    let said = sandbox.said(&["validate"]);
    assert!(said.starts_with("exit code: 0\n----- stdout\nStage dev is coherent"), "{said}");
}

#[test]
fn a_typo_in_a_configuration_file_names_line_and_nearest_name() {
    let sandbox = Sandbox::with_copy();
    sandbox.edit("config/app.yaml", "execution_timeout:", "execution_timout:");
    assert_snapshot!(sandbox.said(&["up"]), @r"");
}

#[test]
fn an_unknown_stage_names_the_nearest() {
    assert_snapshot!(Sandbox::with_copy().said(&["--stage", "prd", "up"]), @r"");
}

#[test]
fn an_unknown_workflow_names_the_nearest() {
    assert_snapshot!(Sandbox::with_copy().said(&["up", "fraud-detecton"]), @r"");
}

#[test]
fn an_incoherent_configuration_lists_every_problem_and_touches_nothing() {
    let sandbox = Sandbox::with_copy();
    sandbox.edit("config/app.yaml", "longest_wait: 24h", "longest_wait: 26h");
    sandbox.edit("config/app.yaml", "max_receive_count: 5", "max_receive_count: 2");
    assert_snapshot!(sandbox.said(&["up"]), @r"");
}

#[test]
fn a_function_folder_without_a_crate_is_found_before_anything_is_built() {
    let sandbox = Sandbox::with_copy();
    fs_err::remove_file(sandbox.project().join("functions/fraud-detection/Cargo.toml")).unwrap();
    assert_snapshot!(sandbox.said(&["up"]), @r"");
}

#[test]
fn a_template_that_refers_to_nothing_names_file_and_line() {
    let sandbox = Sandbox::with_copy();
    sandbox.edit("templates/queue-intake.yaml", "!GetAtt DeadLetterQueue.Arn", "!GetAtt DeadLeterQueue.Arn");
    assert_snapshot!(sandbox.said(&["up"]), @r"");
}

#[test]
fn a_smoke_test_before_up_says_what_to_do_first() {
    assert_snapshot!(Sandbox::with_copy().said(&["smoke-test"]), @r"");
}

#[test]
fn a_folder_without_a_project_says_so() {
    let sandbox = Sandbox::with_copy();
    fs_err::remove_file(sandbox.project().join("config/app.yaml")).unwrap();
    assert_snapshot!(sandbox.said(&["validate"]), @r"");
}

#[test]
fn without_python_the_local_target_says_what_to_install() {
    let sandbox = Sandbox::with_copy();
    let output = sandbox.deployer(&["local", "start"]).env("DEPLOYER_PYTHON", "/nowhere/python3").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{stderr}");
    assert!(stderr.contains("/nowhere/python3") && stderr.contains("hint:"), "{stderr}");
}

#[test]
fn errors_are_data_for_programs_too() {
    let sandbox = Sandbox::with_copy();
    let output = sandbox.deployer(&["--format", "json", "--stage", "prd", "up"]).output().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["event"], "error");
    assert_eq!(document["exit_code"], 2);
    assert_eq!(document["hint"], "did you mean `prod`?");
}

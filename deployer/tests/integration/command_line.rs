//! What the program says: exit code, stdout and stderr of everything that can be asked wrongly.

use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::sandbox::{FUNCTIONS, Sandbox};

#[test]
fn a_coherent_project_validates() {
    let sandbox = Sandbox::with_copy();
    let said = sandbox.said(&["validate"]);
    assert!(
        said.starts_with("exit code: 0\n----- stdout\nStage dev is coherent"),
        "{said}"
    );
}

#[test]
fn a_typo_in_a_configuration_file_names_line_and_nearest_name() {
    let sandbox = Sandbox::with_copy();
    sandbox.edit("config/app.yaml", "execution_timeout:", "execution_timout:");
    assert_snapshot!(sandbox.said(&["up"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: config/app.yaml:9: unknown key `execution_timout`

    hint: did you mean `execution_timeout`?
    ");
}

// A disk that is always full is there on Linux alone.
#[cfg(target_os = "linux")]
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
fn a_log_that_a_full_disk_does_not_take_does_not_end_the_local_target() {
    let sandbox = Sandbox::with_copy();
    let full = std::fs::File::options().write(true).open("/dev/full");
    let mut target = sandbox.process(&["-v", "local", "run"]);
    target.stderr(full.unwrap()).stdout(Stdio::null());
    let mut target = target.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_mins(5);
    loop {
        assert_eq!(target.try_wait().unwrap(), None, "the target has ended");
        assert!(Instant::now() < deadline, "it does not answer");
        if sandbox.said(&["local", "status"]).contains("answers at") {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    sandbox.deployer(&["local", "stop"]).assert().success();
    assert!(target.wait().unwrap().success());
}

#[test]
fn an_unknown_stage_names_the_nearest() {
    assert_snapshot!(Sandbox::with_copy().said(&["--stage", "prd", "up"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: there is no stage `prd`: config/stages/prd.yaml does not exist

    hint: did you mean `prod`?
    ");
}

#[test]
fn an_unknown_workflow_names_the_nearest() {
    assert_snapshot!(Sandbox::with_copy().said(&["up", "fraud-detecton"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: there is no workflow `fraud-detecton` in config/app.yaml

    hint: did you mean `fraud-detection`?
    ");
}

#[test]
fn an_incoherent_configuration_lists_every_problem_and_touches_nothing() {
    let sandbox = Sandbox::with_copy();
    sandbox.edit("config/app.yaml", "longest_wait: 24h", "longest_wait: 26h");
    sandbox.edit(
        "config/app.yaml",
        "max_receive_count: 5",
        "max_receive_count: 2",
    );
    assert_snapshot!(sandbox.said(&["up"]), @r#"
    exit code: 2
    ----- stdout
    ----- stderr
    config/app.yaml:9: the execution may take 25h, but waits up to 26h; give it longer than its longest wait [O002]
      an execution that times out while it waits never sees the wait's end (AWS: durable functions, "Match timeouts to invocation type")

    config/app.yaml:15: 2 tries are too few; allow 5 [I007]
      with fewer tries, throttled messages end in the dead-letter queue (AWS Lambda: SQS event sources, maxReceiveCount of at least 5)

    error: the configuration of stage `dev` has 2 problems
    "#);
}

#[test]
fn validate_tells_everything_that_is_wrong_at_once() {
    let sandbox = Sandbox::with_copy();
    sandbox.edit("config/app.yaml", "name: durable", "name: Durable");
    sandbox.edit("config/smoke/fraud-detection.yaml", "expect:", "expct:");
    sandbox.edit("config/smoke/order-processing.yaml", "send:", "sned:");
    assert_snapshot!(sandbox.said(&["validate"]), @r"
    exit code: 2
    ----- stdout
    config/app.yaml:3: the name `Durable` is not made of a–z, 0–9 and `-`, starting with a letter, at most 24 long [N001]
      names become parts of stack names and logical ids (AWS CloudFormation: stack names match [a-zA-Z][-a-zA-Z0-9]*, at most 128)

    config/smoke/fraud-detection.yaml:7: unknown key `expct`
      hint: did you mean `expect`?

    config/smoke/order-processing.yaml:7: unknown key `sned`
      hint: did you mean `send`?

    Stage dev has 3 problems.
    ----- stderr
    ");
}

#[test]
fn a_secret_in_a_component_is_refused_by_everything_that_links() {
    let sandbox = Sandbox::with_copy();
    sandbox.edit(
        "templates/queue-intake.yaml",
        "          QUEUE_URL: !Ref Queue\n",
        "          QUEUE_URL: !Ref Queue\n          DB_PASSWORD: hunter22\n",
    );
    for command in ["validate", "synth", "plan", "up"] {
        let said = sandbox.said(&[command]);
        assert!(said.starts_with("exit code: 2"), "{command}: {said}");
        assert!(
            said.contains("[X001]") && said.contains("{{resolve:secretsmanager:"),
            "{command}: {said}"
        );
        assert!(!said.contains("hunter22"), "{command}: {said}");
    }
}

#[test]
fn a_mistyped_resource_type_is_told_with_the_nearest() {
    let sandbox = Sandbox::with_copy();
    sandbox.edit(
        "templates/table.yaml",
        "AWS::DynamoDB::Table",
        "AWS::DynamoDB::Tabel",
    );
    let said = sandbox.said(&["validate"]);
    assert!(
        said.starts_with("exit code: 0"),
        "it might be right: {said}"
    );
    assert!(
        said.contains("templates/table.yaml:")
            && said.contains("did you mean `AWS::DynamoDB::Table`?"),
        "{said}"
    );
    sandbox.edit(
        "templates/table.yaml",
        "AWS::DynamoDB::Tabel",
        "AWS:DynamoDB::Table",
    );
    let said = sandbox.said(&["validate"]);
    assert!(
        said.starts_with("exit code: 2"),
        "it cannot be right: {said}"
    );
    assert!(
        said.contains("did you mean `AWS::DynamoDB::Table`?"),
        "{said}"
    );
}

#[test]
fn a_function_folder_without_a_crate_is_found_before_anything_is_built() {
    let sandbox = Sandbox::with_copy();
    fs_err::remove_file(
        sandbox
            .project()
            .join("functions/fraud-detection/Cargo.toml"),
    )
    .unwrap();
    assert_snapshot!(sandbox.said(&["up"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    config/app.yaml:7: functions/fraud-detection has no Cargo.toml; make it a crate: `cargo new functions/fraud-detection` [F001]
      a function is the crate of its name in `functions/` (README.md: the map of folders)

    error: the configuration of stage `dev` has 1 problem
    ");
}

#[test]
fn a_template_that_refers_to_nothing_names_file_and_line() {
    let sandbox = Sandbox::with_copy();
    sandbox.edit(
        "templates/queue-intake.yaml",
        "!GetAtt DeadLetterQueue.Arn",
        "!GetAtt DeadLeterQueue.Arn",
    );
    assert_snapshot!(sandbox.said(&["up"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: templates/queue-intake.yaml:86: there is no parameter or resource `DeadLeterQueue` in this component

    hint: did you mean `DeadLetterQueue`?
    ");
}

#[test]
fn a_smoke_test_before_up_says_what_to_do_first() {
    assert_snapshot!(Sandbox::with_copy().said(&["smoke-test"]), @r"
    exit code: 4
    ----- stdout
    ----- stderr
    error: the local target is not running

    hint: run `deployer up --stage dev`; what was deployed before is still there
    ");
}

#[test]
fn what_is_wrong_with_a_smoke_test_is_said_before_anything_is_asked() {
    let sandbox = Sandbox::with_copy();
    assert_snapshot!(sandbox.said(&["smoke-test", "--filter", "mediun"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: no scenario has `mediun` in its name

    hint: did you mean `medium risk: suspended, approved by SMS` or `medium risk: suspended, approved by e-mail`?
    ");
    assert_snapshot!(sandbox.said(&["smoke-test", "--junit", "nowhere/smoke.xml"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: there is no folder `nowhere` to write `nowhere/smoke.xml` into

    hint: make it first: `mkdir -p nowhere`
    ");
    let said = sandbox.said(&["smoke-test", "--repeat", "0"]);
    assert!(said.starts_with("exit code: 2"), "{said}");
}

#[test]
fn a_folder_without_a_project_says_so() {
    let sandbox = Sandbox::with_copy();
    fs_err::remove_file(sandbox.project().join("config/app.yaml")).unwrap();
    assert_snapshot!(sandbox.said(&["validate"]), @r"
    exit code: 2
    ----- stdout
    ----- stderr
    error: no project here: neither [HOME]/project nor a folder above it has config/app.yaml

    hint: change into the project's folder, or name it with --project
    ");
}

#[test]
fn without_python_the_local_target_says_what_to_install() {
    let sandbox = Sandbox::with_copy();
    sandbox.forget_ministack();
    let output = sandbox
        .deployer(&["local", "start"])
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
fn a_port_that_is_taken_is_found_before_anything_starts() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let sandbox = Sandbox::with_copy();
    let output = sandbox
        .deployer(&["local", "start"])
        .env("DEPLOYER_LOCAL_PORT", &port)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).replace(&port, "[PORT]");
    assert_eq!(output.status.code(), Some(4), "{stderr}");
    assert_snapshot!(stderr, @r"
    error: port [PORT] is taken by another program

    hint: set `local.port` in the stage's file or DEPLOYER_LOCAL_PORT to a free port
    ");
}

#[test]
fn a_compile_error_is_shown_in_the_compilers_own_words() {
    let sandbox = Sandbox::with_copy();
    let project = sandbox.project();
    fs_err::write(
        project.join("Cargo.toml"),
        "[workspace]\nresolver = \"3\"\nmembers = [\"functions/*\"]\n",
    )
    .unwrap();
    for function in FUNCTIONS {
        let folder = project.join("functions").join(function);
        fs_err::create_dir_all(folder.join("src")).unwrap();
        fs_err::write(
            folder.join("src/main.rs"),
            "fn main() { let count: u32 = \"three\"; }\n",
        )
        .unwrap();
    }
    let lock = Command::new("cargo")
        .arg("generate-lockfile")
        .current_dir(project)
        .output()
        .unwrap();
    assert!(
        lock.status.success(),
        "{}",
        String::from_utf8_lossy(&lock.stderr)
    );
    let output = sandbox
        .deployer(&["up"])
        .env("CARGO_TARGET_DIR", project.join("target"))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(8), "{stderr}");
    assert!(
        stderr.contains("error[E0308]: mismatched types"),
        "{stderr}"
    );
    assert!(
        stderr.contains("error: the functions could not be built"),
        "{stderr}"
    );
}

#[test]
fn forgetting_the_local_state_says_what_is_lost_and_needs_consent() {
    let sandbox = Sandbox::with_copy();
    let said = sandbox.said(&["local", "reset"]);
    assert!(said.starts_with("exit code: 0"), "{said}");
    assert!(said.contains("There is nothing to forget"), "{said}");

    let state = sandbox.home().join(".deployer/local");
    fs_err::create_dir_all(&state).unwrap();
    let output = sandbox
        .deployer(&["local", "reset"])
        .env("CI", "true")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(
        stderr.contains("will forget") && stderr.contains("tables with their items"),
        "{stderr}"
    );
    assert!(state.exists(), "nothing was changed");

    let said = sandbox.said(&["--yes", "local", "reset"]);
    assert!(said.starts_with("exit code: 0"), "{said}");
    assert!(!state.exists(), "{said}");
}

#[test]
fn a_command_line_that_cannot_be_read_is_an_error_for_programs_too() {
    let sandbox = Sandbox::with_copy();
    for (arguments, message, hint) in [
        (
            &["--format", "json", "upp"][..],
            "unrecognized subcommand 'upp'",
            "a similar subcommand exists: 'up'",
        ),
        (
            &["up", "--plann", "file", "--format=json"],
            "unexpected argument '--plann' found",
            "a similar argument exists: '--plan'",
        ),
        (
            &["--format", "json", "completions"],
            "the following required arguments were not provided: <SHELL>",
            "run it with `--help`",
        ),
    ] {
        let output = sandbox.deployer(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["event"], "error");
        assert_eq!(document["exit_code"], 2);
        assert_eq!(document["message"], message);
        assert_eq!(document["hint"], hint);
        assert!(!output.stderr.is_empty(), "people read stderr");
    }
    let help = sandbox.said(&["--format", "json", "--help"]);
    assert!(
        help.starts_with("exit code: 0\n----- stdout\nDeploys"),
        "{help}"
    );
    let human = sandbox.said(&["upp"]);
    assert!(
        human.starts_with("exit code: 2\n----- stdout\n----- stderr"),
        "{human}"
    );
}

#[test]
fn errors_are_data_for_programs_too() {
    let sandbox = Sandbox::with_copy();
    let output = sandbox
        .deployer(&["--format", "json", "--stage", "prd", "up"])
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["event"], "error");
    assert_eq!(document["exit_code"], 2);
    assert_eq!(document["hint"], "did you mean `prod`?");
}

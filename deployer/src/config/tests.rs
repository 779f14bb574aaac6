//! Layers, and what a wrong file is told.

use camino::Utf8PathBuf;
use tempfile::TempDir;

use super::{App, load};
use crate::error::{Error, Kind};

const APPLICATION: &str = r#"name: shop
workflows:
  fraud:
    orchestrator:
      function: fraud
      execution_timeout: 25h
      longest_wait: 24h
    intake:
      execution_name: "{stage}-tx-{id}"
      batch_size: 5
    tables: { ledger: { partition_key: id } }
"#;

fn load_from(application: &str, stage: &str) -> Result<App, Error> {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    fs_err::create_dir_all(root.join("config/stages")).unwrap();
    fs_err::write(root.join("config/app.yaml"), application).unwrap();
    fs_err::write(root.join("config/stages/dev.yaml"), stage).unwrap();
    load(&root, "dev")
}

#[track_caller]
fn refused(application: &str, stage: &str, message: &str, hint: &str) {
    let error = load_from(application, stage).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    let causes = error.causes().join(" | ");
    assert!(
        error.to_string().starts_with(message),
        "{error} ({causes}) should start with {message}"
    );
    assert!(
        error.way_out().unwrap_or_default().contains(hint),
        "{:?} should contain {hint}",
        error.way_out()
    );
}

#[test]
fn the_stage_wins_over_the_application_and_the_application_over_the_defaults() {
    let stage = "workflows: { fraud: { intake: { batch_size: 7 }, orchestrator: { environment: { A: b } } } }\n";
    let app = load_from(APPLICATION, stage).unwrap();
    let workflow = app.workflow("fraud").unwrap();
    let intake = workflow.intake.as_ref().unwrap();
    assert_eq!(intake.batch_size, 7, "the stage's");
    assert_eq!(
        workflow.orchestrator.longest_wait.to_string(),
        "1d",
        "the application's"
    );
    assert_eq!(intake.max_receive_count, 5, "the default");
    assert_eq!(intake.visibility().seconds(), 180, "six timeouts");
    assert_eq!(workflow.orchestrator.environment.len(), 1);
    assert_eq!(app.stack_name("fraud"), "shop-dev-fraud");
    assert_eq!(
        app.artifact_bucket(),
        "shop-dev-artifacts-000000000000-us-east-1"
    );
}

#[test]
fn an_empty_stage_is_the_defaults() {
    let app = load_from(APPLICATION, "").unwrap();
    assert_eq!(app.stage.region, "us-east-1");
    assert_eq!(app.stage.log_retention.to_string(), "14d");
    assert!(app.uses_local_target());
}

#[test]
fn unknown_keys_name_file_line_and_the_nearest_valid_name() {
    refused(
        &APPLICATION.replace("batch_size", "bach_size"),
        "",
        "config/app.yaml:10: unknown key `bach_size`",
        "`batch_size`",
    );
    refused(
        &APPLICATION.replace("tables:", "tabels:"),
        "",
        "config/app.yaml:11: unknown key `tabels`",
        "`tables`",
    );
    refused(
        APPLICATION,
        "target: local\nregoin: eu-west-1\n",
        "config/stages/dev.yaml:2: unknown key `regoin`",
        "`region`",
    );
    refused(
        APPLICATION,
        "target: lokal\n",
        "config/stages/dev.yaml:1: unknown value `lokal`",
        "`local`",
    );
    refused(
        APPLICATION,
        "\nworkflows:\n  fraud: { intake: { batchsize: 7 } }\n",
        "config/stages/dev.yaml:3: unknown key `batchsize`",
        "`batch_size`",
    );
    refused(
        APPLICATION,
        "workflows:\n  fruad: {}\n",
        "config/stages/dev.yaml:2: there is no workflow `fruad`",
        "`fraud`",
    );
}

#[test]
fn wrong_units_and_missing_fields_name_file_and_line() {
    refused(
        &APPLICATION.replace("25h", "25"),
        "",
        "config/app.yaml:6: `workflows.fraud.orchestrator.execution_timeout`:",
        "",
    );
    refused(
        &APPLICATION.replace("25h", "25 parsecs"),
        "",
        "config/app.yaml:6:",
        "",
    );
    refused(
        &APPLICATION.replace("batch_size: 5", "batch_size: -5"),
        "",
        "config/app.yaml:10:",
        "",
    );
    refused(
        &APPLICATION.replace("      longest_wait: 24h\n", ""),
        "",
        "config/app.yaml:4: `workflows.fraud.orchestrator`: missing field `longest_wait`",
        "",
    );
    refused(
        "workflows: {}\n",
        "",
        "config/app.yaml: missing field `name`",
        "",
    );
}

#[test]
fn duplicate_keys_and_broken_yaml_name_the_line() {
    refused(
        &format!("{APPLICATION}name: again\n"),
        "",
        "config/app.yaml:12: the key `name` is there already",
        "once",
    );
    refused(
        APPLICATION,
        "target: local\nlog_retention: 14d\ntarget: aws\n",
        "config/stages/dev.yaml:3: the key `target` is there already",
        "once",
    );
    refused("name: [\n", "", "config/app.yaml:2 is not valid YAML", "");
    refused(
        "just text\n",
        "",
        "config/app.yaml is not a mapping",
        "keys",
    );
}

#[test]
fn an_unknown_stage_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    fs_err::create_dir_all(root.join("config/stages")).unwrap();
    fs_err::write(root.join("config/stages/staging.yaml"), "").unwrap();
    let error = load(&root, "stagin").unwrap_err();
    assert!(error.to_string().contains("there is no stage `stagin`"));
    assert_eq!(error.way_out(), Some("did you mean `staging`?"));
}

#[test]
fn an_unknown_workflow_names_the_nearest() {
    let app = load_from(APPLICATION, "").unwrap();
    let error = app.select(&["fruad".to_owned()]).unwrap_err();
    assert_eq!(error.way_out(), Some("did you mean `fraud`?"));
    assert_eq!(app.select(&[]).unwrap(), ["fraud"]);
}

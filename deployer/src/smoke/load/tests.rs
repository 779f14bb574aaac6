//! What is wrong in a scenario file is told with its file and line.

mod many;

use camino::Utf8PathBuf;
use tempfile::TempDir;

use super::load_scenarios;
use crate::config::{self, App};
use crate::error::{Error, Kind};

const APPLICATION: &str = "\
name: shop
workflows:
  orders:
    orchestrator:
      function: orders
      execution_timeout: 1h
      longest_wait: 30m
    intake:
      execution_name: '{stage}-{id}'
    workers:
      ship: {}
    tables:
      stock: { partition_key: item, sort_key: place }
  bare:
    orchestrator:
      function: bare
      execution_timeout: 1h
      longest_wait: 30m
";

const GOOD: &str = "\
scenarios:
  - name: one
    send:
      - message: { id: '{id}' }
      - message: { id: '{id}', more: 1 }
        after_previous: true
      - body: no json
        times: 2
    answers:
      - to: sms
        success: { decision: approved }
    expect:
      executions:
        - status: SUCCEEDED
          steps: [a]
      items:
        - table: stock
          key: { item: '{id}', place: 7 }
          absent: true
      dead_letters: [1, 2, 2]
";

/// Makes an application with these scenario files.
fn application(files: &[(&str, &str)]) -> (TempDir, App) {
    let folder = TempDir::new().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    for name in ["config/stages", "config/smoke"] {
        fs_err::create_dir_all(root.join(name)).unwrap();
    }
    fs_err::write(root.join("config/app.yaml"), APPLICATION).unwrap();
    fs_err::write(root.join("config/stages/dev.yaml"), "target: local\n").unwrap();
    for (name, text) in files {
        fs_err::write(root.join("config/smoke").join(name), text).unwrap();
    }
    let app = config::load(&root, "dev").unwrap();
    (folder, app)
}

/// Returns the error of a scenario file that differs from the good one.
fn refused(from: &str, to: &str) -> Error {
    refused_in(GOOD, from, to)
}

fn refused_in(file: &str, from: &str, to: &str) -> Error {
    assert!(file.contains(from), "{from}");
    let (_folder, app) = application(&[("orders.yaml", &file.replacen(from, to, 1))]);
    load_scenarios(&app, &["orders".to_owned()]).unwrap_err()
}

#[test]
fn a_good_file_is_read_and_a_missing_one_means_none() {
    let (_folder, app) = application(&[("orders.yaml", GOOD)]);
    let loaded = load_scenarios(&app, &["bare".to_owned(), "orders".to_owned()]).unwrap();
    assert_eq!(loaded["bare"].len(), 0);
    assert_eq!(loaded["orders"].len(), 1);
    assert_eq!(loaded["orders"][0].timeout.seconds(), 120);
    assert_eq!(loaded["orders"][0].send[2].times, 2);
}

#[test]
fn typos_are_told_with_the_nearest_name() {
    let cases = [
        (
            "after_previous",
            "after_previus",
            "config/smoke/orders.yaml:6: unknown key `after_previus`",
            "after_previous",
        ),
        (
            "SUCCEEDED",
            "SUCEEDED",
            "config/smoke/orders.yaml:14: unknown value `SUCEEDED`",
            "SUCCEEDED",
        ),
        (
            "steps",
            "step",
            "config/smoke/orders.yaml:15: unknown key `step`",
            "steps",
        ),
        (
            "stock",
            "stok",
            "config/smoke/orders.yaml:17: the workflow has no table `stok`",
            "stock",
        ),
    ];
    for (from, to, message, near) in cases {
        let error = refused(from, to);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.kind(), Kind::Usage);
        assert_eq!(
            error.way_out(),
            Some(format!("did you mean `{near}`?").as_str()),
            "{message}"
        );
    }
}

#[test]
fn wrong_values_are_told_with_their_line() {
    for (from, to, place) in [
        ("times: 2", "times: -2", ":8: `scenarios.0.send.2.times`"),
        (
            "name: one",
            "name: one\n    timeout: 30",
            ":3: `scenarios.0.timeout`",
        ),
        (
            "dead_letters: [1, 2, 2]",
            "dead_letters: [one]",
            ":20: `scenarios.0.expect.dead_letters.0`",
        ),
    ] {
        let error = refused(from, to).to_string();
        assert!(
            error.starts_with(&format!("config/smoke/orders.yaml{place}")),
            "{error}"
        );
    }
}

#[test]
fn every_rule_is_checked() {
    let cases = [
        (
            "      - body: no json",
            "      - body: x\n        message: {}",
            "7: give either `message` or `body`",
        ),
        (
            "      - body: no json\n        times: 2",
            "      - times: 3",
            "7: give either",
        ),
        ("times: 2", "times: 0", "8: a message is sent at least once"),
        (
            "- message: { id: '{id}' }",
            "- body: x",
            "6: message 0 gives no execution name",
        ),
        (
            "- message: { id: '{id}' }",
            "- message: { id: '{id}' }\n        after_previous: true",
            "5: there is no message before",
        ),
        (
            "- message: { id: '{id}' }",
            "- message: { id: one }",
            "4: the execution's name needs `{id}`",
        ),
        (
            "to: sms",
            "to: sms\n        of: 3",
            "11: there is no message 3",
        ),
        (
            "to: sms",
            "to: sms\n        of: 2",
            "11: message 2 gives no execution name",
        ),
        (
            "        success: { decision: approved }\n",
            "",
            "10: give either `success` or `failure`",
        ),
        (
            "- status: SUCCEEDED",
            "- status: FAILED\n        - status: SUCCEEDED",
            "15: the execution of message 0 is there twice",
        ),
        (
            "key: { item: '{id}', place: 7 }",
            "key: { item: '{id}' }",
            "18: the key of the table `stock` is `item` and `place`",
        ),
        ("place: 7", "place: null", "18: a key is a text or a number"),
        (
            "absent: true",
            "absent: true\n          without: [a]",
            "19: an item that is not there",
        ),
        ("[1, 2, 2]", "[1, 3]", "20: there is no message 3"),
        (
            "scenarios:\n",
            "scenarios:\n  - name: one\n    send: [{ message: { id: '{id}' } }]\n    expect: { dead_letters: [0] }\n",
            "5: there are two scenarios `one`",
        ),
        (
            "    send:",
            "    kill: { after_step: a, of: 2 }\n    send:",
            "3: message 2 gives no execution name",
        ),
        (
            "    send:",
            "    stop: { after_step: a, of: 2 }\n    send:",
            "3: message 2 gives no execution name",
        ),
        (
            "name: one",
            "name: one\n    timeout: 0s",
            "3: a scenario needs time",
        ),
    ];
    all_refused(&cases);
}

#[test]
fn steps_that_could_never_succeed_so_are_refused() {
    all_refused(&[
        (
            "[a]",
            "[a, [b, a]]",
            "15: the step `a` is there twice, and succeeds once",
        ),
        (
            "[a]",
            "[a, []]",
            "15: a list of steps in any order names at least one",
        ),
        (
            "[a]",
            "[b, [a]]\n          never: [a]",
            "15: the step `a` is in `steps` and in `never`",
        ),
        (
            "[a]",
            "[{ a: b }]",
            "15: `scenarios.0.expect.executions.0.steps.0`: a step is a name, or a list of names",
        ),
    ]);
}

fn all_refused(cases: &[(&str, &str, &str)]) {
    for (from, to, message) in cases {
        let error = refused(from, to).to_string();
        assert!(
            error.starts_with(&format!("config/smoke/orders.yaml:{message}")),
            "{to}: {error}"
        );
    }
}

#[test]
fn a_scenario_must_send_something_and_expect_something() {
    let file = |text: &str| {
        let (_folder, app) = application(&[("orders.yaml", text)]);
        load_scenarios(&app, &["orders".to_owned()])
            .unwrap_err()
            .to_string()
    };
    let nothing_sent =
        file("scenarios:\n  - name: n\n    send: []\n    expect: { dead_letters: [0] }\n");
    assert_eq!(
        nothing_sent,
        "config/smoke/orders.yaml:3: a scenario sends at least one message"
    );
    let nothing_expected =
        file("scenarios:\n  - name: n\n    send: [{ body: x }]\n    expect: {}\n");
    assert!(
        nothing_expected.starts_with("config/smoke/orders.yaml:4: a scenario expects"),
        "{nothing_expected}"
    );
}

#[test]
fn a_file_must_be_named_like_a_workflow_with_an_intake() {
    let (_folder, app) = application(&[("order.yaml", GOOD)]);
    let error = load_scenarios(&app, &["orders".to_owned()]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "config/smoke/order.yaml: there is no workflow `order` in config/app.yaml"
    );
    assert_eq!(error.way_out(), Some("did you mean `orders.yaml`?"));
    let (_folder, app) = application(&[("bare.yaml", GOOD)]);
    let error = load_scenarios(&app, &["bare".to_owned()]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "config/smoke/bare.yaml:1: the workflow has no intake to send messages to"
    );
}

#[test]
fn the_scenarios_of_this_project_are_in_order() {
    let root = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    for stage in config::stages(&root).unwrap() {
        let app = config::load(&root, &stage).unwrap();
        let loaded = load_scenarios(&app, &app.select(&[]).unwrap()).unwrap();
        assert!(loaded["fraud-detection"].len() >= 12, "{stage}");
    }
}

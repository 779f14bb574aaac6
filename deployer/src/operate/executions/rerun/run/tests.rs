//! What is decided before anything is asked of the service.

use durable_history::{Description, Timestamp};

use super::{Plan, RerunOptions};

fn first(name: &str, status: &str) -> Description {
    Description {
        durable_execution_arn: format!("arn/{name}"),
        durable_execution_name: name.into(),
        function_arn: "function".into(),
        version: None,
        status: status.into(),
        start_timestamp: Timestamp::default(),
        end_timestamp: None,
        input_payload: Some("{\"a\": 1, \"b\": 2}".into()),
        result: None,
        error: None,
    }
}

fn with_input(input: &str) -> RerunOptions {
    RerunOptions {
        input: Some(input.into()),
        name: None,
    }
}

#[test]
fn one_that_runs_is_not_run_again() {
    for status in ["RUNNING", "PAUSED", "PAUSING", "SOMETHING_NEW"] {
        let error = Plan::of(&first("x", status), &RerunOptions::default()).err();
        let error = error.unwrap();
        assert_eq!(error.kind().exit_code(), 4, "{status}");
        assert!(error.to_string().contains(status), "{error}");
    }
}

#[test]
fn the_input_is_the_first_ones_byte_for_byte_unless_it_says_something_else() {
    let first = first("x", "FAILED");
    let plan = Plan::of(&first, &RerunOptions::default()).unwrap();
    assert_eq!(plan.name, "x-r2");
    let before = first.input_payload.as_deref().unwrap();
    assert_eq!((plan.input.as_str(), plan.input_changed), (before, false));
    let plan = Plan::of(&first, &with_input("{\"b\":2,\"a\":1}")).unwrap();
    assert_eq!((plan.input.as_str(), plan.input_changed), (before, false));
    let plan = Plan::of(&first, &with_input("{\"a\":2}")).unwrap();
    assert_eq!(
        (plan.input.as_str(), plan.input_changed),
        ("{\"a\":2}", true)
    );
}

#[test]
fn a_rerun_that_is_there_is_found_and_another_one_of_its_name_is_not() {
    let plan = Plan::of(&first("x", "FAILED"), &RerunOptions::default()).unwrap();
    let found = plan.found(&first("x-r2", "SUCCEEDED")).unwrap();
    assert!(found.existed);
    assert_eq!(
        (found.arn.as_str(), found.status.as_str()),
        ("arn/x-r2", "SUCCEEDED")
    );
    let other = Description {
        input_payload: Some("{}".into()),
        ..first("x-r2", "SUCCEEDED")
    };
    let error = plan.found(&other).unwrap_err();
    assert_eq!(error.kind().exit_code(), 4);
    assert!(error.to_string().contains("another input"), "{error}");
}

#[test]
fn another_name_is_not_taken_while_the_usual_rerun_runs() {
    let named = RerunOptions {
        input: None,
        name: Some("y".into()),
    };
    let plan = Plan::of(&first("x", "FAILED"), &named).unwrap();
    assert_eq!(plan.name, "y");
    let error = plan.found(&first("x-r2", "RUNNING")).unwrap_err();
    assert!(error.to_string().contains("`x-r2` is RUNNING"), "{error}");
}

#[test]
fn a_name_that_the_service_would_refuse_is_told_of_before() {
    let long = "x".repeat(62);
    let error = Plan::of(&first(&long, "FAILED"), &RerunOptions::default()).err();
    let error = error.unwrap();
    assert_eq!(error.kind().exit_code(), 4, "the execution has that name");
    assert!(error.way_out().unwrap().contains("--as"));
    for name in ["", "a b", "é"] {
        let named = RerunOptions {
            input: None,
            name: Some(name.into()),
        };
        let error = Plan::of(&first("x", "FAILED"), &named).err().unwrap();
        assert_eq!(error.kind().exit_code(), 2, "{name}");
    }
}

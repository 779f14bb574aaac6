//! Injected faults, and how executions survive them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_lambda::types::ExecutionStatus;
use serde_json::{Value, json};

use crate::support::{World, http};

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_between_two_steps_resumes_and_runs_each_step_once() {
    let world = World::new().await;
    let charges = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&charges);
    world.register("charging", move |_, context| {
        let counted = Arc::clone(&counted);
        async move {
            let charge = context.step(async move |_| Ok(counted.fetch_add(1, Ordering::SeqCst)));
            charge.name("charge").await?;
            let receipt: String = context.step(async |_| Ok("sent".to_owned())).await?;
            Ok(Value::String(receipt))
        }
    });
    let fault = json!({"execution_name": "tx-1", "after_step": "charge"}).to_string();
    assert_eq!(
        http(&world.endpoint, "POST", "/_local/faults", &fault)
            .await
            .0,
        204
    );
    let arn = world.start("charging", Some("tx-1"), &json!({})).await;
    assert_eq!(world.ended(&arn).await, ExecutionStatus::Succeeded);
    assert_eq!(world.gateway.killed.load(Ordering::SeqCst), 1);
    assert_eq!(charges.load(Ordering::SeqCst), 1);
    let history = world.history(&arn).await;
    let types: Vec<&str> = history
        .iter()
        .filter_map(|e| e["EventType"].as_str())
        .collect();
    assert_eq!(
        types,
        [
            "ExecutionStarted",
            "StepStarted",
            "StepSucceeded",
            "InvocationCompleted",
            "StepStarted",
            "StepSucceeded",
            "InvocationCompleted",
            "ExecutionSucceeded"
        ]
    );
    let error = &history[3]["InvocationCompletedDetails"]["Error"]["Payload"];
    assert_eq!(error["ErrorType"], "Runtime.ExitError");
    // The fault happens once, and to no other execution.
    let other = world.start("charging", Some("tx-2"), &json!({})).await;
    assert_eq!(world.ended(&other).await, ExecutionStatus::Succeeded);
    assert_eq!(world.gateway.killed.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_is_stopped_right_after_a_step() {
    let world = World::new().await;
    let after = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&after);
    world.register("charging", move |_, context| {
        let counted = Arc::clone(&counted);
        async move {
            context.step(async |_| Ok(1)).name("charge").await?;
            let step = context.step(async move |_| Ok(counted.fetch_add(1, Ordering::SeqCst)));
            step.name("ship").await?;
            Ok(Value::Null)
        }
    });
    let fault = json!({"execution_name": "tx-1", "after_step": "charge", "stop": true});
    let (status, _) = http(
        &world.endpoint,
        "POST",
        "/_local/faults",
        &fault.to_string(),
    )
    .await;
    assert_eq!(status, 204);
    let arn = world.start("charging", Some("tx-1"), &json!({})).await;
    assert_eq!(world.ended(&arn).await, ExecutionStatus::Stopped);
    assert_eq!(world.gateway.killed.load(Ordering::SeqCst), 0);
    let history = world.history(&arn).await;
    let of = |kind: &str| {
        history
            .iter()
            .filter(|event| event["EventType"] == kind)
            .count()
    };
    assert_eq!((of("StepSucceeded"), of("ExecutionStopped")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_makes_no_sense_is_refused() {
    let world = World::new().await;
    for body in [
        "",
        "{}",
        r#"{"execution_name": "a", "after_step": "b", "more": 1}"#,
    ] {
        assert_eq!(
            http(&world.endpoint, "POST", "/_local/faults", body)
                .await
                .0,
            400,
            "{body}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_crashes_is_invoked_until_it_answers() {
    let world = World::new().await;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let crash = Arc::new(std::sync::OnceLock::<crate::support::Crash>::new());
    let handle = Arc::clone(&crash);
    let known = world.register("crashing", move |_, _| {
        let (counted, crash) = (Arc::clone(&counted), Arc::clone(&handle));
        async move {
            if counted.fetch_add(1, Ordering::SeqCst) < 3 {
                crash.get().cloned().unwrap_or_default().now::<()>().await;
            }
            Ok(json!("made it"))
        }
    });
    crash.get_or_init(|| known);
    let arn = world.start("crashing", None, &json!({})).await;
    assert_eq!(world.ended(&arn).await, ExecutionStatus::Succeeded);
    assert_eq!(tries.load(Ordering::SeqCst), 4);
}

//! Pausing and resuming executions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_lambda::types::ExecutionStatus;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::support::{World, eventually, http, percent};
use crate::{code, register_asking};

/// Asks for something of an execution and returns the HTTP status and the body.
async fn ask(world: &World, arn: &str, what: &str, body: Value) -> (u16, String) {
    let path = format!("/2025-12-01/durable-executions/{}/{what}", percent(arn));
    http(&world.endpoint, "POST", &path, &body.to_string()).await
}

/// Describes an execution as a client without any SDK sees it.
async fn describe(world: &World, arn: &str) -> Value {
    let path = format!("/2025-12-01/durable-executions/{}", percent(arn));
    let body = http(&world.endpoint, "GET", &path, "").await.1;
    serde_json::from_str(&body).unwrap()
}

async fn status(world: &World, arn: &str) -> String {
    let description = describe(world, arn).await;
    description["Status"].as_str().unwrap().to_owned()
}

async fn reaches(world: &World, arn: &str, expected: &str) {
    eventually(expected, || async {
        (status(world, arn).await == expected).then_some(())
    })
    .await;
}

async fn invocations(world: &World, arn: &str) -> usize {
    let history = world.history(arn).await;
    let ended = history
        .iter()
        .filter(|event| event["EventType"] == "InvocationCompleted");
    ended.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_execution_takes_its_answer_but_is_not_invoked_until_resumed() {
    let world = World::new().await;
    register_asking(&world, "asking");
    let arn = world.start("asking", Some("tx-1"), &json!({})).await;
    let id = world.callback(&arn, "ask").await;
    world.last_event(&arn, "InvocationCompleted").await;
    let request = json!({"Reason": "incident", "ClientToken": "t-1"});
    assert_eq!(
        ask(&world, &arn, "pause", request.clone()).await,
        (202, String::new())
    );
    assert_eq!(ask(&world, &arn, "pause", request).await.0, 202, "repeated");
    let description = describe(&world, &arn).await;
    assert_eq!(description["Status"], "PAUSED");
    assert_eq!(description["PauseDetails"]["Reason"], "incident");
    assert_eq!(description["PauseDetails"]["ExecutionTimeoutPaused"], true);
    let (refused, body) = ask(&world, &arn, "pause", json!({})).await;
    assert_eq!(refused, 409, "{body}");
    let paused = world.client.list_durable_executions_by_function();
    let paused = paused
        .function_name("asking")
        .statuses(ExecutionStatus::from("PAUSED"));
    let paused = paused.send().await.unwrap();
    assert_eq!(paused.durable_executions().len(), 1);

    world.succeed(&id, "7").await;
    world.last_event(&arn, "CallbackSucceeded").await;
    assert_eq!(status(&world, &arn).await, "PAUSED");
    assert_eq!(invocations(&world, &arn).await, 1);
    assert_eq!(ask(&world, &arn, "resume", json!({})).await.0, 202);
    assert_eq!(world.ended(&arn).await, ExecutionStatus::Succeeded);
    assert_eq!(world.describe(&arn).await.result(), Some("7"));
    let description = describe(&world, &arn).await;
    assert_eq!(description["PauseDetails"], Value::Null);
    assert_eq!(ask(&world, &arn, "resume", json!({})).await.0, 409);
}

/// Registers a function of two steps, of which the first ends when it is let, and counts how often
/// each of them ran.
fn register_stepping(world: &World) -> (Arc<Semaphore>, [Arc<AtomicUsize>; 2]) {
    let gate = Arc::new(Semaphore::new(0));
    let counts = [Arc::default(), Arc::<AtomicUsize>::default()];
    let (door, [first, second]) = (Arc::clone(&gate), counts.clone());
    world.register("stepping", move |_, context| {
        let (door, first, second) = (Arc::clone(&door), Arc::clone(&first), Arc::clone(&second));
        async move {
            let charge = context.step(async move |_| {
                first.fetch_add(1, Ordering::SeqCst);
                door.acquire().await?.forget();
                Ok(1)
            });
            charge.name("charge").await?;
            let ship = context.step(async move |_| Ok(second.fetch_add(1, Ordering::SeqCst)));
            ship.name("ship").await?;
            Ok(Value::Null)
        }
    });
    (gate, counts)
}

async fn first_step_runs(world: &World, arn: &str, first: &AtomicUsize) {
    eventually("first step runs", || async {
        let started = world.history(arn).await.len() > 1;
        (started && first.load(Ordering::SeqCst) > 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_function_stops_at_its_checkpoint_and_repeats_nothing_that_was_stored() {
    let world = World::new().await;
    let (gate, [first, second]) = register_stepping(&world);
    let arn = world.start("stepping", None, &json!({})).await;
    first_step_runs(&world, &arn, &first).await;
    assert_eq!(ask(&world, &arn, "pause", json!({})).await.0, 202);
    assert_eq!(status(&world, &arn).await, "PAUSING");
    gate.add_permits(1);
    reaches(&world, &arn, "PAUSED").await;
    world.last_event(&arn, "InvocationCompleted").await;
    assert_eq!(
        second.load(Ordering::SeqCst),
        0,
        "no code runs while paused"
    );
    assert_eq!(ask(&world, &arn, "resume", json!({})).await.0, 202);
    assert_eq!(world.ended(&arn).await, ExecutionStatus::Succeeded);
    let ran = (first.load(Ordering::SeqCst), second.load(Ordering::SeqCst));
    assert_eq!(ran, (1, 1));
    assert_eq!(world.gateway.overlaps.load(Ordering::SeqCst), 0);
    let history = world.history(&arn).await;
    let failed = history
        .iter()
        .filter(|event| !event["InvocationCompletedDetails"]["Error"].is_null());
    assert_eq!(failed.count(), 0, "{history:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_is_called_off_leaves_the_invocation_alone() {
    let world = World::new().await;
    let (gate, [first, _]) = register_stepping(&world);
    let arn = world.start("stepping", None, &json!({})).await;
    first_step_runs(&world, &arn, &first).await;
    assert_eq!(ask(&world, &arn, "pause", json!({})).await.0, 202);
    assert_eq!(ask(&world, &arn, "resume", json!({})).await.0, 202);
    assert_eq!(status(&world, &arn).await, "RUNNING");
    gate.add_permits(1);
    assert_eq!(world.ended(&arn).await, ExecutionStatus::Succeeded);
    assert_eq!(invocations(&world, &arn).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_execution_can_be_stopped_and_what_makes_no_sense_is_refused() {
    let world = World::new().await;
    register_asking(&world, "asking");
    let arn = world.start("asking", None, &json!({})).await;
    world.last_event(&arn, "InvocationCompleted").await;
    for wrong in [
        json!("text"),
        json!({"Reason": "x".repeat(1025)}),
        json!({"ClientToken": ""}),
        json!({"ClientToken": "a b"}),
    ] {
        assert_eq!(
            ask(&world, &arn, "pause", wrong.clone()).await.0,
            400,
            "{wrong}"
        );
    }
    assert_eq!(
        ask(&world, &format!("{arn}x"), "pause", json!({})).await.0,
        404
    );
    assert_eq!(ask(&world, &arn, "pause", json!({})).await.0, 202);
    let stop = world.client.stop_durable_execution();
    let stopped = stop.durable_execution_arn(&arn).send().await;
    assert_eq!(code(stopped), "no error");
    assert_eq!(world.ended(&arn).await, ExecutionStatus::Stopped);
    assert_eq!(ask(&world, &arn, "pause", json!({})).await.0, 409);
}

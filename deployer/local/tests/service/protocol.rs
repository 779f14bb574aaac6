//! The protocol between service and function, spoken by hand: tokens, retries and refusals.

use std::sync::{Arc, Mutex};

use aws_sdk_lambda::operation::checkpoint_durable_execution::builders::CheckpointDurableExecutionFluentBuilder;
use aws_sdk_lambda::types::{OperationAction, OperationType, OperationUpdate};
use serde_json::{Value, json};

use crate::code;
use crate::support::{World, eventually, http, percent};

/// An invocation that a test answers itself.
struct Invocation {
    arn: String,
    token: String,
    envelope: Value,
}

/// Starts an execution of a function that never answers, and returns its invocation.
async fn invocation(world: &World) -> Invocation {
    let seen: Arc<Mutex<Option<Value>>> = Arc::default();
    let slot = Arc::clone(&seen);
    world.gateway.insert("silent", move |payload| {
        *slot.lock().unwrap() = Some(serde_json::from_slice(&payload).unwrap());
        Box::pin(std::future::pending())
    });
    let arn = world.start("silent", Some("tx-1"), &json!({"a": 1})).await;
    let envelope = eventually("function is invoked", || async {
        seen.lock().unwrap().take()
    })
    .await;
    let token = envelope["CheckpointToken"].as_str().unwrap().to_owned();
    Invocation {
        arn,
        token,
        envelope,
    }
}

fn update(id: &str, action: OperationAction) -> OperationUpdate {
    let update = OperationUpdate::builder()
        .id(id)
        .r#type(OperationType::Step)
        .action(action);
    update.build().unwrap()
}

fn checkpoint(
    world: &World,
    invocation: &Invocation,
    token: &str,
) -> CheckpointDurableExecutionFluentBuilder {
    let request = world.client.checkpoint_durable_execution();
    request
        .durable_execution_arn(&invocation.arn)
        .checkpoint_token(token)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_envelope_carries_the_input_in_its_first_operation() {
    let world = World::new().await;
    let invocation = invocation(&world).await;
    let envelope = &invocation.envelope;
    assert_eq!(envelope["DurableExecutionArn"], invocation.arn);
    let operations = envelope["InitialExecutionState"]["Operations"]
        .as_array()
        .unwrap();
    assert_eq!(operations.len(), 1);
    assert_eq!(operations[0]["Type"], "EXECUTION");
    assert_eq!(
        operations[0]["ExecutionDetails"]["InputPayload"],
        "{\"a\":1}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_once() {
    let world = World::new().await;
    let invocation = invocation(&world).await;
    let start = || update("s", OperationAction::Start);
    let first = checkpoint(&world, &invocation, &invocation.token).updates(start());
    let first = first.send().await.unwrap();
    let next = first.checkpoint_token().unwrap().to_owned();
    assert_ne!(next, invocation.token);
    let state = first.new_execution_state().unwrap();
    assert_eq!(state.operations()[0].id(), "s");
    let repeated = checkpoint(&world, &invocation, &invocation.token).updates(start());
    let error = repeated.send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_value_exception());
    let message = aws_sdk_lambda::error::ProvideErrorMetadata::message(&error);
    assert_eq!(message, Some("Invalid Checkpoint Token"));
    let foreign = checkpoint(&world, &invocation, "nonsense");
    assert_eq!(code(foreign.send().await), "InvalidParameterValueException");
    let succeed = update("s", OperationAction::Succeed);
    checkpoint(&world, &invocation, &next)
        .updates(succeed)
        .send()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_again_gets_the_same_answer() {
    let world = World::new().await;
    let invocation = invocation(&world).await;
    let request = || {
        let start = update("s", OperationAction::Start);
        checkpoint(&world, &invocation, &invocation.token)
            .updates(start)
            .client_token("once")
    };
    let first = request().send().await.unwrap();
    let again = request().send().await.unwrap();
    assert_eq!(first.checkpoint_token(), again.checkpoint_token());
    let started = world.history(&invocation.arn).await;
    assert_eq!(
        started
            .iter()
            .filter(|e| e["EventType"] == "StepStarted")
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_batch_leaves_the_token_good_and_changes_nothing() {
    let world = World::new().await;
    let invocation = invocation(&world).await;
    let wrong = checkpoint(&world, &invocation, &invocation.token)
        .updates(update("s", OperationAction::Start))
        .updates(update("s", OperationAction::Cancel));
    assert_eq!(code(wrong.send().await), "InvalidParameterValueException");
    assert_eq!(world.history(&invocation.arn).await.len(), 1);
    let good = checkpoint(&world, &invocation, &invocation.token);
    good.updates(update("s", OperationAction::Start))
        .send()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn state_is_given_to_the_holder_of_the_token_in_pages() {
    let world = World::new().await;
    let invocation = invocation(&world).await;
    let batch = (0..6)
        .map(|n| update(&format!("s{n}"), OperationAction::Start))
        .collect();
    let request = checkpoint(&world, &invocation, &invocation.token).set_updates(Some(batch));
    let token = request
        .send()
        .await
        .unwrap()
        .checkpoint_token()
        .unwrap()
        .to_owned();
    let state = |token: &str| {
        let request = world.client.get_durable_execution_state();
        request
            .durable_execution_arn(&invocation.arn)
            .checkpoint_token(token)
            .max_items(4)
    };
    let first = state(&token).send().await.unwrap();
    let second = state(&token)
        .marker(first.next_marker().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(
        (first.operations().len(), second.operations().len()),
        (4, 3)
    );
    assert!(second.next_marker().is_none());
    let refused = state(&invocation.token).send().await;
    assert_eq!(code(refused), "InvalidParameterValueException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_execution_lets_its_function_die_at_the_next_checkpoint() {
    let world = World::new().await;
    let invocation = invocation(&world).await;
    let stop = world
        .client
        .stop_durable_execution()
        .durable_execution_arn(&invocation.arn);
    stop.send().await.unwrap();
    let late = checkpoint(&world, &invocation, &invocation.token);
    let late = late.updates(update("s", OperationAction::Start));
    assert_eq!(code(late.send().await), "InvalidParameterValueException");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_have_the_form_of_the_api() {
    let world = World::new().await;
    let arn = percent("arn:aws:lambda:r:a:function:f:$LATEST/durable-execution/n/i");
    let path = format!("/2025-12-01/durable-executions/{arn}");
    let (status, body) = http(&world.endpoint, "GET", &path, "").await;
    assert_eq!(status, 404);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["Type"], "User");
    assert!(body["Message"].as_str().unwrap().contains("not found"));
    let (status, _) = http(&world.endpoint, "POST", &format!("{path}/checkpoint"), "{").await;
    assert_eq!(status, 400);
}

//! Invoke: names, qualifiers, kinds of invocation and limits.

use aws_sdk_lambda::operation::invoke::builders::InvokeFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{ExecutionStatus, InvocationType};
use serde_json::{Value, json};

use crate::support::World;
use crate::{code, register_asking};

fn invoke(world: &World, function: &str, payload: &str) -> InvokeFluentBuilder {
    let request = world
        .client
        .invoke()
        .function_name(function)
        .qualifier("$LATEST");
    request.payload(Blob::new(payload))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_synchronous_invocation_waits_for_the_end() {
    let world = World::new().await;
    world.register("adding", async |event: Value, context| {
        let sum = event["a"].as_i64().unwrap_or_default() + 1;
        context.wait(std::time::Duration::from_secs(1)).await?;
        Ok(json!(sum))
    });
    let output = invoke(&world, "adding", "{\"a\":1}").send().await.unwrap();
    assert_eq!(output.status_code(), 200);
    assert_eq!(output.payload().unwrap().as_ref(), b"2");
    assert_eq!(output.executed_version(), Some("$LATEST"));
    assert!(output.function_error().is_none());
    let arn = output.durable_execution_arn().unwrap();
    let start = "arn:aws:lambda:us-east-1:000000000000:function:adding:$LATEST/durable-execution/";
    assert!(arn.starts_with(start), "{arn}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_execution_is_a_function_error() {
    let world = World::new().await;
    world.register("failing", async |_, _| Err("no such card".into()));
    let output = invoke(&world, "failing", "1").send().await.unwrap();
    assert_eq!(output.status_code(), 200);
    assert_eq!(output.function_error(), Some("Unhandled"));
    let body: Value = serde_json::from_slice(output.payload().unwrap().as_ref()).unwrap();
    assert_eq!(body["errorMessage"], "no such card");
    let arn = output.durable_execution_arn().unwrap();
    let execution = world.describe(arn).await;
    assert_eq!(execution.status(), &ExecutionStatus::Failed);
    assert_eq!(
        execution.error().unwrap().error_message(),
        Some("no such card")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_stands_for_one_execution() {
    let world = World::new().await;
    register_asking(&world, "asking");
    register_asking(&world, "other");
    let arn = world
        .start("asking", Some("tx-1"), &json!({"amount": 1}))
        .await;
    assert_eq!(
        world
            .start("asking", Some("tx-1"), &json!({"amount": 1}))
            .await,
        arn
    );
    let tampered = invoke(&world, "asking", "{\"amount\":2}")
        .invocation_type(InvocationType::Event)
        .durable_execution_name("tx-1");
    assert_eq!(
        code(tampered.send().await),
        "DurableExecutionAlreadyStartedException"
    );
    assert_ne!(
        world
            .start("other", Some("tx-1"), &json!({"amount": 2}))
            .await,
        arn
    );
    // A synchronous invocation of the same name attaches to the execution that runs.
    let attached = tokio::spawn(
        invoke(&world, "asking", "{\"amount\":1}")
            .durable_execution_name("tx-1")
            .send(),
    );
    let id = world.callback(&arn, "ask").await;
    world.succeed(&id, "true").await;
    let output = attached.await.unwrap().unwrap();
    assert_eq!(output.durable_execution_arn(), Some(arn.as_str()));
    assert_eq!(output.payload().unwrap().as_ref(), b"true");
    // A closed one gives its result to the same payload, and still refuses another.
    let again = invoke(&world, "asking", "{\"amount\":1}").durable_execution_name("tx-1");
    assert_eq!(
        again.send().await.unwrap().payload().unwrap().as_ref(),
        b"true"
    );
    let tampered = invoke(&world, "asking", "{\"amount\":2}").durable_execution_name("tx-1");
    assert_eq!(
        code(tampered.send().await),
        "DurableExecutionAlreadyStartedException"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_invocation_is_told() {
    let world = World::new().await;
    register_asking(&world, "asking");
    register_asking(&world, "patient");
    world.gateway.set_timeout("patient", 901);
    let event = InvocationType::Event;
    let large = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    let megabyte = 1024 * 1024;
    let unqualified = world.client.invoke().function_name("asking");
    assert_eq!(
        code(unqualified.send().await),
        "InvalidParameterValueException"
    );
    for (request, expected) in [
        (
            invoke(&world, "patient", "1"),
            "InvalidParameterValueException",
        ),
        (
            invoke(&world, "patient", "1").invocation_type(event.clone()),
            "no error",
        ),
        (
            invoke(&world, "asking", "no json"),
            "InvalidRequestContentException",
        ),
        (
            invoke(&world, "asking", "1").durable_execution_name("a b"),
            "InvalidParameterValueException",
        ),
        (
            invoke(&world, "asking", &large(megabyte)).invocation_type(event.clone()),
            "no error",
        ),
        (
            invoke(&world, "asking", &large(megabyte + 1)).invocation_type(event),
            "RequestTooLargeException",
        ),
        (
            invoke(&world, "asking", &large(6 * megabyte + 1)),
            "RequestTooLargeException",
        ),
    ] {
        assert_eq!(code(request.send().await), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_starts_nothing() {
    let world = World::new().await;
    register_asking(&world, "asking");
    let request = invoke(&world, "asking", "1").invocation_type(InvocationType::DryRun);
    assert_eq!(request.send().await.unwrap().status_code(), 204);
    assert_eq!(world.service.counts().await.total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_is_pinned_to_the_version_that_its_alias_meant() {
    let world = World::new().await;
    register_asking(&world, "asking");
    let request = invoke(&world, "asking", "1").qualifier("live");
    let output = request
        .invocation_type(InvocationType::Event)
        .send()
        .await
        .unwrap();
    assert_eq!(output.executed_version(), Some("7"));
    let arn = output.durable_execution_arn().unwrap();
    assert!(
        arn.contains(":function:asking:7/durable-execution/"),
        "{arn}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_times_out() {
    let world = World::new().await;
    register_asking(&world, "asking");
    world.gateway.set_timeout("asking", 1);
    let output = invoke(&world, "asking", "1").send().await.unwrap();
    assert_eq!(output.function_error(), Some("Unhandled"));
    let arn = output.durable_execution_arn().unwrap();
    assert_eq!(
        world.describe(arn).await.status(),
        &ExecutionStatus::TimedOut
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn status_changes_are_published() {
    let world = World::new().await;
    register_asking(&world, "asking");
    let arn = world.start("asking", Some("tx-1"), &json!({})).await;
    let id = world.callback(&arn, "ask").await;
    world.succeed(&id, "1").await;
    world.ended(&arn).await;
    world.service.close().await;
    let changes = world.gateway.changes.lock().unwrap().clone();
    let told: Vec<(&str, bool)> = changes
        .iter()
        .map(|change| (change.status.as_str(), change.end_timestamp.is_some()))
        .collect();
    assert_eq!(told, [("RUNNING", false), ("SUCCEEDED", true)]);
    assert_eq!(changes[1].execution_arn, arn);
    assert_eq!(changes[1].execution_name, "tx-1");
    let function = "arn:aws:lambda:us-east-1:000000000000:function:asking:$LATEST";
    assert_eq!(changes[1].function_arn, function);
}

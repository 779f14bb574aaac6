//! Functions that functions invoke.

use aws_sdk_lambda::types::ExecutionStatus;
use serde_json::{Value, json};

use crate::support::World;
use crate::{ask, register_asking};

/// Invokes the function that the input names and tells what came of it.
fn register_caller(world: &World) {
    world.register("caller", async |event: Value, context| {
        let target = event["target"].as_str().unwrap_or_default().to_owned();
        let result = context
            .invoke::<Value, Value>(target, event["input"].clone())
            .await;
        match result {
            Ok(value) => Ok(json!({"value": value})),
            Err(error) => Ok(json!({
                "type": error.wire().and_then(|wire| wire.error_type()),
                "message": error.wire().and_then(|wire| wire.error_message()),
            })),
        }
    });
}

async fn call(world: &World, target: &str) -> Value {
    let input = json!({"target": target, "input": {"n": 20}});
    let arn = world.start("caller", None, &input).await;
    assert_eq!(world.ended(&arn).await, ExecutionStatus::Succeeded);
    serde_json::from_str(world.describe(&arn).await.result().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_function_answers_or_fails() {
    let world = World::new().await;
    register_caller(&world);
    world.gateway.insert_plain("doubling", |payload| {
        let input: Value = serde_json::from_slice(&payload).unwrap();
        Ok(json!(input["n"].as_i64().unwrap() * 2)
            .to_string()
            .into_bytes())
    });
    world
        .gateway
        .insert_plain("failing", |_| Err("out of stock".to_owned()));
    assert_eq!(call(&world, "doubling").await, json!({"value": 40}));
    let failed = call(&world, "failing").await;
    assert_eq!(failed, json!({"type": "Error", "message": "out of stock"}));
    assert_eq!(
        call(&world, "nobody").await["type"],
        "ResourceNotFoundException"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_of_a_plain_function_is_told() {
    let world = World::new().await;
    register_caller(&world);
    world.gateway.insert_plain("plain", |_| Ok(b"1".to_vec()));
    for (target, version) in [("plain", "$LATEST"), ("plain:live", "7"), ("plain:3", "3")] {
        let arn = world
            .start("caller", None, &json!({"target": target}))
            .await;
        world.ended(&arn).await;
        let history = world.history(&arn).await;
        let mut started = history.iter();
        let started = started.find(|event| event["EventType"] == "ChainedInvokeStarted");
        let details = &started.unwrap()["ChainedInvokeStartedDetails"];
        assert_eq!(details["ExecutedVersion"], version, "{target}");
        assert_eq!(details.get("DurableExecutionArn"), None, "{target}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_durable_function_becomes_an_execution_of_its_own() {
    let world = World::new().await;
    register_caller(&world);
    register_asking(&world, "asking");
    let input = json!({"target": "asking:live", "input": {}});
    let arn = world.start("caller", None, &input).await;
    let child = crate::support::eventually("child starts", || async {
        let history = world.history(&arn).await;
        let started = history
            .iter()
            .find(|e| e["EventType"] == "ChainedInvokeStarted")?;
        assert_eq!(
            started["ChainedInvokeStartedDetails"]["ExecutedVersion"],
            "7"
        );
        let child = started["ChainedInvokeStartedDetails"]["DurableExecutionArn"].as_str();
        child.map(str::to_owned)
    })
    .await;
    let id = crate::support::eventually("child is known", || async {
        let request = world
            .client
            .get_durable_execution()
            .durable_execution_arn(&child);
        request.send().await.ok()?;
        Some(world.callback(&child, "ask").await)
    })
    .await;
    world.succeed(&id, "5").await;
    assert_eq!(world.ended(&arn).await, ExecutionStatus::Succeeded);
    assert_eq!(world.describe(&arn).await.result(), Some("{\"value\":5}"));
    assert_eq!(world.describe(&child).await.version(), Some("7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_durable_function_without_a_version_is_refused() {
    let world = World::new().await;
    register_caller(&world);
    world.register("asking", ask);
    let refused = call(&world, "asking").await;
    assert_eq!(refused["type"], "InvalidParameterValueException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_child_ends_the_invoke() {
    let world = World::new().await;
    register_caller(&world);
    register_asking(&world, "asking");
    let input = json!({"target": "asking:$LATEST", "input": {}});
    let arn = world.start("caller", None, &input).await;
    let child = crate::support::eventually("child runs", || async {
        let list = world
            .client
            .list_durable_executions_by_function()
            .function_name("asking");
        let list = list.send().await.unwrap();
        Some(
            list.durable_executions()
                .first()?
                .durable_execution_arn()
                .to_owned(),
        )
    })
    .await;
    let error = aws_sdk_lambda::types::ErrorObject::builder()
        .error_type("Enough")
        .build();
    let stop = world
        .client
        .stop_durable_execution()
        .durable_execution_arn(&child)
        .error(error);
    stop.send().await.unwrap();
    world.ended(&arn).await;
    let history = world.history(&arn).await;
    let stopped = history
        .iter()
        .find(|e| e["EventType"] == "ChainedInvokeStopped")
        .unwrap();
    let error = &stopped["ChainedInvokeStoppedDetails"]["Error"]["Payload"];
    assert_eq!(error["ErrorType"], "Enough");
}

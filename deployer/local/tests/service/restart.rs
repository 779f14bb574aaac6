//! What survives when the service goes away.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_durable_execution_sdk::{BoxError, DurableContext};
use aws_sdk_lambda::types::ExecutionStatus;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::register_asking;
use crate::support::{World, eventually, http, percent};

/// Runs a world in a runtime of its own, whose end is as sudden as that of a killed process.
fn in_a_process<T>(directory: &Arc<TempDir>, life: impl AsyncFnOnce(&World) -> T) -> T {
    let runtime = Runtime::new().unwrap();
    let value = runtime.block_on(async {
        let world = World::open(Arc::clone(directory)).await;
        life(&world).await
    });
    runtime.shutdown_background();
    value
}

fn folder() -> Arc<TempDir> {
    Arc::new(tempfile::tempdir().unwrap())
}

async fn answer_and_end(world: &World, arn: &str) {
    register_asking(world, "asking");
    assert_eq!(world.service.counts().await.running, 1);
    let id = world.callback(arn, "ask").await;
    world.succeed(&id, "\"yes\"").await;
    assert_eq!(world.ended(arn).await, ExecutionStatus::Succeeded);
    assert_eq!(world.describe(arn).await.result(), Some("\"yes\""));
}

#[test]
fn an_execution_that_waits_for_a_callback_still_waits_after_a_restart() {
    let directory = folder();
    let arn = in_a_process(&directory, async |world| {
        register_asking(world, "asking");
        let arn = world.start("asking", Some("tx-1"), &json!({})).await;
        world.last_event(&arn, "InvocationCompleted").await;
        world.service.close().await;
        arn
    });
    let before = in_a_process(&directory, async |world| {
        let history = world.history(&arn).await;
        answer_and_end(world, &arn).await;
        history
    });
    let types: Vec<&Value> = before.iter().map(|event| &event["EventType"]).collect();
    assert_eq!(
        types,
        ["ExecutionStarted", "CallbackStarted", "InvocationCompleted"]
    );
}

#[test]
fn nothing_acknowledged_is_lost_by_a_kill() {
    let directory = folder();
    let arn = in_a_process(&directory, async |world| {
        register_asking(world, "asking");
        let arn = world.start("asking", Some("tx-1"), &json!({})).await;
        world.last_event(&arn, "InvocationCompleted").await;
        arn
    });
    in_a_process(&directory, async |world| answer_and_end(world, &arn).await);
    // The closed execution is kept as well, and its name still stands for it.
    in_a_process(&directory, async |world| {
        register_asking(world, "asking");
        assert_eq!(world.service.counts().await.total, 1);
        assert_eq!(world.start("asking", Some("tx-1"), &json!({})).await, arn);
        assert_eq!(
            world.describe(&arn).await.status(),
            &ExecutionStatus::Succeeded
        );
    });
}

#[test]
fn a_function_that_ran_when_the_service_was_killed_is_invoked_again() {
    let directory = folder();
    let arn = in_a_process(&directory, async |world| {
        world.register("hanging", async |_, context| {
            context.step(async |_| Ok(1)).name("first").await?;
            let hang = async |_| std::future::pending::<Result<i32, BoxError>>().await;
            let second = context.step(hang).name("second").await?;
            Ok(json!(second))
        });
        let arn = world.start("hanging", None, &json!({})).await;
        eventually("second step starts", || async {
            (world.history(&arn).await.len() == 4).then_some(())
        })
        .await;
        arn
    });
    in_a_process(&directory, async |world| {
        world.register("hanging", async |_, context| {
            let first: i32 = context.step(async |_| Ok(2)).name("first").await?;
            let second: i32 = context.step(async |_| Ok(10)).name("second").await?;
            Ok(json!(first + second))
        });
        assert_eq!(world.ended(&arn).await, ExecutionStatus::Succeeded);
        assert_eq!(world.describe(&arn).await.result(), Some("11"));
    });
}

#[test]
fn a_chained_invoke_goes_on_after_a_kill() {
    let directory = folder();
    let start = |world: &World| {
        register_asking(world, "asking");
        world.register("caller", async |_, context| {
            Ok(context
                .invoke::<Value, Value>("asking:live", json!({}))
                .await?)
        });
    };
    let (parent, child) = in_a_process(&directory, async |world| {
        start(world);
        let parent = world.start("caller", None, &json!({})).await;
        let child = eventually("child waits", || async {
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
        world.callback(&child, "ask").await;
        (parent, child)
    });
    in_a_process(&directory, async |world| {
        start(world);
        let id = world.callback(&child, "ask").await;
        world.succeed(&id, "7").await;
        assert_eq!(world.ended(&parent).await, ExecutionStatus::Succeeded);
        assert_eq!(world.describe(&parent).await.result(), Some("7"));
        assert_eq!(world.service.counts().await.total, 2);
    });
}

#[test]
fn timers_count_from_when_they_were_set() {
    let directory = folder();
    let arn = in_a_process(&directory, async |world| {
        world.register("waiting", wait);
        let arn = world.start("waiting", None, &json!({})).await;
        world.last_event(&arn, "InvocationCompleted").await;
        arn
    });
    in_a_process(&directory, async |world| {
        world.register("waiting", wait);
        assert_eq!(world.ended(&arn).await, ExecutionStatus::Succeeded);
    });
}

async fn wait(_: Value, context: DurableContext) -> Result<Value, BoxError> {
    context.wait(Duration::from_secs(2)).await?;
    Ok(Value::Null)
}

#[test]
fn the_end_of_an_execution_is_published_even_when_that_failed_before() {
    let directory = folder();
    let (arn, first) = in_a_process(&directory, async |world| {
        world.register("done", async |_, _| Ok(Value::Null));
        world.gateway.refuse_changes.store(true, Ordering::SeqCst);
        let arn = world.start("done", None, &json!({})).await;
        world.ended(&arn).await;
        world.service.close().await;
        (arn, published(world))
    });
    let second = in_a_process(&directory, async |world| {
        world.service.close().await;
        published(world)
    });
    let third = in_a_process(&directory, async |world| {
        world.service.close().await;
        published(world)
    });
    assert_eq!((first, third), (Vec::new(), Vec::new()));
    assert_eq!(second, [(arn, "SUCCEEDED".to_owned())]);
}

#[test]
fn the_service_closes_although_events_wait_and_publishes_the_ends_when_it_opens_next() {
    let directory = folder();
    let arn = in_a_process(&directory, async |world| {
        world.register("done", async |_, _| Ok(Value::Null));
        world.gateway.hold_changes.store(true, Ordering::SeqCst);
        let arn = world.start("done", None, &json!({})).await;
        world.ended(&arn).await;
        let closing = tokio::time::timeout(Duration::from_mins(1), world.service.close());
        assert!(closing.await.is_ok(), "it waits for the events");
        arn
    });
    let next = in_a_process(&directory, async |world| {
        world.service.close().await;
        published(world)
    });
    assert_eq!(next, [(arn, "SUCCEEDED".to_owned())]);
}

fn published(world: &World) -> Vec<(String, String)> {
    let changes = world.gateway.changes.lock().unwrap();
    changes
        .iter()
        .map(|change| (change.execution_arn.clone(), change.status.clone()))
        .collect()
}

async fn ask(world: &World, arn: &str, what: &str) {
    let path = format!("/2025-12-01/durable-executions/{}/{what}", percent(arn));
    assert_eq!(http(&world.endpoint, "POST", &path, "").await.0, 202);
}

async fn status(world: &World, arn: &str) -> String {
    world.describe(arn).await.status().as_str().to_owned()
}

#[test]
fn a_pause_outlives_the_service_and_a_killed_one_begins_with_the_next() {
    let directory = folder();
    let (waiting, running) = in_a_process(&directory, async |world| {
        register_asking(world, "asking");
        world.register("endless", async |_, _| std::future::pending().await);
        let waiting = world.start("asking", None, &json!({})).await;
        world.last_event(&waiting, "InvocationCompleted").await;
        ask(world, &waiting, "pause").await;
        let running = world.start("endless", None, &json!({})).await;
        eventually("invocation begins", || async {
            ask(world, &running, "pause").await;
            let begun = status(world, &running).await == "PAUSING";
            if !begun {
                ask(world, &running, "resume").await;
            }
            begun.then_some(())
        })
        .await;
        (waiting, running)
    });
    in_a_process(&directory, async |world| {
        register_asking(world, "asking");
        world.register("endless", async |_, _| Ok(Value::Null));
        assert_eq!(status(world, &waiting).await, "PAUSED");
        assert_eq!(status(world, &running).await, "PAUSED");
        let id = world.callback(&waiting, "ask").await;
        world.succeed(&id, "7").await;
        assert_eq!(status(world, &waiting).await, "PAUSED");
        for arn in [waiting, running] {
            ask(world, &arn, "resume").await;
            assert_eq!(world.ended(&arn).await, ExecutionStatus::Succeeded);
        }
    });
}

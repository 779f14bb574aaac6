//! Stores with many executions: listed in pages, counted, and opened again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use aws_sdk_lambda::operation::list_durable_executions_by_function::builders::ListDurableExecutionsByFunctionFluentBuilder;
use aws_sdk_lambda::types::ExecutionStatus;
use durable_local::execution::Crowd;
use serde_json::json;

use crate::support::World;
use crate::{code, register_asking};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:asking";

fn crowd(waiting: usize, succeeded: usize, failed: usize) -> Crowd {
    Crowd {
        function_arn: FUNCTION.into(),
        version: "7".into(),
        prefix: "tx".into(),
        waiting,
        succeeded,
        failed,
    }
}

async fn world_of(crowd: &Crowd) -> (World, Vec<String>) {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let arns = crowd.write(folder.path()).unwrap();
    let world = World::open(folder).await;
    register_asking(&world, "asking");
    (world, arns)
}

fn list(world: &World) -> ListDurableExecutionsByFunctionFluentBuilder {
    let list = world.client.list_durable_executions_by_function();
    list.function_name("asking")
}

/// Returns the ARNs of a page, and the marker of the next.
async fn page(
    request: ListDurableExecutionsByFunctionFluentBuilder,
) -> (Vec<String>, Option<String>) {
    let page = request.send().await.unwrap();
    let arns = page.durable_executions().iter();
    let arns = arns.map(|execution| execution.durable_execution_arn().to_owned());
    (arns.collect(), page.next_marker().map(str::to_owned))
}

/// Returns all ARNs of a list, read a page at a time.
async fn all(request: ListDurableExecutionsByFunctionFluentBuilder) -> Vec<String> {
    let mut arns = Vec::new();
    let mut marker = None;
    loop {
        let (page, next) = page(request.clone().set_marker(marker)).await;
        arns.extend(page);
        match next {
            None => return arns,
            next => marker = next,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_executions_are_opened_counted_and_listed() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let start = Instant::now();
    let arns = crowd(8_000, 8_000, 4_000).write(folder.path()).unwrap();
    let written = start.elapsed();
    let start = Instant::now();
    let world = World::open(folder).await;
    let opened = start.elapsed();
    register_asking(&world, "asking");
    let counts = world.service.counts().await;
    assert_eq!((counts.running, counts.total), (8_000, 20_000));
    let start = Instant::now();
    let (newest, _) = page(list(&world).max_items(50)).await;
    let glance = start.elapsed();
    assert_eq!(newest.len(), 50);
    assert_eq!(newest.first(), arns.last());
    let start = Instant::now();
    assert_eq!(
        all(list(&world).reverse_order(true).max_items(1000)).await,
        arns
    );
    let listed = start.elapsed();
    let start = Instant::now();
    let stopped = list(&world).statuses(ExecutionStatus::Stopped);
    assert_eq!(page(stopped).await, (Vec::new(), None));
    let searched = start.elapsed();
    let failed = list(&world)
        .statuses(ExecutionStatus::Failed)
        .max_items(999);
    assert_eq!(all(failed).await.len(), 4_000);
    // What a change costs is for the reader of `cargo test -- --nocapture`.
    #[expect(clippy::print_stderr, reason = "times are told, not judged")]
    {
        eprintln!(
            "written {written:?}, opened {opened:?}, 50 of them {glance:?}, all {listed:?}, none of them {searched:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marker_stays_good_while_executions_come_and_go() {
    let (world, arns) = world_of(&crowd(0, 10, 0)).await;
    for oldest_first in [true, false] {
        let ordered: Vec<String> = if oldest_first {
            arns.clone()
        } else {
            arns.iter().rev().cloned().collect()
        };
        let list = || list(&world).reverse_order(oldest_first).max_items(3);
        let (first, marker) = page(list().statuses(ExecutionStatus::Succeeded)).await;
        assert_eq!(first, ordered[..3]);
        let name = format!("late-{oldest_first}");
        world.start("asking", Some(&name), &json!({})).await;
        let (second, _) = page(
            list()
                .statuses(ExecutionStatus::Succeeded)
                .set_marker(marker),
        )
        .await;
        assert_eq!(second, ordered[3..6]);
    }
    let (first, marker) = page(list(&world).reverse_order(true).max_items(3)).await;
    let path = crate::support::percent(first.last().unwrap());
    let path = format!("/2025-12-01/durable-executions/{path}");
    let deleted = crate::support::http(&world.endpoint, "DELETE", &path, "").await;
    assert_eq!(deleted.0, 202);
    let next = list(&world).reverse_order(true).max_items(3);
    assert_eq!(page(next.set_marker(marker)).await.0, arns[3..6]);
    let wrong = list(&world).marker("nonsense").send().await;
    let text = format!("{wrong:?}");
    assert!(text.contains("Invalid Marker: nonsense"), "{text}");
    assert_eq!(code(wrong), "InvalidParameterValueException");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_meet_on_one_function_and_version() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut of_another = crowd(1, 1, 1);
    of_another.function_arn = format!("{FUNCTION}-too");
    of_another.write(folder.path()).unwrap();
    let arns = crowd(2, 2, 1).write(folder.path()).unwrap();
    let world = World::open(folder).await;
    register_asking(&world, "asking");
    assert_eq!(world.service.counts().await.total, 8);
    assert_eq!(all(list(&world).qualifier("7")).await.len(), 5);
    assert!(all(list(&world).qualifier("8")).await.is_empty());
    let named = |name: &str| list(&world).durable_execution_name(name);
    assert_eq!(all(named("tx-00003")).await, arns[3..4]);
    assert!(all(named("tx-00003").qualifier("8")).await.is_empty());
    assert!(
        all(named("tx-00003").statuses(ExecutionStatus::Failed))
            .await
            .is_empty()
    );
    let start = *world.describe(&arns[2]).await.start_timestamp();
    assert!(all(named("tx-00002").started_after(start)).await.is_empty());
    let between = list(&world).started_after(start).started_before(start);
    assert!(all(between).await.is_empty());
    let newer = all(list(&world).started_after(start).max_items(1)).await;
    let expected: Vec<String> = arns[3..].iter().rev().cloned().collect();
    assert_eq!(newer, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_of_a_crowd_is_like_any_other() {
    let (world, arns) = world_of(&crowd(1, 1, 1)).await;
    let mut statuses = BTreeSet::new();
    for arn in &arns {
        let execution = world.describe(arn).await;
        statuses.insert(execution.status().as_str().to_owned());
        let history = world.history(arn).await;
        assert_eq!(history[0]["EventType"], "ExecutionStarted");
    }
    assert_eq!(
        statuses.into_iter().collect::<Vec<_>>(),
        ["FAILED", "RUNNING", "SUCCEEDED"]
    );
    world.service.close().await;
    let told = world.gateway.changes.lock().unwrap().len();
    assert_eq!(told, 0, "their ends were published long ago");
    let history = world.history(&arns[0]).await;
    let callback = history
        .iter()
        .find(|event| event["EventType"] == "CallbackStarted");
    assert_eq!(callback.unwrap()["ParentId"], "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_log_costs_one_execution_and_is_counted() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let arns = crowd(1, 1, 1).write(folder.path()).unwrap();
    let id = arns[1].rsplit_once('/').unwrap().1;
    std::fs::write(folder.path().join(format!("{id}.jsonl")), "nonsense\n").unwrap();
    let world = World::open(folder).await;
    register_asking(&world, "asking");
    let counts = world.service.counts().await;
    assert_eq!((counts.running, counts.total, counts.damaged), (1, 2, 1));
    let left = all(list(&world).reverse_order(true)).await;
    assert_eq!(left, [arns[0].clone(), arns[2].clone()]);
    // Its name stands for nothing, and can be used.
    let again = world.start("asking", Some("tx-00001"), &json!({})).await;
    assert_ne!(again, arns[1]);
}

//! Many at once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use aws_sdk_lambda::types::ExecutionStatus;
use serde_json::json;
use tokio::task::JoinSet;

use crate::register_asking;
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_executions_wait_and_end() {
    let world = Arc::new(World::new().await);
    register_asking(&world, "asking");
    let mut runs = JoinSet::new();
    for number in 0..200 {
        let world = Arc::clone(&world);
        runs.spawn(async move {
            let arn = world
                .start("asking", Some(&format!("tx-{number}")), &json!(number))
                .await;
            let id = world.callback(&arn, "ask").await;
            // Answered at once, often while the function still runs.
            world.succeed(&id, &number.to_string()).await;
            assert_eq!(world.ended(&arn).await, ExecutionStatus::Succeeded);
            let result = world.describe(&arn).await.result().map(str::to_owned);
            assert_eq!(result, Some(number.to_string()));
            arn
        });
    }
    let arns: BTreeSet<String> = runs.join_all().await.into_iter().collect();
    assert_eq!(arns.len(), 200);
    let counts = world.service.counts().await;
    assert_eq!((counts.running, counts.total), (0, 200));
    assert_eq!(world.gateway.overlaps.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_name_twenty_times_at_once_is_one_execution() {
    let world = Arc::new(World::new().await);
    register_asking(&world, "asking");
    let mut starts = JoinSet::new();
    for _ in 0..20 {
        let world = Arc::clone(&world);
        starts.spawn(async move { world.start("asking", Some("tx-1"), &json!({"a": 1})).await });
    }
    let arns: BTreeSet<String> = starts.join_all().await.into_iter().collect();
    assert_eq!(arns.len(), 1);
    assert_eq!(world.service.counts().await.total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_answers_to_one_callback_one_counts() {
    let world = Arc::new(World::new().await);
    register_asking(&world, "asking");
    let arn = world.start("asking", None, &json!({})).await;
    let id = world.callback(&arn, "ask").await;
    let mut answers = JoinSet::new();
    for number in 0..20 {
        let (client, id) = (world.client.clone(), id.clone());
        answers.spawn(async move {
            let result = aws_sdk_lambda::primitives::Blob::new(number.to_string());
            let request = client
                .send_durable_execution_callback_success()
                .callback_id(id);
            crate::code(request.result(result).send().await)
        });
    }
    let outcomes = answers.join_all().await;
    let accepted = outcomes
        .iter()
        .filter(|outcome| *outcome == "no error")
        .count();
    let late = outcomes
        .iter()
        .filter(|outcome| *outcome == "CallbackTimeoutException")
        .count();
    assert_eq!((accepted, late), (1, 19));
}

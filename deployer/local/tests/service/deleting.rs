//! Deleting executions.

use serde_json::{Value, json};

use crate::register_asking;
use crate::support::{World, http, percent};

/// Deletes an execution and returns status and body.
async fn delete(world: &World, arn: &str) -> (u16, String) {
    let path = format!("/2025-12-01/durable-executions/{}", percent(arn));
    http(&world.endpoint, "DELETE", &path, "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_has_ended_is_deleted_and_then_it_is_gone() {
    let world = World::new().await;
    register_asking(&world, "asking");
    let arn = world.start("asking", Some("tx-1"), &json!({})).await;
    let id = world.callback(&arn, "ask").await;
    let (status, body) = delete(&world, &arn).await;
    assert_eq!(status, 409, "{body}");
    assert!(body.contains("is RUNNING"), "{body}");
    world.succeed(&id, "1").await;
    world.ended(&arn).await;

    let (status, body) = delete(&world, &arn).await;
    assert_eq!(status, 202, "{body}");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert!(body["DeletionRequestTimestamp"].is_f64(), "{body}");
    assert_eq!(delete(&world, &arn).await.0, 404);
    assert_eq!(world.service.counts().await.total, 0);
    // Its name is free again.
    assert_ne!(world.start("asking", Some("tx-1"), &json!({})).await, arn);
    // Not even the note that its end was published brings its log back.
    world.service.close().await;
    let logs = std::fs::read_dir(world.directory.path()).unwrap();
    assert_eq!(logs.count(), 1);
}

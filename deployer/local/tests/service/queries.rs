//! Lists, histories, descriptions and stopping.

use aws_sdk_lambda::primitives::DateTime;
use aws_sdk_lambda::types::{ErrorObject, Event, EventType, ExecutionStatus};
use serde_json::json;

use crate::support::World;
use crate::{code, register_asking};

async fn names(
    request: aws_sdk_lambda::operation::list_durable_executions_by_function::builders::ListDurableExecutionsByFunctionFluentBuilder,
) -> (Vec<String>, Option<String>) {
    let page = request.send().await.unwrap();
    let names = page
        .durable_executions()
        .iter()
        .map(|e| e.durable_execution_name().to_owned());
    (names.collect(), page.next_marker().map(str::to_owned))
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
async fn executions_are_listed_filtered_and_in_pages() {
    let world = World::new().await;
    register_asking(&world, "asking");
    let mut arns = Vec::new();
    for number in 0..5 {
        let name = format!("tx-{number}");
        arns.push(world.start("asking", Some(&name), &json!({})).await);
        // Sorted by start, so that no two may start in the same millisecond.
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
    world
        .client
        .stop_durable_execution()
        .durable_execution_arn(&arns[1])
        .send()
        .await
        .unwrap();
    let list = || {
        world
            .client
            .list_durable_executions_by_function()
            .function_name("asking")
    };
    assert_eq!(
        names(list()).await.0,
        ["tx-4", "tx-3", "tx-2", "tx-1", "tx-0"]
    );
    let (page, marker) = names(list().reverse_order(true).max_items(2)).await;
    assert_eq!(page, ["tx-0", "tx-1"]);
    let next = list()
        .reverse_order(true)
        .max_items(3)
        .marker(marker.unwrap());
    assert_eq!(
        names(next).await,
        (vec!["tx-2".into(), "tx-3".into(), "tx-4".into()], None)
    );
    let stopped = list().statuses(ExecutionStatus::Stopped);
    assert_eq!(names(stopped).await.0, ["tx-1"]);
    let both = list()
        .statuses(ExecutionStatus::Stopped)
        .statuses(ExecutionStatus::Running);
    assert_eq!(names(both).await.0.len(), 5);
    assert_eq!(
        names(list().durable_execution_name("tx-3")).await.0,
        ["tx-3"]
    );
    assert_eq!(names(list().qualifier("$LATEST")).await.0.len(), 5);
    assert!(names(list().qualifier("live")).await.0.is_empty());
    let start = *world.describe(&arns[2]).await.start_timestamp();
    assert_eq!(names(list().started_after(start)).await.0, ["tx-4", "tx-3"]);
    assert_eq!(
        names(list().started_before(start)).await.0,
        ["tx-1", "tx-0"]
    );
    assert!(
        names(list().started_before(DateTime::from_secs(1)))
            .await
            .0
            .is_empty()
    );
    let unknown = world
        .client
        .list_durable_executions_by_function()
        .function_name("nobody");
    assert_eq!(code(unknown.send().await), "ResourceNotFoundException");
    assert_eq!(
        code(list().marker("nonsense").send().await),
        "InvalidParameterValueException"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_comes_in_pages_both_ways_and_without_data() {
    let world = World::new().await;
    register_asking(&world, "asking");
    let arn = world.start("asking", None, &json!({"secret": 1})).await;
    let id = world.callback(&arn, "ask").await;
    world.succeed(&id, "\"yes\"").await;
    world.ended(&arn).await;
    let history = || {
        world
            .client
            .get_durable_execution_history()
            .durable_execution_arn(&arn)
    };
    let all = history().send().await.unwrap();
    let ids: Vec<i32> = all.events().iter().map(Event::event_id).collect();
    assert_eq!(
        ids,
        (1..=i32::try_from(ids.len()).unwrap()).collect::<Vec<_>>()
    );
    assert_eq!(
        all.events()[0].event_type(),
        Some(&EventType::ExecutionStarted)
    );
    let input = all.events()[0]
        .execution_started_details()
        .unwrap()
        .input()
        .unwrap();
    assert_eq!(input.payload(), Some("{\"secret\":1}"));
    let page = history()
        .max_items(2)
        .reverse_order(true)
        .send()
        .await
        .unwrap();
    assert_eq!(
        page.events()[0].event_type(),
        Some(&EventType::ExecutionSucceeded)
    );
    let next = history()
        .reverse_order(true)
        .marker(page.next_marker().unwrap());
    let next = next.send().await.unwrap();
    assert_eq!(next.events().len(), ids.len() - 2);
    assert_eq!(next.events().last().unwrap().event_id(), 1);
    let bare = history()
        .include_execution_data(false)
        .send()
        .await
        .unwrap();
    assert!(!format!("{bare:?}").contains("secret"));
    assert!(!format!("{bare:?}").contains("yes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_is_described_with_its_configuration() {
    let world = World::new().await;
    register_asking(&world, "asking");
    let arn = world.start("asking", Some("tx-1"), &json!({"a": 1})).await;
    let execution = world.describe(&arn).await;
    assert_eq!(execution.durable_execution_name(), "tx-1");
    assert_eq!(execution.input_payload(), Some("{\"a\":1}"));
    assert_eq!(execution.version(), Some("$LATEST"));
    let config = execution.durable_config().unwrap();
    assert_eq!(config.execution_timeout(), Some(300));
    assert_eq!(config.retention_period_in_days(), Some(1));
    let bare = world
        .client
        .get_durable_execution()
        .durable_execution_arn(&arn);
    let bare = bare.include_execution_data(false).send().await.unwrap();
    assert_eq!(bare.input_payload(), None);
    let unknown = format!("{arn}x");
    let unknown = world
        .client
        .get_durable_execution()
        .durable_execution_arn(unknown);
    assert_eq!(code(unknown.send().await), "ResourceNotFoundException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_execution_stays_stopped_and_takes_no_answer() {
    let world = World::new().await;
    register_asking(&world, "asking");
    let arn = world.start("asking", None, &json!({})).await;
    let id = world.callback(&arn, "ask").await;
    let error = ErrorObject::builder()
        .error_type("Operator")
        .error_message("enough")
        .build();
    let stop = world
        .client
        .stop_durable_execution()
        .durable_execution_arn(&arn);
    let first = stop.clone().error(error).send().await.unwrap();
    let execution = world.describe(&arn).await;
    assert_eq!(execution.status(), &ExecutionStatus::Stopped);
    assert_eq!(execution.error().unwrap().error_message(), Some("enough"));
    assert_eq!(execution.end_timestamp(), Some(first.stop_timestamp()));
    let again = stop.send().await.unwrap();
    assert_eq!(again.stop_timestamp(), first.stop_timestamp());
    let late = world
        .client
        .send_durable_execution_callback_heartbeat()
        .callback_id(id);
    assert_eq!(code(late.send().await), "CallbackTimeoutException");
    let unknown = world
        .client
        .send_durable_execution_callback_heartbeat()
        .callback_id("bm9uZTpub25l");
    assert_eq!(code(unknown.send().await), "ResourceNotFoundException");
}

//! The requests that the DynamoDB store sends, against a server that answers from a script.
#![expect(clippy::unwrap_used, reason = "a failed set-up should fail the test")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use idempotency::{DynamoDbStore, Error, Idempotency, ManualClock, Outcome, StoreError};
use serde_json::{Value, json};

const NOW: i64 = 1_700_000_000_500;

#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<(u16, Value)>>>,
    requests: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Script {
    fn answer(&self, headers: &HeaderMap, body: &str) -> (u16, String) {
        let target = headers.get("x-amz-target").unwrap().to_str().unwrap();
        self.requests
            .lock()
            .unwrap()
            .push((target.to_owned(), serde_json::from_str(body).unwrap()));
        let (status, answer) = self.answers.lock().unwrap().pop_front().unwrap();
        (status, answer.to_string())
    }

    fn request(&self, index: usize) -> (String, Value) {
        self.requests.lock().unwrap().get(index).unwrap().clone()
    }
}

async fn idempotency_answered(
    answers: impl IntoIterator<Item = (u16, Value)>,
) -> (Idempotency, Script) {
    let script = Script {
        answers: Arc::new(Mutex::new(answers.into_iter().collect())),
        ..Script::default()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let served = script.clone();
    let router = Router::new().fallback(async move |headers: HeaderMap, body: String| {
        let (status, answer) = served.answer(&headers, &body);
        (
            StatusCode::from_u16(status).unwrap(),
            [(header::CONTENT_TYPE, "application/x-amz-json-1.0")],
            answer,
        )
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::disabled())
        .build();
    let store = DynamoDbStore::new(Client::from_conf(config), "idempotency");
    let clock = ManualClock::at(NOW);
    let window = Duration::from_hours(1);
    (
        Idempotency::new(Arc::new(store), Arc::new(clock), window),
        script,
    )
}

fn refused(item: Option<Value>) -> (u16, Value) {
    let mut answer = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "The conditional request failed",
    });
    if let Some(item) = item {
        *answer
            .pointer_mut("")
            .unwrap()
            .as_object_mut()
            .unwrap()
            .entry("Item")
            .or_insert(Value::Null) = item;
    }
    (400, answer)
}

async fn acquire(idempotency: &Idempotency) -> Result<Outcome, Error> {
    idempotency
        .acquire("tx-1", "hash", Duration::from_secs(30))
        .await
}

#[tokio::test]
async fn acquire_complete_and_release_send_exactly_these_requests() {
    let answers = [(200, json!({})), (200, json!({})), (200, json!({}))];
    let (idempotency, script) = idempotency_answered(answers).await;
    let Outcome::Acquired(lease) = acquire(&idempotency).await.unwrap() else {
        panic!("not acquired");
    };
    idempotency.complete(&lease, "result").await.unwrap();
    idempotency.release(&lease).await.unwrap();

    let (target, put) = script.request(0);
    assert_eq!(target, "DynamoDB_20120810.PutItem");
    assert_eq!(
        put,
        json!({
            "TableName": "idempotency",
            "Item": {
                "id": {"S": "tx-1"},
                "status": {"S": "INPROGRESS"},
                "expiration": {"N": "1700003600"},
                "in_progress_expiration": {"N": "1700000030500"},
                "validation": {"S": "hash"},
            },
            "ConditionExpression": "attribute_not_exists(#id) OR #expiry < :now OR (#status = :inprogress AND attribute_exists(#in_progress_expiry) AND #in_progress_expiry < :now_in_millis)",
            "ExpressionAttributeNames": {
                "#id": "id",
                "#expiry": "expiration",
                "#status": "status",
                "#in_progress_expiry": "in_progress_expiration",
            },
            "ExpressionAttributeValues": {
                ":now": {"N": "1700000000"},
                ":now_in_millis": {"N": "1700000000500"},
                ":inprogress": {"S": "INPROGRESS"},
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        })
    );

    let (target, update) = script.request(1);
    assert_eq!(target, "DynamoDB_20120810.UpdateItem");
    assert_eq!(
        update,
        json!({
            "TableName": "idempotency",
            "Key": {"id": {"S": "tx-1"}},
            "UpdateExpression": "SET #data = :data, #expiry = :expiry, #status = :completed",
            "ConditionExpression": "#status = :inprogress AND #in_progress_expiry = :in_progress_expiry",
            "ExpressionAttributeNames": {
                "#data": "data",
                "#expiry": "expiration",
                "#status": "status",
                "#in_progress_expiry": "in_progress_expiration",
            },
            "ExpressionAttributeValues": {
                ":data": {"S": "result"},
                ":expiry": {"N": "1700003600"},
                ":completed": {"S": "COMPLETED"},
                ":inprogress": {"S": "INPROGRESS"},
                ":in_progress_expiry": {"N": "1700000030500"},
            },
        })
    );

    let (target, delete) = script.request(2);
    assert_eq!(target, "DynamoDB_20120810.DeleteItem");
    assert_eq!(delete.pointer("/Key/id/S"), Some(&json!("tx-1")));
    assert_eq!(
        delete.pointer("/ConditionExpression"),
        update.pointer("/ConditionExpression")
    );
}

#[tokio::test]
async fn the_record_in_the_way_is_read_from_the_refusal() {
    let record = |status: &str, validation: &str| {
        refused(Some(json!({
            "id": {"S": "tx-1"},
            "status": {"S": status},
            "expiration": {"N": "1700003600"},
            "in_progress_expiration": {"N": "1700000030000"},
            "data": {"S": "result"},
            "validation": {"S": validation},
        })))
    };
    let cases = [
        (
            "COMPLETED",
            "hash",
            Outcome::Completed(Some("result".to_owned())),
        ),
        ("INPROGRESS", "hash", Outcome::InProgress),
        ("COMPLETED", "other", Outcome::PayloadMismatch),
    ];
    for (status, validation, expected) in cases {
        let (idempotency, _) = idempotency_answered([record(status, validation)]).await;
        assert_eq!(acquire(&idempotency).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn without_the_record_in_the_refusal_it_is_read_consistently() {
    let read = json!({"Item": {
        "id": {"S": "tx-1"},
        "status": {"S": "COMPLETED"},
        "expiration": {"N": "1700003600"},
    }});
    let (idempotency, script) = idempotency_answered([refused(None), (200, read)]).await;
    assert_eq!(
        acquire(&idempotency).await.unwrap(),
        Outcome::Completed(None)
    );
    let (target, get) = script.request(1);
    assert_eq!(target, "DynamoDB_20120810.GetItem");
    assert_eq!(get.get("ConsistentRead"), Some(&json!(true)));
}

#[tokio::test]
async fn a_lost_lease_and_a_failing_table_are_told_apart() {
    let throttled = json!({"__type": "ProvisionedThroughputExceededException", "message": "slow"});
    let answers = [
        (200, json!({})),
        refused(None),
        refused(None),
        (400, throttled),
    ];
    let (idempotency, _) = idempotency_answered(answers).await;
    let Outcome::Acquired(lease) = acquire(&idempotency).await.unwrap() else {
        panic!("not acquired");
    };
    let completed = idempotency.complete(&lease, "result").await;
    assert!(
        matches!(completed, Err(Error::Superseded { .. })),
        "{completed:?}"
    );
    let released = idempotency.release(&lease).await;
    assert!(
        matches!(released, Err(Error::Superseded { .. })),
        "{released:?}"
    );
    let released = idempotency.release(&lease).await;
    let Err(Error::Store { source, .. }) = released else {
        panic!("not an error of the store: {released:?}");
    };
    assert_eq!(
        source.to_string(),
        "idempotency record `tx-1` could not be released"
    );
}

#[tokio::test]
async fn an_item_that_is_no_record_is_an_error() {
    let item = json!({"id": {"S": "tx-1"}, "status": {"S": "DONE"}});
    let (idempotency, _) = idempotency_answered([refused(Some(item))]).await;
    let outcome = acquire(&idempotency).await;
    assert!(
        matches!(
            outcome,
            Err(Error::Store {
                source: StoreError::Malformed {
                    attribute: "status",
                    ..
                },
                ..
            })
        ),
        "{outcome:?}"
    );
}

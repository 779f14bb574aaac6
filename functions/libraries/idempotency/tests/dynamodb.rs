//! The requests that the DynamoDB store sends, against a server that answers from a script.

use std::sync::Arc;
use std::time::Duration;

use idempotency::{Acquisition, DynamoDbStore, Error, Idempotency, ManualClock, StoreError};
use scripted_aws::dynamodb::{self, done, found, refused};
use scripted_aws::{Answer, Requests};
use serde_json::{Value, json};

const NOW: i64 = 1_700_000_000_500;

async fn idempotency_answered(
    answers: impl IntoIterator<Item = Answer>,
) -> (Idempotency, Requests) {
    let (client, requests) = dynamodb::client(answers).await;
    let store = DynamoDbStore::new(client, "idempotency");
    let clock = ManualClock::at(NOW);
    let window = Duration::from_hours(1);
    (
        Idempotency::new(Arc::new(store), Arc::new(clock), window),
        requests,
    )
}

async fn acquire(idempotency: &Idempotency) -> Result<Acquisition, Error> {
    idempotency
        .acquire("tx-1", "hash", Duration::from_secs(30))
        .await
}

#[tokio::test]
async fn acquire_complete_and_release_send_exactly_these_requests() {
    let answers = [done(), done(), done()];
    let (idempotency, requests) = idempotency_answered(answers).await;
    let Acquisition::Acquired(lease) = acquire(&idempotency).await.unwrap() else {
        panic!("not acquired");
    };
    idempotency.complete(&lease, "result").await.unwrap();
    idempotency.release(&lease).await.unwrap();

    let target = requests.target(0);
    let put = requests.body(0);
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

    let target = requests.target(1);
    let update = requests.body(1);
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

    let target = requests.target(2);
    let delete = requests.body(2);
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
        refused(&json!({
            "id": {"S": "tx-1"},
            "status": {"S": status},
            "expiration": {"N": "1700003600"},
            "in_progress_expiration": {"N": "1700000030000"},
            "data": {"S": "result"},
            "validation": {"S": validation},
        }))
    };
    let cases = [
        (
            "COMPLETED",
            "hash",
            Acquisition::Completed(Some("result".to_owned())),
        ),
        ("INPROGRESS", "hash", Acquisition::InProgress),
        ("COMPLETED", "other", Acquisition::PayloadMismatch),
    ];
    for (status, validation, expected) in cases {
        let (idempotency, _) = idempotency_answered([record(status, validation)]).await;
        assert_eq!(acquire(&idempotency).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn without_the_record_in_the_refusal_it_is_read_consistently() {
    let read = json!({
        "id": {"S": "tx-1"},
        "status": {"S": "COMPLETED"},
        "expiration": {"N": "1700003600"},
    });
    let (idempotency, requests) = idempotency_answered([refused(&Value::Null), found(&read)]).await;
    assert_eq!(
        acquire(&idempotency).await.unwrap(),
        Acquisition::Completed(None)
    );
    let target = requests.target(1);
    let get = requests.body(1);
    assert_eq!(target, "DynamoDB_20120810.GetItem");
    assert_eq!(get.get("ConsistentRead"), Some(&json!(true)));
}

#[tokio::test]
async fn a_lost_lease_and_a_failing_table_are_told_apart() {
    let answers = [
        done(),
        refused(&Value::Null),
        refused(&Value::Null),
        Answer::error("ProvisionedThroughputExceededException", "slow"),
    ];
    let (idempotency, _) = idempotency_answered(answers).await;
    let Acquisition::Acquired(lease) = acquire(&idempotency).await.unwrap() else {
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
    let (idempotency, _) = idempotency_answered([refused(&item)]).await;
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

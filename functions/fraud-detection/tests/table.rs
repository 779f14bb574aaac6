//! The requests to the transactions table, against a server that answers from a script.
#![expect(clippy::unwrap_used, reason = "a failed set-up should fail the test")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use fraud_detection::ledger::{Entry, Reason, Status};
use fraud_detection::{
    Channel, Charge, Ledger as _, Notifier as _, PaymentGateway as _, Question, Score,
    ServiceError, TransactionsTable,
};
use serde_json::{Value, json};
use steps::RecordedError as _;

/// The requests that were sent, as target and body.
type Requests = Arc<Mutex<Vec<(String, Value)>>>;

async fn table_answered(
    answers: impl IntoIterator<Item = (u16, Value)>,
) -> (TransactionsTable, Requests) {
    let answers: Arc<Mutex<VecDeque<_>>> = Arc::new(Mutex::new(answers.into_iter().collect()));
    let requests = Requests::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::clone(&requests);
    let router = Router::new().fallback(async move |headers: HeaderMap, body: String| {
        let target = headers.get("x-amz-target").unwrap().to_str().unwrap();
        let operation = target.rsplit('.').next().unwrap().to_owned();
        let body = serde_json::from_str(&body).unwrap();
        seen.lock().unwrap().push((operation, body));
        let (status, answer) = answers.lock().unwrap().pop_front().unwrap();
        (
            StatusCode::from_u16(status).unwrap(),
            [(header::CONTENT_TYPE, "application/x-amz-json-1.0")],
            answer.to_string(),
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
    let table = TransactionsTable::new(Client::from_conf(config), "transactions")
        .with_clock(|| UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    (table, requests)
}

fn done() -> (u16, Value) {
    (200, json!({}))
}

fn refused(item: &Value) -> (u16, Value) {
    let error = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
    (
        400,
        json!({"__type": error, "message": "refused", "Item": item}),
    )
}

fn sent(requests: &Requests, index: usize) -> (String, Value) {
    requests.lock().unwrap().get(index).unwrap().clone()
}

fn charge() -> Charge {
    Charge {
        idempotency_key: "tx-1001".to_owned(),
        transaction_id: "1001".to_owned(),
        amount: 650_000,
        currency: "USD".to_owned(),
    }
}

fn entry(status: Status, reason: Option<Reason>) -> Entry {
    Entry {
        transaction_id: "1001".to_owned(),
        status,
        amount: 650_000,
        currency: "USD".to_owned(),
        fraud_score: Score::new(3).unwrap(),
        reason,
    }
}

#[tokio::test]
async fn a_charge_is_counted_and_then_made_under_its_key() {
    let (table, requests) = table_answered([done(), done()]).await;
    let receipt = table.charge(&charge()).await.unwrap();
    assert_eq!(receipt.idempotency_key, "tx-1001");
    assert_eq!(receipt.charged_at, "2023-11-14T22:13:20Z");
    let (operation, counted) = sent(&requests, 0);
    assert_eq!(operation, "UpdateItem");
    assert_eq!(
        counted.get("UpdateExpression"),
        Some(&json!(
            "SET charges = if_not_exists(charges, :none) ADD charge_attempts :one"
        ))
    );
    let (operation, made) = sent(&requests, 1);
    assert_eq!(operation, "UpdateItem");
    assert_eq!(
        made,
        json!({
            "TableName": "transactions",
            "Key": {"transaction_id": {"S": "1001"}},
            "UpdateExpression": "SET charges.#key = :charge",
            "ConditionExpression": "attribute_not_exists(charges.#key)",
            "ExpressionAttributeNames": {"#key": "tx-1001"},
            "ExpressionAttributeValues": {":charge": {"M": {
                "amount": {"N": "650000"},
                "currency": {"S": "USD"},
                "charged_at": {"S": "2023-11-14T22:13:20Z"},
            }}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        })
    );
}

#[tokio::test]
async fn a_charge_made_before_gives_its_receipt_and_another_one_under_its_key_is_refused() {
    let first = |amount: &str, currency: &str| {
        refused(&json!({"charges": {"M": {"tx-1001": {"M": {
            "amount": {"N": amount},
            "currency": {"S": currency},
            "charged_at": {"S": "2020-01-01T00:00:00Z"},
        }}}}}))
    };
    let (table, _) = table_answered([done(), first("650000", "USD")]).await;
    let receipt = table.charge(&charge()).await.unwrap();
    assert_eq!(receipt.charged_at, "2020-01-01T00:00:00Z");
    for (amount, currency) in [("650001", "USD"), ("650000", "EUR")] {
        let (table, _) = table_answered([done(), first(amount, currency)]).await;
        let error = table.charge(&charge()).await.unwrap_err();
        assert!(
            matches!(error, ServiceError::ChargeConflict { .. }),
            "{error:?}"
        );
        assert!(error.is_permanent());
    }
}

#[tokio::test]
async fn a_status_is_recorded_unless_another_final_one_is_there() {
    let (table, requests) = table_answered([done(), done()]).await;
    let handed_over = entry(Status::FraudDepartment, Some(Reason::TimedOut));
    table.record(&handed_over).await.unwrap();
    table.record(&entry(Status::Suspended, None)).await.unwrap();
    let (_, request) = sent(&requests, 0);
    assert_eq!(
        request.get("ConditionExpression"),
        Some(&json!(
            "attribute_not_exists(#status) OR #status = :suspended OR #status = :status"
        ))
    );
    assert_eq!(
        request.get("ExpressionAttributeValues"),
        Some(&json!({
            ":status": {"S": "fraud_department"},
            ":updated_at": {"S": "2023-11-14T22:13:20Z"},
            ":amount": {"N": "650000"},
            ":currency": {"S": "USD"},
            ":fraud_score": {"N": "3"},
            ":suspended": {"S": "suspended"},
            ":reason": {"S": "timed_out"},
        }))
    );
    let (_, request) = sent(&requests, 1);
    let expression = request.get("UpdateExpression").unwrap().as_str().unwrap();
    assert!(!expression.contains("reason"), "{expression}");

    let declined = json!({"transaction_id": {"S": "1001"}, "status": {"S": "declined"}});
    let (table, _) = table_answered([refused(&declined)]).await;
    let error = table
        .record(&entry(Status::Authorized, None))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "transaction `1001` is declined and cannot become authorized"
    );
    assert!(error.is_permanent());
}

#[tokio::test]
async fn what_a_transaction_may_become_is_read_consistently() {
    let item = |status: &str| (200, json!({"Item": {"status": {"S": status}}}));
    let cases = [
        (done(), true),
        (
            (200, json!({"Item": {"charge_attempts": {"N": "1"}}})),
            true,
        ),
        (item("suspended"), true),
        (item("authorized"), true),
        (item("declined"), false),
        (item("fraud_department"), false),
        (item("unheard-of"), false),
    ];
    for (answer, permitted) in cases {
        let (table, requests) = table_answered([answer.clone()]).await;
        let result = table.permits("1001", Status::Authorized).await;
        assert_eq!(result.is_ok(), permitted, "{answer:?}");
        let (operation, request) = sent(&requests, 0);
        assert_eq!(operation, "GetItem");
        assert_eq!(request.get("ConsistentRead"), Some(&json!(true)));
    }
}

#[tokio::test]
async fn a_question_is_written_under_its_channel() {
    let (table, requests) = table_answered([done(), done()]).await;
    let question = Question {
        transaction_id: "1001".to_owned(),
        channel: Channel::Email,
        callback_id: "callback".to_owned(),
        answer_within_seconds: 5,
    };
    table.ask(&question).await.unwrap();
    let (_, prepared) = sent(&requests, 0);
    assert_eq!(
        prepared.get("UpdateExpression"),
        Some(&json!("SET questions = if_not_exists(questions, :none)"))
    );
    let (_, asked) = sent(&requests, 1);
    assert_eq!(
        asked.get("UpdateExpression"),
        Some(&json!("SET questions.#channel = :question"))
    );
    assert_eq!(
        asked.pointer("/ExpressionAttributeNames/#channel"),
        Some(&json!("email"))
    );
    assert_eq!(
        asked.pointer("/ExpressionAttributeValues/:question/M"),
        Some(&json!({
            "channel": {"S": "email"},
            "callback_id": {"S": "callback"},
            "asked_at": {"S": "2023-11-14T22:13:20Z"},
            "answer_within_seconds": {"N": "5"},
        }))
    );
}

#[tokio::test]
async fn a_table_out_of_reach_may_come_back() {
    let throttled = json!({"__type": "ThrottlingException", "message": "slow down"});
    let (table, _) = table_answered([(400, throttled)]).await;
    let error = table.charge(&charge()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the payment gateway is out of reach for transaction `1001`"
    );
    assert!(!error.is_permanent());
}

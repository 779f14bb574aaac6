//! The requests to the transactions table, against a server that answers from a script.
#![expect(clippy::unwrap_used, reason = "a failed set-up should fail the test")]

use std::time::{Duration, UNIX_EPOCH};

use fraud_detection::{
    Assessed, Basis, CardholderIndex, Channel, Charge, Entry, EscalationReason, History as _,
    Ledger as _, Notifier as _, Opinion, PaymentGateway as _, Question, Score, ScorerKind,
    ServiceError, Status, TransactionsTable,
};
use scripted_aws::dynamodb::{self, done, found, refused, throttled};
use scripted_aws::{Answer, Requests};
use serde_json::json;
use steps::RecordedError as _;

async fn table_answered(
    answers: impl IntoIterator<Item = Answer>,
) -> (TransactionsTable, Requests) {
    let (client, requests) = dynamodb::client(answers).await;
    let table = TransactionsTable::new(client, "transactions")
        .with_clock(|| UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    (table, requests)
}

fn charge() -> Charge {
    Charge {
        idempotency_key: "tx-1001".to_owned(),
        transaction_id: "1001".to_owned(),
        amount: 650_000,
        currency: "USD".to_owned(),
    }
}

fn entry(status: Status, reason: Option<EscalationReason>) -> Entry {
    Entry {
        transaction_id: "1001".to_owned(),
        status,
        amount: 650_000,
        currency: "USD".to_owned(),
        fraud_score: Score::new(3).unwrap(),
        reason,
        assessed: None,
    }
}

#[tokio::test]
async fn a_charge_is_counted_and_then_made_under_its_key() {
    let (table, requests) = table_answered([done(), done()]).await;
    let receipt = table.charge(&charge()).await.unwrap();
    assert_eq!(receipt.idempotency_key, "tx-1001");
    assert_eq!(receipt.charged_at, "2023-11-14T22:13:20Z");
    let operation = requests.operation(0);
    let counted = requests.body(0);
    assert_eq!(operation, "UpdateItem");
    assert_eq!(
        counted.get("UpdateExpression"),
        Some(&json!(
            "SET charges = if_not_exists(charges, :none) ADD charge_attempts :one"
        ))
    );
    let operation = requests.operation(1);
    let made = requests.body(1);
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
    let handed_over = entry(Status::FraudDepartment, Some(EscalationReason::TimedOut));
    table.record(&handed_over).await.unwrap();
    table.record(&entry(Status::Suspended, None)).await.unwrap();
    let request = requests.body(0);
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
    let request = requests.body(1);
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
async fn what_an_agent_thinks_is_kept_for_the_fraud_department() {
    let (table, requests) = table_answered([done(), done()]).await;
    let assessed = |agent, failure| {
        let basis = Basis {
            decided_by: ScorerKind::Agent,
            rules_score: Score::new(2).unwrap(),
            agent,
            failure,
        };
        Some(Assessed {
            basis,
            cardholder_id: Some("ada".to_owned()),
            location: "Boston".to_owned(),
            vendor: "shop".to_owned(),
        })
    };
    let opinion = Opinion {
        score: Score::new(3).unwrap(),
        reason: "never there before".to_owned(),
    };
    for (agent, failure) in [
        (Some(opinion), None),
        (None, Some(agent::Failure::Throttled)),
    ] {
        let entry = Entry {
            assessed: assessed(agent, failure),
            ..entry(Status::Suspended, None)
        };
        table.record(&entry).await.unwrap();
    }
    let request = requests.body(0);
    let expression = request["UpdateExpression"].as_str().unwrap();
    let values = &request["ExpressionAttributeValues"];
    for (name, value) in [
        ("location", json!({"S": "Boston"})),
        ("vendor", json!({"S": "shop"})),
        ("cardholder_id", json!({"S": "ada"})),
        (
            "scoring",
            json!({"M": {
                "decided_by": {"S": "agent"},
                "rules_score": {"N": "2"},
                "agent_score": {"N": "3"},
                "agent_reason": {"S": "never there before"},
            }}),
        ),
    ] {
        assert!(
            expression.contains(&format!("#{name} = :{name}")),
            "{expression}"
        );
        assert_eq!(values[format!(":{name}")], value);
    }
    let failed = requests.body(1);
    let failure = failed.pointer("/ExpressionAttributeValues/:scoring/M/agent_failure");
    assert_eq!(failure, Some(&json!({"S": "throttled"})));
}

#[tokio::test]
async fn the_past_of_a_cardholder_is_read_from_the_index_the_newest_first() {
    let item = |id: &str, amount: &str| {
        json!({
            "transaction_id": {"S": id}, "amount": {"N": amount}, "currency": {"S": "USD"},
            "location": {"S": "Boston"}, "vendor": {"S": "shop"}, "status": {"S": "authorized"},
            "updated_at": {"S": "2023-11-14T22:13:20Z"}, "questions": {"M": {}},
        })
    };
    let unfinished = json!({"transaction_id": {"S": "1003"}});
    let items = [
        item("1001", "1"),
        unfinished,
        item("1002", "2"),
        item("1004", "4"),
    ];
    let (table, requests) = table_answered([Answer::ok(json!({"Items": items}))]).await;
    let index = CardholderIndex::new(table, "by-cardholder_id");
    let past = index.past("ada", 1, "1001").await.unwrap();
    let amounts: Vec<u64> = past.iter().map(|past| past.amount).collect();
    assert_eq!(
        amounts,
        [2],
        "neither this transaction nor more than were asked for"
    );
    assert_eq!(
        requests.body(0),
        json!({
            "TableName": "transactions",
            "IndexName": "by-cardholder_id",
            "KeyConditionExpression": "cardholder_id = :cardholder_id",
            "ExpressionAttributeValues": {":cardholder_id": {"S": "ada"}},
            "ScanIndexForward": false,
            "Limit": 2,
        })
    );
}

#[tokio::test]
async fn what_a_transaction_may_become_is_read_consistently() {
    let item = |status: &str| found(&json!({"status": {"S": status}}));
    let cases = [
        (done(), true),
        (found(&json!({"charge_attempts": {"N": "1"}})), true),
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
        let operation = requests.operation(0);
        let request = requests.body(0);
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
    let prepared = requests.body(0);
    assert_eq!(
        prepared.get("UpdateExpression"),
        Some(&json!("SET questions = if_not_exists(questions, :none)"))
    );
    let asked = requests.body(1);
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
    let (table, _) = table_answered([throttled()]).await;
    let error = table.charge(&charge()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the payment gateway is out of reach for transaction `1001`"
    );
    assert!(!error.is_permanent());
}

//! Stock, in transactions.

use orders::allocation::{AllocationStore as _, Shortage, Taking};
use orders::record::Recorded;
use orders::{Allocation, Failure, Tables};
use scripted_aws::Answer;
use scripted_aws::dynamodb::{canceled, done, found, refused, throttled};
use serde_json::{Value, json};

use crate::tables::{NOW, ORDER, items, tables};

const FAILED: &str = "ConditionalCheckFailed";

fn allocated() -> Recorded<Allocation> {
    let allocation = Allocation::Allocated {
        items: items(&[("gadget", 1), ("widget", 2)]),
        allocated_at: NOW.to_owned(),
    };
    Recorded::of("fingerprint", allocation)
}

fn stored(state: &str) -> Value {
    let item = |product_id: &str, quantity: &str| json!({"M": {"product_id": {"S": product_id}, "quantity": {"N": quantity}}});
    let mut record = json!({"M": {
        "request": {"S": "fingerprint"},
        "state": {"S": state},
        "items": {"L": [item("gadget", "1"), item("widget", "2")]},
        "allocated_at": {"S": NOW},
    }});
    if state == "released" {
        record["M"]["released_at"] = json!({"S": "2020-01-01T00:00:00Z"});
    }
    record
}

async fn take(tables: &Tables) -> Result<Taking, orders::StoreError> {
    let items = items(&[("widget", 2), ("gadget", 1)]);
    tables.take(ORDER, "fingerprint", &items, NOW).await
}

fn stock_update(product_id: &str, quantity: &str, update: &str, condition: &str) -> Value {
    json!({"Update": {
        "TableName": "catalog",
        "Key": {"product_id": {"S": product_id}},
        "UpdateExpression": update,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#stock": "stock_level"},
        "ExpressionAttributeValues": {":quantity": {"N": quantity}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }})
}

#[tokio::test]
async fn all_stock_and_the_record_are_written_in_one_transaction_under_conditions() {
    let (tables, requests) = tables([done()]).await;
    let taking = take(&tables).await.unwrap();
    assert_eq!(taking, Taking::Recorded(allocated()));
    let operation = requests.operation(0);
    let request = requests.body(0);
    assert_eq!(operation, "TransactWriteItems");
    let record = json!({"Update": {
        "TableName": "orders",
        "Key": {"order_id": {"S": "1001"}},
        "UpdateExpression": "SET #record = :record",
        "ConditionExpression": "attribute_not_exists(#record)",
        "ExpressionAttributeNames": {"#record": "allocation"},
        "ExpressionAttributeValues": {":record": stored("allocated")},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }});
    let stock = |product_id, quantity| {
        let update = "SET #stock = #stock - :quantity";
        stock_update(product_id, quantity, update, "#stock >= :quantity")
    };
    assert_eq!(
        request["TransactItems"],
        json!([record, stock("gadget", "1"), stock("widget", "2")])
    );
    assert_eq!(requests.operations().len(), 1, "stock is never read first");
}

#[tokio::test]
async fn the_largest_order_fits_into_a_transaction() {
    let many: Vec<(String, u32)> = (0..25).map(|n| (format!("p-{n}"), 1)).collect();
    let many: Vec<(&str, u32)> = many.iter().map(|(id, n)| (id.as_str(), *n)).collect();
    let (tables, requests) = tables([done()]).await;
    tables
        .take(ORDER, "fingerprint", &items(&many), NOW)
        .await
        .unwrap();
    let writes = requests.body(0)["TransactItems"].as_array().unwrap().len();
    assert_eq!(writes, 26);
}

#[tokio::test]
async fn every_product_whose_condition_failed_is_short() {
    let left = json!({"product_id": {"S": "widget"}, "stock_level": {"N": "1"}});
    let reasons = [("None", json!(null)), (FAILED, json!(null)), (FAILED, left)];
    let (tables, _) = tables([canceled(&reasons)]).await;
    let shortage = |product_id: &str, requested, available| Shortage {
        product_id: product_id.to_owned(),
        requested,
        available,
    };
    assert_eq!(
        take(&tables).await.unwrap(),
        Taking::Short(vec![shortage("gadget", 1, 0), shortage("widget", 2, 1)])
    );
}

#[tokio::test]
async fn the_allocation_that_was_first_stands_even_if_the_stock_is_short_now() {
    let none = json!(null);
    let item = json!({"allocation": stored("allocated")});
    let reasons = [
        (FAILED, item.clone()),
        (FAILED, none.clone()),
        ("None", none.clone()),
    ];
    let (shown, _) = tables([canceled(&reasons)]).await;
    assert_eq!(take(&shown).await.unwrap(), Taking::Recorded(allocated()));

    let reasons = [
        (FAILED, none.clone()),
        (FAILED, none.clone()),
        ("None", none),
    ];
    let (hidden, requests) = tables([canceled(&reasons), found(&item)]).await;
    assert_eq!(take(&hidden).await.unwrap(), Taking::Recorded(allocated()));
    assert_eq!(requests.operations(), ["TransactWriteItems", "GetItem"]);
}

#[tokio::test]
async fn a_conflict_is_never_taken_for_a_shortage() {
    let none = json!(null);
    let in_progress = Answer::error(
        "com.amazonaws.dynamodb.v20120810#TransactionInProgressException",
        "in progress",
    );
    let one = |code| {
        canceled(&[
            ("None", none.clone()),
            (code, none.clone()),
            (FAILED, none.clone()),
        ])
    };
    for answer in [
        one("TransactionConflict"),
        one("ThrottlingError"),
        one("ProvisionedThroughputExceeded"),
        canceled(&[]),
        in_progress,
    ] {
        let (tables, _) = tables([answer.clone()]).await;
        let error = take(&tables).await.unwrap_err();
        assert_eq!(error.failure(), Failure::TableContended, "{answer:?}");
    }
    let invalid = canceled(&[("None", none.clone()), ("ValidationError", none.clone())]);
    for answer in [invalid, throttled()] {
        let (tables, _) = tables([answer.clone()]).await;
        let error = take(&tables).await.unwrap_err();
        assert_eq!(error.failure(), Failure::TableUnavailable, "{answer:?}");
    }
}

#[tokio::test]
async fn a_release_puts_everything_back_in_the_transaction_that_changes_the_state() {
    let item = json!({"allocation": stored("allocated")});
    let (tables, requests) = tables([found(&item), done()]).await;
    let released = Allocation::Released {
        items: items(&[("gadget", 1), ("widget", 2)]).into(),
        released_at: NOW.to_owned(),
    };
    assert_eq!(tables.release(ORDER, NOW).await.unwrap(), released);
    let record = json!({"Update": {
        "TableName": "orders",
        "Key": {"order_id": {"S": "1001"}},
        "UpdateExpression": "SET #record.#state = :released, #record.#time = :at",
        "ConditionExpression": "#record.#state = :allocated",
        "ExpressionAttributeNames": {
            "#record": "allocation",
            "#state": "state",
            "#time": "released_at",
        },
        "ExpressionAttributeValues": {
            ":released": {"S": "released"},
            ":allocated": {"S": "allocated"},
            ":at": {"S": NOW},
        },
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }});
    let stock = |product_id, quantity| {
        let update = "SET #stock = #stock + :quantity";
        stock_update(product_id, quantity, update, "attribute_exists(#stock)")
    };
    assert_eq!(
        requests.body(1)["TransactItems"],
        json!([record, stock("gadget", "1"), stock("widget", "2")])
    );
}

#[tokio::test]
async fn what_is_released_or_was_never_taken_is_left_alone() {
    let unavailable = json!({"M": {
        "request": {"S": "fingerprint"},
        "state": {"S": "unavailable"},
        "short": {"L": [{"M": {
            "product_id": {"S": "widget"},
            "requested": {"N": "2"},
            "available": {"N": "1"},
        }}]},
        "refused_at": {"S": NOW},
    }});
    for record in [stored("released"), unavailable] {
        let (tables, requests) = tables([found(&json!({"allocation": record}))]).await;
        tables.release(ORDER, NOW).await.unwrap();
        assert_eq!(requests.operations(), ["GetItem"]);
    }
    // Somebody else releases between the look and the write.
    let none = json!(null);
    let reasons = [
        (FAILED, none.clone()),
        ("None", none.clone()),
        ("None", none),
    ];
    let (raced, requests) = tables([
        found(&json!({"allocation": stored("allocated")})),
        canceled(&reasons),
        found(&json!({"allocation": stored("released")})),
    ])
    .await;
    let allocation = raced.release(ORDER, NOW).await.unwrap();
    assert!(matches!(allocation, Allocation::Released { .. }));
    assert_eq!(
        requests.operations(),
        ["GetItem", "TransactWriteItems", "GetItem"]
    );
}

#[tokio::test]
async fn releasing_ahead_leaves_a_record_and_puts_nothing_back() {
    let (ahead, requests) = tables([done(), done()]).await;
    let allocation = ahead.release(ORDER, NOW).await.unwrap();
    let nothing = Allocation::Released {
        items: Vec::new(),
        released_at: NOW.to_owned(),
    };
    assert_eq!(allocation, nothing);
    assert_eq!(requests.operations(), ["GetItem", "UpdateItem"]);
    let request = requests.body(1);
    assert_eq!(
        request["ConditionExpression"],
        "attribute_not_exists(#record)"
    );

    // The late allocation comes between the look and the write: then it is put back.
    let taken = json!({"allocation": stored("allocated")});
    let (raced, requests) = tables([done(), refused(&taken), done()]).await;
    let allocation = raced.release(ORDER, NOW).await.unwrap();
    assert!(matches!(allocation, Allocation::Released { items, .. } if items.len() == 2));
    assert_eq!(
        requests.operations(),
        ["GetItem", "UpdateItem", "TransactWriteItems"]
    );
}

#[tokio::test]
async fn stock_that_is_gone_and_conflicts_fail_a_release() {
    let none = json!(null);
    let taken = found(&json!({"allocation": stored("allocated")}));
    let gone = [
        ("None", none.clone()),
        ("None", none.clone()),
        (FAILED, none.clone()),
    ];
    let conflict = [
        ("TransactionConflict", none.clone()),
        ("None", none.clone()),
        ("None", none),
    ];
    for (reasons, failure) in [
        (gone, Failure::ProductGone),
        (conflict, Failure::TableContended),
    ] {
        let (tables, _) = tables([taken.clone(), canceled(&reasons)]).await;
        let error = tables.release(ORDER, NOW).await.unwrap_err();
        assert_eq!(error.failure(), failure);
        if failure == Failure::ProductGone {
            assert!(error.to_string().contains("product `widget`"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_recorded_under_the_same_condition() {
    let (tables, requests) = tables([done()]).await;
    let refusal = Recorded::of(
        "fingerprint",
        Allocation::Unavailable {
            short: Vec::new(),
            refused_at: NOW.to_owned(),
        },
    );
    assert_eq!(tables.refuse(ORDER, &refusal).await.unwrap(), refusal);
    let request = requests.body(0);
    assert_eq!(
        request["ConditionExpression"],
        "attribute_not_exists(#record)"
    );
}

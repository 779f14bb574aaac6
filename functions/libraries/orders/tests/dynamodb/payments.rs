//! Payments and prices.

use orders::catalog::{Catalog as _, Line, Price, Quote};
use orders::payment::{DeclineReason, PaymentStore as _};
use orders::record::Recorded;
use orders::{Failure, Payment};
use scripted_aws::dynamodb::{done, found, refused, throttled};
use serde_json::{Value, json};

use crate::tables::{NOW, ORDER, tables};

fn authorized() -> Recorded<Payment> {
    let line = Line {
        product_id: "widget".to_owned(),
        quantity: 2,
        unit_price: 999,
    };
    let payment = Payment::Authorized {
        quote: Quote {
            amount: 1_998,
            currency: "USD".to_owned(),
            lines: vec![line],
        },
        authorized_at: NOW.to_owned(),
    };
    Recorded::of("fingerprint", payment)
}

fn stored() -> Value {
    json!({"M": {
        "request": {"S": "fingerprint"},
        "state": {"S": "authorized"},
        "amount": {"N": "1998"},
        "currency": {"S": "USD"},
        "lines": {"L": [{"M": {
            "product_id": {"S": "widget"},
            "quantity": {"N": "2"},
            "unit_price": {"N": "999"},
        }}]},
        "authorized_at": {"S": NOW},
    }})
}

fn voided() -> Value {
    json!({"M": {
        "request": {"S": "fingerprint"},
        "state": {"S": "voided"},
        "amount": {"N": "1998"},
        "currency": {"S": "USD"},
        "authorized_at": {"S": NOW},
        "voided_at": {"S": "2020-01-01T00:00:00Z"},
    }})
}

#[tokio::test]
async fn a_charge_and_its_record_are_one_write_under_one_condition() {
    let (tables, requests) = tables([done()]).await;
    let standing = tables.decide(ORDER, &authorized()).await.unwrap();
    assert_eq!(standing, authorized());
    let operation = requests.operation(0);
    let request = requests.body(0);
    assert_eq!(operation, "UpdateItem");
    assert_eq!(
        request,
        json!({
            "TableName": "orders",
            "Key": {"order_id": {"S": "1001"}},
            "UpdateExpression": "SET #record = :record ADD #total :by",
            "ConditionExpression": "attribute_not_exists(#record)",
            "ExpressionAttributeNames": {"#record": "payment", "#total": "charged_amount"},
            "ExpressionAttributeValues": {":record": stored(), ":by": {"N": "1998"}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        })
    );
}

#[tokio::test]
async fn a_refusal_is_recorded_and_charges_nothing() {
    let (tables, requests) = tables([done()]).await;
    let declined = Payment::Declined {
        reason: DeclineReason::OverLimit,
        amount: 5,
        currency: "USD".to_owned(),
        declined_at: NOW.to_owned(),
    };
    let decision = Recorded::of("fingerprint", declined);
    assert_eq!(tables.decide(ORDER, &decision).await.unwrap(), decision);
    let request = requests.body(0);
    assert_eq!(request["UpdateExpression"], "SET #record = :record");
    assert_eq!(
        request["ConditionExpression"],
        "attribute_not_exists(#record)"
    );
    let record = &request["ExpressionAttributeValues"][":record"]["M"];
    assert_eq!(record["state"], json!({"S": "declined"}));
    assert_eq!(record["reason"], json!({"S": "over_limit"}));
}

#[tokio::test]
async fn the_decision_that_was_first_stands() {
    let mut first = authorized();
    first.request = Some("another".to_owned());
    let mut stored = stored();
    stored["M"]["request"] = json!({"S": "another"});
    let item = json!({"order_id": {"S": "1001"}, "payment": stored});
    for answers in [
        vec![refused(&item)],
        vec![refused(&json!(null)), found(&item)],
    ] {
        let (tables, _) = tables(answers).await;
        assert_eq!(tables.decide(ORDER, &authorized()).await.unwrap(), first);
    }
}

#[tokio::test]
async fn voiding_takes_the_amount_back_in_the_write_that_changes_the_state() {
    let item = json!({"payment": stored()});
    let (tables, requests) = tables([found(&item), done()]).await;
    let expected = Payment::Voided {
        amount: 1_998,
        voided_at: NOW.to_owned(),
    };
    assert_eq!(tables.void(ORDER, NOW).await.unwrap(), expected);
    assert_eq!(
        requests.body(1),
        json!({
            "TableName": "orders",
            "Key": {"order_id": {"S": "1001"}},
            "UpdateExpression": "SET #record.#state = :to, #record.#time = :at ADD #total :by",
            "ConditionExpression": "#record.#state = :from",
            "ExpressionAttributeNames": {
                "#record": "payment",
                "#state": "state",
                "#time": "voided_at",
                "#total": "charged_amount",
            },
            "ExpressionAttributeValues": {
                ":from": {"S": "authorized"},
                ":to": {"S": "voided"},
                ":at": {"S": NOW},
                ":by": {"N": "-1998"},
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        })
    );
}

#[tokio::test]
async fn what_is_voided_or_was_never_charged_is_left_alone() {
    let item = json!({"payment": voided()});
    let (again, requests) = tables([found(&item)]).await;
    let payment = again.void(ORDER, NOW).await.unwrap();
    assert!(matches!(payment, Payment::Voided { amount: 1_998, .. }));
    assert_eq!(requests.operations(), ["GetItem"]);
    assert_eq!(requests.body(0)["ConsistentRead"], true);

    // Somebody else voids between the look and the write.
    let charged = json!({"payment": stored()});
    let (raced, requests) = tables([found(&charged), refused(&item), found(&item)]).await;
    let payment = raced.void(ORDER, NOW).await.unwrap();
    assert!(matches!(payment, Payment::Voided { amount: 1_998, .. }));
    assert_eq!(requests.operations(), ["GetItem", "UpdateItem", "GetItem"]);
}

#[tokio::test]
async fn voiding_ahead_leaves_a_record_and_takes_nothing() {
    let (ahead, requests) = tables([done(), done()]).await;
    let payment = ahead.void(ORDER, NOW).await.unwrap();
    assert!(matches!(payment, Payment::Voided { amount: 0, .. }));
    let request = requests.body(1);
    assert_eq!(request["UpdateExpression"], "SET #record = :record");
    assert_eq!(
        request["ConditionExpression"],
        "attribute_not_exists(#record)"
    );
    let record = &request["ExpressionAttributeValues"][":record"]["M"];
    assert_eq!(record["state"], json!({"S": "voided"}));
    assert_eq!(record.get("request"), None);

    // The late charge comes between the look and the write: then it is voided.
    let charged = json!({"payment": stored()});
    let (raced, requests) = tables([done(), refused(&charged), done()]).await;
    let payment = raced.void(ORDER, NOW).await.unwrap();
    assert!(matches!(payment, Payment::Voided { amount: 1_998, .. }));
    assert_eq!(
        requests.operations(),
        ["GetItem", "UpdateItem", "UpdateItem"]
    );
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_told_from_a_table_that_does_not_answer() {
    let item = json!({"payment": {"M": {"state": {"S": "perhaps"}}}});
    let (tables, _) = tables([found(&item), throttled()]).await;
    let error = tables.void(ORDER, NOW).await.unwrap_err();
    assert_eq!(error.failure(), Failure::RecordMalformed);
    let error = tables.decide(ORDER, &authorized()).await.unwrap_err();
    assert_eq!(error.failure(), Failure::TableUnavailable);
}

#[tokio::test]
async fn a_product_without_a_readable_price_is_not_for_sale() {
    let full = json!({
        "product_id": {"S": "widget"},
        "price": {"N": "999"},
        "currency": {"S": "USD"},
        "stock_level": {"N": "3"},
        "shippable": {"BOOL": false},
    });
    let (whole, requests) = tables([found(&full), done()]).await;
    let product = whole.product("widget").await.unwrap().unwrap();
    let price = Price {
        amount: 999,
        currency: "USD".to_owned(),
    };
    assert_eq!(product.price, Some(price));
    assert!(!product.shippable);
    assert_eq!(whole.product("widget").await.unwrap(), None);
    assert_eq!(requests.body(0)["TableName"], "catalog");

    for (field, value) in [
        ("price", json!({"N": "9.99"})),
        ("price", json!({"N": "-999"})),
        ("price", json!({"S": "999"})),
        ("currency", json!({"S": ""})),
        ("currency", json!({"NULL": true})),
    ] {
        let mut item = full.clone();
        item[field] = value.clone();
        item.as_object_mut().unwrap().remove("shippable");
        let (broken, _) = tables([found(&item)]).await;
        let product = broken.product("widget").await.unwrap().unwrap();
        assert_eq!(product.price, None, "{field} {value}");
        assert!(product.shippable, "by default");
    }
}

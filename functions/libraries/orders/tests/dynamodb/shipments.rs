//! Shipments.

use orders::record::Recorded;
use orders::shipment::{RefusalReason, ShipmentStore as _};
use orders::{Failure, Shipment};
use scripted_aws::dynamodb::{done, found, refused};
use serde_json::{Value, json};

use crate::tables::{NOW, ORDER, tables};

fn shipped() -> Recorded<Shipment> {
    let shipment = Shipment::Shipped {
        shipment_id: "shipment-1001".to_owned(),
        shipped_at: NOW.to_owned(),
    };
    Recorded::of("fingerprint", shipment)
}

fn stored() -> Value {
    json!({"M": {
        "request": {"S": "fingerprint"},
        "state": {"S": "shipped"},
        "shipment_id": {"S": "shipment-1001"},
        "shipped_at": {"S": NOW},
    }})
}

#[tokio::test]
async fn a_shipment_is_counted_and_recorded_once_if_the_order_is_paid_and_allocated() {
    let (tables, requests) = tables([done()]).await;
    let standing = tables.decide_shipment(ORDER, &shipped()).await.unwrap();
    assert_eq!(standing, shipped());
    let request = requests.body(0);
    assert_eq!(
        request["ConditionExpression"],
        "attribute_not_exists(#record) AND #payment.#state = :authorized \
         AND #allocation.#state = :allocated"
    );
    assert_eq!(
        request["UpdateExpression"],
        "SET #record = :record ADD #total :by"
    );
    assert_eq!(
        request["ExpressionAttributeNames"],
        json!({
            "#record": "shipment",
            "#total": "shipments",
            "#payment": "payment",
            "#allocation": "allocation",
            "#state": "state",
        })
    );
    assert_eq!(
        request["ExpressionAttributeValues"],
        json!({
            ":record": stored(),
            ":by": {"N": "1"},
            ":authorized": {"S": "authorized"},
            ":allocated": {"S": "allocated"},
        })
    );
}

#[tokio::test]
async fn an_earlier_shipment_is_told_from_an_order_that_is_not_ready() {
    let (earlier, _) = tables([refused(&json!({"shipment": stored()}))]).await;
    let standing = earlier.decide_shipment(ORDER, &shipped()).await.unwrap();
    assert_eq!(standing, shipped());
    for answers in [
        vec![refused(&json!({"order_id": {"S": "1001"}}))],
        vec![refused(&json!(null)), done()],
    ] {
        let (unready, _) = tables(answers).await;
        let error = unready
            .decide_shipment(ORDER, &shipped())
            .await
            .unwrap_err();
        assert_eq!(error.failure(), Failure::OrderNotReady);
    }
}

#[tokio::test]
async fn a_refusal_is_recorded_whatever_the_order_is() {
    let (tables, requests) = tables([done()]).await;
    let refusal = Recorded::of(
        "fingerprint",
        Shipment::Refused {
            reason: RefusalReason::NotShippable,
            products: vec!["boulder".to_owned()],
            refused_at: NOW.to_owned(),
        },
    );
    let standing = tables.decide_shipment(ORDER, &refusal).await.unwrap();
    assert_eq!(standing, refusal);
    let request = requests.body(0);
    assert_eq!(
        request["ConditionExpression"],
        "attribute_not_exists(#record)"
    );
    assert_eq!(request["UpdateExpression"], "SET #record = :record");
}

#[tokio::test]
async fn a_cancellation_takes_the_shipment_back_once() {
    let item = json!({"shipment": stored()});
    let (made, requests) = tables([found(&item), done()]).await;
    let canceled = Shipment::Canceled {
        canceled_at: NOW.to_owned(),
    };
    assert_eq!(made.cancel(ORDER, NOW).await.unwrap(), canceled);
    let request = requests.body(1);
    assert_eq!(request["ConditionExpression"], "#record.#state = :from");
    let values = &request["ExpressionAttributeValues"];
    assert_eq!(values[":from"], json!({"S": "shipped"}));
    assert_eq!(values[":to"], json!({"S": "canceled"}));
    assert_eq!(values[":by"], json!({"N": "-1"}));

    // Somebody else always gets in between.
    let between = [0; 3].iter().flat_map(|_| [found(&item), refused(&item)]);
    let (raced, _) = tables(between).await;
    let error = raced.cancel(ORDER, NOW).await.unwrap_err();
    assert_eq!(error.failure(), Failure::TableContended);

    let (ahead, requests) = tables([done(), done()]).await;
    assert_eq!(ahead.cancel(ORDER, NOW).await.unwrap(), canceled);
    let request = requests.body(1);
    assert_eq!(
        request["ConditionExpression"],
        "attribute_not_exists(#record)"
    );
    assert_eq!(request["UpdateExpression"], "SET #record = :record");
}

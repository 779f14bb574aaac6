//! The orchestrator's attributes.

use orders::Failure;
use orders::journal::{Closing, Journal as _, Opening};
use scripted_aws::dynamodb::{refused, returned, throttled};
use serde_json::json;

use crate::tables::{NOW, ORDER, items, tables};

fn opening() -> Opening {
    Opening {
        order_id: ORDER.to_owned(),
        execution: "arn-1".to_owned(),
        customer_id: Some("c-1".to_owned()),
        payment_method: Some("card".to_owned()),
        items: Some(items(&[("widget", 2)])),
    }
}

fn closing() -> Closing {
    Closing {
        order_id: ORDER.to_owned(),
        execution: "arn-1".to_owned(),
        status: "rejected",
        outcome: json!({"result": "rejected", "reasons": [{"code": "no_items"}]}),
    }
}

#[tokio::test]
async fn an_order_is_opened_by_one_execution_and_keeps_its_first_time() {
    let first = json!({"received_at": {"S": "2020-01-01T00:00:00Z"}});
    let (tables, requests) = tables([returned(&first)]).await;
    let received_at = tables.open(&opening(), NOW).await.unwrap();
    assert_eq!(received_at, "2020-01-01T00:00:00Z");
    let operation = requests.operation(0);
    let request = requests.body(0);
    assert_eq!(operation, "UpdateItem");
    assert_eq!(
        request["ConditionExpression"],
        "attribute_not_exists(#execution) OR #execution = :execution"
    );
    assert_eq!(
        request["UpdateExpression"],
        "SET #customer_id = :customer_id, #execution = :execution, #items = :items, \
         #payment_method = :payment_method, #status = :status, \
         #first = if_not_exists(#first, :now), #updated_at = :now"
    );
    assert_eq!(request["ExpressionAttributeNames"]["#first"], "received_at");
    let values = &request["ExpressionAttributeValues"];
    assert_eq!(values[":status"], json!({"S": "processing"}));
    assert_eq!(values[":execution"], json!({"S": "arn-1"}));
    assert_eq!(values[":now"], json!({"S": NOW}));
    let item = json!({"M": {"product_id": {"S": "widget"}, "quantity": {"N": "2"}}});
    assert_eq!(values[":items"], json!({"L": [item]}));
    assert_eq!(request["ReturnValues"], "ALL_NEW");
}

#[tokio::test]
async fn what_is_invalid_of_an_order_is_left_out() {
    let first = json!({"received_at": {"S": NOW}});
    let (tables, requests) = tables([returned(&first)]).await;
    let opening = Opening {
        customer_id: None,
        payment_method: None,
        items: None,
        ..opening()
    };
    tables.open(&opening, NOW).await.unwrap();
    assert_eq!(
        requests.body(0)["UpdateExpression"],
        "SET #execution = :execution, #status = :status, \
         #first = if_not_exists(#first, :now), #updated_at = :now"
    );
}

#[tokio::test]
async fn an_order_is_closed_by_its_execution_with_its_outcome() {
    let first = json!({"finished_at": {"S": NOW}});
    let (tables, requests) = tables([returned(&first)]).await;
    assert_eq!(tables.close(&closing(), NOW).await.unwrap(), NOW);
    let request = requests.body(0);
    assert_eq!(request["ConditionExpression"], "#execution = :execution");
    assert_eq!(
        request["UpdateExpression"],
        "SET #execution = :execution, #outcome = :outcome, #status = :status, \
         #first = if_not_exists(#first, :now), #updated_at = :now"
    );
    assert_eq!(request["ExpressionAttributeNames"]["#first"], "finished_at");
    let values = &request["ExpressionAttributeValues"];
    assert_eq!(values[":status"], json!({"S": "rejected"}));
    assert_eq!(
        values[":outcome"],
        json!({"M": {
            "result": {"S": "rejected"},
            "reasons": {"L": [{"M": {"code": {"S": "no_items"}}}]},
        }})
    );
}

#[tokio::test]
async fn an_order_of_another_execution_is_left_alone() {
    let other = refused(&json!({"execution": {"S": "arn-2"}}));
    let (tables, _) = tables([other.clone(), other, throttled()]).await;
    let error = tables.open(&opening(), NOW).await.unwrap_err();
    assert_eq!(error.failure(), Failure::OrderTaken);
    assert_eq!(
        error.to_string(),
        "order `1001` belongs to execution `arn-2`"
    );
    let error = tables.close(&closing(), NOW).await.unwrap_err();
    assert_eq!(error.failure(), Failure::OrderTaken);
    let error = tables.close(&closing(), NOW).await.unwrap_err();
    assert_eq!(error.failure(), Failure::TableUnavailable);
}

#[tokio::test]
async fn a_rerun_takes_over_what_a_run_before_left_open() {
    let arn = |name: &str| format!("arn:f:1/durable-execution/{name}/id");
    let first = json!({"received_at": {"S": NOW}});
    let (tables, requests) = tables([returned(&first), returned(&first)]).await;
    let rerun = Opening {
        execution: arn("dev-order-1001-r3"),
        ..opening()
    };
    tables.open(&rerun, NOW).await.unwrap();
    let request = requests.body(0);
    assert_eq!(
        request["ConditionExpression"],
        "attribute_not_exists(#execution) OR #execution = :execution OR (#status = :status \
         AND #customer_id = :customer_id AND #payment_method = :payment_method \
         AND #items = :items AND (contains(#execution, :first_run) OR contains(#execution, :reruns)))"
    );
    let values = &request["ExpressionAttributeValues"];
    assert_eq!(values[":status"], json!({"S": "processing"}));
    assert_eq!(
        values[":first_run"],
        json!({"S": "/durable-execution/dev-order-1001/"})
    );
    assert_eq!(
        values[":reruns"],
        json!({"S": "/durable-execution/dev-order-1001-r"})
    );
    let expression = request["UpdateExpression"].as_str().unwrap();
    assert!(!expression.contains("run"), "{expression}");
    let partial = Opening {
        items: None,
        ..rerun
    };
    tables.open(&partial, NOW).await.unwrap();
    let condition = &requests.body(1)["ConditionExpression"];
    assert!(!condition.as_str().unwrap().contains("run"), "{condition}");
}

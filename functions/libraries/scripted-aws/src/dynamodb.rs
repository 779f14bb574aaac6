//! DynamoDB: a client that is answered from a script, and the answers that it may get.

use aws_sdk_dynamodb::Client;
use serde_json::{Value, json};

use crate::script::{Answer, Requests, answer};
use crate::server::sdk_config;

const ERRORS: &str = "com.amazonaws.dynamodb.v20120810";

/// Returns a client that gets these answers, one a request, and the requests that it sends.
pub async fn client(answers: impl IntoIterator<Item = Answer>) -> (Client, Requests) {
    let (endpoint, requests) = answer(answers).await;
    (Client::new(&sdk_config(&endpoint)), requests)
}

/// Returns the answer of a write that was done, and of a read that found nothing.
pub fn done() -> Answer {
    Answer::ok(json!({}))
}

/// Returns the answer of a read that found this item.
pub fn found(item: &Value) -> Answer {
    Answer::ok(json!({"Item": item}))
}

/// Returns the answer of a write that returns these attributes.
pub fn returned(attributes: &Value) -> Answer {
    Answer::ok(json!({"Attributes": attributes}))
}

/// Returns the answer of a write whose condition did not hold for this item; `null` where the
/// service does not show it.
pub fn refused(item: &Value) -> Answer {
    let error_type = format!("{ERRORS}#ConditionalCheckFailedException");
    let mut answer = Answer::error(&error_type, "The conditional request failed");
    show(item, &mut answer.body);
    answer
}

/// Returns the answer of a transaction that was canceled for these reasons, one a write: a code,
/// and the item that was in the way, or `null`.
pub fn canceled(reasons: &[(&str, Value)]) -> Answer {
    let reasons: Vec<Value> = reasons
        .iter()
        .map(|(code, item)| {
            let mut reason = json!({"Code": code});
            show(item, &mut reason);
            reason
        })
        .collect();
    let error_type = format!("{ERRORS}#TransactionCanceledException");
    let mut answer = Answer::error(&error_type, "canceled");
    answer.body["CancellationReasons"] = Value::Array(reasons);
    answer
}

/// Returns the answer of a service that has too much to do.
pub fn throttled() -> Answer {
    Answer::error("ThrottlingException", "slow down")
}

fn show(item: &Value, answer: &mut Value) {
    if !item.is_null() {
        answer["Item"] = item.clone();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{client, done, found};

    #[tokio::test]
    async fn answers_come_in_order_and_requests_are_remembered() {
        let item = json!({"id": {"S": "1"}});
        let (client, requests) = client([found(&item), done()]).await;
        let read = || client.get_item().table_name("records").send();
        assert!(read().await.unwrap().item.is_some());
        assert!(read().await.unwrap().item.is_none());
        let error = read().await.unwrap_err().into_service_error();
        assert_eq!(error.meta().code(), Some("ScriptEnded"));
        assert_eq!(requests.operations(), ["GetItem"; 3]);
        assert_eq!(requests.operation(0), "GetItem");
        assert_eq!(requests.target(0), "DynamoDB_20120810.GetItem");
        assert_eq!(requests.body(0), json!({"TableName": "records"}));
    }
}

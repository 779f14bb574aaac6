//! A server that answers from a script, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use orders::{Item, Items, TableNames, Tables};
use serde_json::{Value, json};

pub(crate) const ORDER: &str = "1001";
pub(crate) const NOW: &str = "2023-11-14T22:13:20Z";

/// The requests that were sent, as operation and body.
#[derive(Clone, Default)]
pub(crate) struct Requests(Arc<Mutex<Vec<(String, Value)>>>);

impl Requests {
    /// Returns a request.
    pub(crate) fn sent(&self, index: usize) -> (String, Value) {
        self.0.lock().unwrap().get(index).unwrap().clone()
    }

    /// Returns the operations that were asked for.
    pub(crate) fn operations(&self) -> Vec<String> {
        let requests = self.0.lock().unwrap();
        requests
            .iter()
            .map(|(operation, _)| operation.clone())
            .collect()
    }
}

/// Returns tables that get these answers, one a request.
pub(crate) async fn tables(answers: impl IntoIterator<Item = (u16, Value)>) -> (Tables, Requests) {
    let answers: Arc<Mutex<VecDeque<_>>> = Arc::new(Mutex::new(answers.into_iter().collect()));
    let requests = Requests::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let seen = requests.clone();
    let router = Router::new().fallback(async move |headers: HeaderMap, body: String| {
        let target = headers.get("x-amz-target").unwrap().to_str().unwrap();
        let operation = target.rsplit('.').next().unwrap().to_owned();
        let body = serde_json::from_str(&body).unwrap();
        seen.0.lock().unwrap().push((operation, body));
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
    let names = TableNames {
        orders: "orders".to_owned(),
        catalog: "catalog".to_owned(),
    };
    (Tables::new(Client::from_conf(config), names), requests)
}

/// Returns the answer of a write that was done, and of a read that found nothing.
pub(crate) fn done() -> (u16, Value) {
    (200, json!({}))
}

/// Returns the answer of a read.
pub(crate) fn found(item: &Value) -> (u16, Value) {
    (200, json!({"Item": item}))
}

/// Returns the answer of a write whose condition did not hold for this item.
pub(crate) fn refused(item: &Value) -> (u16, Value) {
    let error = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
    let mut answer = json!({"__type": error, "message": "refused"});
    if !item.is_null() {
        answer["Item"] = item.clone();
    }
    (400, answer)
}

/// Returns the answer of a transaction that was canceled for these reasons.
pub(crate) fn canceled(reasons: &[(&str, Value)]) -> (u16, Value) {
    let error = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let reasons: Vec<Value> = reasons
        .iter()
        .map(|(code, item)| {
            let mut reason = json!({"Code": code});
            if !item.is_null() {
                reason["Item"] = item.clone();
            }
            reason
        })
        .collect();
    let answer = json!({"__type": error, "message": "canceled", "CancellationReasons": reasons});
    (400, answer)
}

/// Returns the answer of a service that has too much to do.
pub(crate) fn throttled() -> (u16, Value) {
    let answer = json!({"__type": "ThrottlingException", "message": "slow down"});
    (400, answer)
}

/// Returns items to order.
pub(crate) fn items(items: &[(&str, u32)]) -> Items {
    let items = items.iter().map(|(product_id, quantity)| Item {
        product_id: (*product_id).to_owned(),
        quantity: *quantity,
    });
    Items::new(items.collect()).unwrap()
}

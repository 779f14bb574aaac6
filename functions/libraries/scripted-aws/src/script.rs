//! Answers in order, and the requests that they were for.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Value, json};

use crate::server::serve;

/// An answer of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// Returns the answer of a service that did what it was asked to.
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    /// Returns the answer of a service that did not.
    pub fn error(error_type: &str, message: &str) -> Self {
        Self {
            status: 400,
            body: json!({"__type": error_type, "message": message}),
        }
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
struct Request {
    target: String,
    body: Value,
}

impl Request {
    fn operation(&self) -> &str {
        self.target.rsplit(['.', '/']).next().unwrap()
    }
}

/// The requests that were sent, counted from 0.
#[derive(Debug, Clone, Default)]
pub struct Requests(Arc<Mutex<Vec<Request>>>);

impl Requests {
    /// Returns the body of a request.
    pub fn body(&self, index: usize) -> Value {
        self.sent(index).body
    }

    /// Returns what a request asked for: the service with its version and the operation, such as
    /// `DynamoDB_20120810.GetItem`; the path, where the service has one for each operation.
    pub fn target(&self, index: usize) -> String {
        self.sent(index).target
    }

    /// Returns the operation that a request asked for, such as `GetItem`.
    pub fn operation(&self, index: usize) -> String {
        self.sent(index).operation().to_owned()
    }

    /// Returns the operations that were asked for, in order.
    pub fn operations(&self) -> Vec<String> {
        let requests = self.0.lock().unwrap();
        let operations = requests.iter().map(Request::operation);
        operations.map(str::to_owned).collect()
    }

    fn sent(&self, index: usize) -> Request {
        self.0.lock().unwrap().get(index).unwrap().clone()
    }
}

/// The answers to come.
#[derive(Clone)]
struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    requests: Requests,
}

impl Script {
    fn answer(&self, uri: &Uri, headers: &HeaderMap, body: &str) -> Answer {
        let target = headers.get("x-amz-target");
        let target = target.map_or(uri.path(), |target| target.to_str().unwrap());
        self.requests.0.lock().unwrap().push(Request {
            target: target.to_owned(),
            body: serde_json::from_str(body).unwrap(),
        });
        let next = self.answers.lock().unwrap().pop_front();
        next.unwrap_or_else(|| {
            let message = format!("the script has no answer left for {target}");
            Answer::error("ScriptEnded", &message)
        })
    }
}

/// Serves these answers to the JSON protocols of AWS, one a request; returns the endpoint and the
/// requests.
pub(crate) async fn answer(answers: impl IntoIterator<Item = Answer>) -> (String, Requests) {
    let script = Script {
        answers: Arc::new(Mutex::new(answers.into_iter().collect())),
        requests: Requests::default(),
    };
    let requests = script.requests.clone();
    let router = Router::new().fallback(async move |uri: Uri, headers: HeaderMap, body: String| {
        let Answer { status, body } = script.answer(&uri, &headers, &body);
        (
            StatusCode::from_u16(status).unwrap(),
            [(header::CONTENT_TYPE, "application/x-amz-json-1.0")],
            body.to_string(),
        )
    });
    (serve(router).await, requests)
}

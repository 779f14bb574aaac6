//! A model behind an endpoint with `/v1/chat/completions`, which looks at the past and then gives the highest score.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use axum::Router;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// A model that keeps what it was asked. Its server lives as long as the tests.
pub(crate) struct Model {
    pub(crate) endpoint: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Model {
    /// Starts it.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        let router = Router::new().fallback(async move |body: String| {
            let request: Value = serde_json::from_str(&body).unwrap();
            kept.lock().unwrap().push(request.clone());
            reply(&request)
        });
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { endpoint, asked }
    }

    /// Returns how often it was asked about a vendor whose name begins so, with results of tools or without.
    pub(crate) fn asked(&self, vendor: &str) -> (usize, usize) {
        let asked = self.asked.lock().unwrap();
        let about = asked.iter().filter(|request| is_about(request, vendor));
        let (after, first): (Vec<&Value>, Vec<&Value>) =
            about.partition(|request| result(request).is_some());
        (first.len(), after.len())
    }
}

/// MiniStack has a canned reply where the endpoint fails.
fn reply(request: &Value) -> (StatusCode, String) {
    if is_about(request, "Canned") {
        return (StatusCode::INTERNAL_SERVER_ERROR, String::new());
    }
    let (tool, arguments) = match result(request) {
        None => ("past_transactions", json!({"most": 5})),
        Some(result) => {
            let found = result["transactions"].as_array().unwrap().len();
            let reason = format!("found {found}");
            ("give_score", json!({"score": 5, "reason": reason}))
        }
    };
    let function = json!({"name": tool, "arguments": arguments.to_string()});
    let call = json!({"id": "call-1", "type": "function", "function": function});
    let message = json!({"role": "assistant", "content": null, "tool_calls": [call]});
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 20});
    let reply = json!({"choices": [{"message": message}], "usage": usage});
    (StatusCode::OK, reply.to_string())
}

fn messages(request: &Value) -> impl DoubleEndedIterator<Item = &Value> {
    request["messages"].as_array().unwrap().iter()
}

fn is_about(request: &Value, vendor: &str) -> bool {
    let vendor = format!("\"vendor\":\"{vendor} ");
    let mut questions = messages(request).filter(|message| message["role"] == "user");
    questions.any(|message| message["content"].as_str().unwrap().contains(&vendor))
}

/// Returns the last result of a tool.
fn result(request: &Value) -> Option<Value> {
    let result = messages(request).rfind(|message| message["role"] == "tool")?;
    serde_json::from_str(result["content"].as_str()?).ok()
}

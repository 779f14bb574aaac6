//! What the program talks to: Lambda's runtime interface, and a durable service that only knows a history.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use crate::program::Error;
use crate::run::{End, Run, Update};

/// An invocation lasts as long on Lambda at most.
const FAR_DEADLINE_MILLIS: &str = "32503680000000";

/// The service, and the run that it serves.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    shared: Arc<Shared>,
    address: String,
}

#[derive(Debug, Default)]
struct Shared {
    turn: Mutex<Turn>,
    asked: Notify,
    /// Whether the program has ever asked for an invocation.
    started: AtomicBool,
}

/// The invocation that is under way.
#[derive(Debug, Default)]
struct Turn {
    number: u64,
    event: Option<Value>,
    came: Vec<Update>,
    answer: Option<oneshot::Sender<Run>>,
}

impl Service {
    /// Begins to serve at a port of 127.0.0.1.
    pub(crate) async fn start() -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(Error::machine("no port of 127.0.0.1 could be had"))?;
        let address = listener
            .local_addr()
            .map_err(Error::machine("no port of 127.0.0.1 could be had"))?
            .to_string();
        let shared = Arc::new(Shared::default());
        let router = router(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { shared, address })
    }

    /// Returns where it serves.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Returns whether the program has ever asked for an invocation.
    pub(crate) fn has_started(&self) -> bool {
        self.shared.started.load(Ordering::Relaxed)
    }

    /// Lets the program run once with the event that `event` makes of the run's checkpoint token.
    pub(crate) fn begin(&self, event: impl FnOnce(&str) -> Value) -> oneshot::Receiver<Run> {
        let (answer, answered) = oneshot::channel();
        let mut turn = self.shared.turn();
        turn.number += 1;
        turn.came.clear();
        turn.event = Some(event(&turn.number.to_string()));
        turn.answer = Some(answer);
        drop(turn);
        self.shared.asked.notify_one();
        answered
    }
}

impl Shared {
    fn turn(&self) -> std::sync::MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the run `number`, unless it is over.
    fn end(&self, number: &str, end: End) {
        let mut turn = self.turn();
        if turn.number.to_string() != number {
            return;
        }
        let came = std::mem::take(&mut turn.came);
        if let Some(answer) = turn.answer.take() {
            // Nobody waits any more where the run took too long.
            let _ = answer.send(Run { end, came });
        }
    }
}

fn router(shared: Arc<Shared>) -> Router {
    let runtime = Router::new()
        .route("/invocation/next", get(next))
        .route("/invocation/{number}/response", post(respond))
        .route("/invocation/{number}/error", post(fail))
        .fallback(accept);
    Router::new()
        .nest("/2018-06-01/runtime", runtime)
        .route(
            "/2025-12-01/durable-executions/{arn}/checkpoint",
            post(checkpoint),
        )
        .fallback(refuse)
        .with_state(shared)
}

/// Hands the next invocation over, when there is one.
async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.started.store(true, Ordering::Relaxed);
    loop {
        let asked = shared.asked.notified();
        let begun = {
            let mut turn = shared.turn();
            turn.event.take().map(|event| (turn.number, event))
        };
        if let Some((number, event)) = begun {
            let arn = event.get("DurableExecutionArn").and_then(Value::as_str);
            let arn = arn.unwrap_or_default();
            let function = arn.split("/durable-execution/").next().unwrap_or_default();
            let header = |name: &'static str, value: String| (HeaderName::from_static(name), value);
            let headers = [
                header("lambda-runtime-aws-request-id", number.to_string()),
                header("lambda-runtime-deadline-ms", FAR_DEADLINE_MILLIS.to_owned()),
                header("lambda-runtime-invoked-function-arn", function.to_owned()),
            ];
            return (headers, event.to_string()).into_response();
        }
        asked.await;
    }
}

async fn respond(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    answer: Bytes,
) -> StatusCode {
    shared.end(&number, End::of(&answer));
    StatusCode::ACCEPTED
}

async fn fail(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    answer: Bytes,
) -> StatusCode {
    let told: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let words = told.get("errorMessage").and_then(Value::as_str);
    let words = words.unwrap_or("it tells no reason");
    shared.end(&number, End::Fault(words.to_owned()));
    StatusCode::ACCEPTED
}

/// Takes what the runtime tells beside answers; a start that fails ends the process, which tells it too.
async fn accept() -> StatusCode {
    StatusCode::ACCEPTED
}

/// What a checkpoint holds, as far as it is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Checkpoint {
    checkpoint_token: String,
    #[serde(default)]
    updates: Vec<Update>,
}

/// Notes what the code wants, and refuses it: whatever a history has, the code was given.
async fn checkpoint(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    if let Ok(asked) = serde_json::from_slice::<Checkpoint>(&body) {
        let mut turn = shared.turn();
        if turn.number.to_string() == asked.checkpoint_token {
            turn.came.extend(asked.updates);
        }
    }
    refused(
        StatusCode::BAD_REQUEST,
        "InvalidParameterValueException",
        "the history ends here",
    )
}

/// Refuses whatever else the code asks for.
async fn refuse() -> Response {
    refused(
        StatusCode::FORBIDDEN,
        "AccessDeniedException",
        "nothing but a history answers in a replay check",
    )
}

fn refused(status: StatusCode, kind: &'static str, message: &str) -> Response {
    let body = json!({ "__type": kind, "Type": "User", "message": message }).to_string();
    let kind = [
        (HeaderName::from_static("x-amzn-errortype"), kind),
        (HeaderName::from_static("content-type"), "application/json"),
    ];
    (status, kind, body).into_response()
}

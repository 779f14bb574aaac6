//! A rerun against a service of the test's own, which counts what it is asked to start.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use messages::Envelope;
use serde_json::{Value, json};

use super::{RerunOptions, rerun};
use crate::aws::{Clients, served};
use crate::operate::deployed::{DeployedIntake, DeployedWorkflow};

const INPUT: &str = "{\"id\": 1}";

/// What the service knows.
#[derive(Default)]
struct Account {
    /// Names of executions with their status.
    executions: Vec<(String, &'static str)>,
    started: Vec<String>,
    items: Vec<Value>,
    /// Whether the table refuses to be written to.
    broken_table: bool,
}

type Shared = Arc<Mutex<Account>>;

fn arn(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:000000000000:function:f:1/durable-execution/{name}/1")
}

fn described((name, status): &(String, &'static str)) -> Value {
    json!({
        "DurableExecutionArn": arn(name), "DurableExecutionName": name, "FunctionArn": "f",
        "Status": status, "StartTimestamp": 1.0, "InputPayload": INPUT,
    })
}

async fn answer(State(account): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 100_000).await.unwrap();
    let header = |name: &str| Some(head.headers.get(name)?.to_str().ok()?.to_owned());
    let path = head.uri.path();
    let mut account = account.lock().unwrap();
    if header("x-amz-target").is_some() {
        if account.broken_table {
            let kind = [("x-amzn-errortype", "AccessDeniedException")];
            return (StatusCode::BAD_REQUEST, kind, "{}").into_response();
        }
        let put: Value = serde_json::from_slice(&body).unwrap();
        account.items.push(put["Item"].clone());
        return "{}".into_response();
    }
    if let Some(name) = header("x-amz-durable-execution-name") {
        account.started.push(name.clone());
        let started = [("x-amz-durable-execution-arn", arn(&name))];
        account.executions.push((name, "RUNNING"));
        return (StatusCode::ACCEPTED, started, "").into_response();
    }
    let known = account.executions.iter();
    if path.contains("/functions/") {
        let query = head.uri.query().unwrap_or_default();
        let asked = |name: &str| {
            let wanted = format!("DurableExecutionName={name}");
            query.split('&').any(|part| part == wanted)
        };
        let listed = known.filter(|(name, _)| asked(name));
        let listed: Vec<Value> = listed.map(described).collect();
        return json!({ "DurableExecutions": listed })
            .to_string()
            .into_response();
    }
    let mut asked = known.rev();
    let asked = asked.find(|(name, _)| path.contains(&format!("%2F{name}%2F")));
    asked.map_or_else(
        || {
            let kind = [("x-amzn-errortype", "ResourceNotFoundException")];
            (StatusCode::NOT_FOUND, kind, "{}").into_response()
        },
        |found| described(found).to_string().into_response(),
    )
}

async fn account_of(executions: &[(&str, &'static str)]) -> (Shared, Clients) {
    let executions = executions
        .iter()
        .map(|(name, status)| ((*name).to_owned(), *status));
    let account = Shared::new(Mutex::new(Account {
        executions: executions.collect(),
        ..Account::default()
    }));
    let server = axum::Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&account));
    (account, served(server).await)
}

fn workflow() -> DeployedWorkflow {
    DeployedWorkflow {
        workflow: "w".into(),
        function: "f".into(),
        alias: "arn:aws:lambda:us-east-1:000000000000:function:f:live".into(),
        failure_url: "failures".into(),
        tables: std::collections::BTreeMap::new(),
        undelivered_url: None,
        intake: Some(DeployedIntake {
            envelope: Envelope::None,
            execution_name: "{id}".into(),
            queue_url: "queue".into(),
            dead_letter_url: "letters".into(),
            idempotency_table: "table".into(),
            idempotency_window: Duration::from_mins(1),
        }),
    }
}

#[tokio::test]
async fn who_asks_again_gets_the_rerun_that_is_there_and_its_record_is_mended() {
    let (account, clients) = account_of(&[("x", "FAILED")]).await;
    let options = RerunOptions::default();
    account.lock().unwrap().broken_table = true;
    let error = rerun(&clients, &workflow(), &arn("x"), &options)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("the rerun `x-r2` runs"),
        "{error}"
    );
    account.lock().unwrap().broken_table = false;
    for _ in 0..2 {
        let again = rerun(&clients, &workflow(), &arn("x"), &options)
            .await
            .unwrap();
        assert_eq!((again.name.as_str(), again.existed), ("x-r2", true));
        assert_eq!(again.status, "RUNNING");
    }
    let account = account.lock().unwrap();
    assert_eq!(account.started, ["x-r2"]);
    assert_eq!(account.items[0]["id"]["S"], "x-r2");
    assert_eq!(account.items[0]["rerun_of"]["S"], arn("x"));
}

#[tokio::test]
async fn the_rerun_of_a_rerun_has_the_next_number() {
    let (account, clients) = account_of(&[("x", "FAILED"), ("x-r2", "FAILED")]).await;
    let options = RerunOptions::default();
    let made = rerun(&clients, &workflow(), &arn("x-r2"), &options)
        .await
        .unwrap();
    assert_eq!((made.name.as_str(), made.existed), ("x-r3", false));
    assert_eq!(made.arn, arn("x-r3"));
    assert_eq!(account.lock().unwrap().started, ["x-r3"]);
}

#[tokio::test]
async fn nothing_starts_while_a_run_goes_on_or_where_the_first_is_gone() {
    let (account, clients) = account_of(&[("x", "FAILED"), ("x-r2", "RUNNING")]).await;
    let named = RerunOptions {
        input: None,
        name: Some("y".into()),
    };
    let refused = [
        ("x", &named),
        ("x-r2", &RerunOptions::default()),
        ("gone", &named),
    ];
    for (name, options) in refused {
        let error = rerun(&clients, &workflow(), &arn(name), options)
            .await
            .unwrap_err();
        assert_eq!(error.kind().exit_code(), 4, "{name}: {error}");
    }
    let account = account.lock().unwrap();
    assert!(account.started.is_empty() && account.items.is_empty());
}

//! Many at once, against a service of the test's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use durable_history::Timestamp;

use super::{Change, change};
use crate::aws::{Clients, served};
use crate::error::Kind;
use crate::operate::executions::Listed;

/// Returns clients of a service that lets so many requests through, and then knows the credentials no more.
/// What is asked of `ended` executions is a conflict, and `gone` ones are not known.
async fn clients_of(permitted: usize) -> Clients {
    let left = Arc::new(AtomicUsize::new(permitted));
    let server = axum::Router::new().fallback(answer).with_state(left);
    served(server).await
}

async fn answer(State(left): State<Arc<AtomicUsize>>, request: Request) -> Response {
    let path = request.uri().path();
    let refused = left
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        })
        .is_err();
    let (status, kind) = if refused {
        (StatusCode::FORBIDDEN, "ExpiredTokenException")
    } else if path.contains("ended") {
        (StatusCode::CONFLICT, "ResourceConflictException")
    } else if path.contains("gone") {
        (StatusCode::NOT_FOUND, "ResourceNotFoundException")
    } else {
        (StatusCode::OK, "")
    };
    let body = r#"{"message": "it has ended", "StopTimestamp": 1}"#;
    (status, [("x-amzn-errortype", kind)], body).into_response()
}

fn listed(name: String) -> Listed {
    Listed {
        workflow: "w".into(),
        arn: format!(
            "arn:aws:lambda:us-east-1:000000000000:function:f:1/durable-execution/{name}/1"
        ),
        name,
        status: "RUNNING".into(),
        version: "1".into(),
        started_at: Timestamp::default(),
        ended_at: None,
    }
}

#[tokio::test]
async fn what_ended_meanwhile_is_no_failure() {
    let clients = clients_of(usize::MAX).await;
    let names = ["a", "b", "ended", "gone", "c"].map(str::to_owned);
    let executions = names.into_iter().map(listed).collect();
    let mut heard = Vec::new();
    let stop = Change::Stop(None);
    let tally = change(&clients, executions, &stop, |through| heard.push(through)).await;
    assert_eq!((tally.done, tally.gone, tally.untried), (3, 1, 0));
    let [(execution, why)] = tally.otherwise.as_slice() else {
        panic!("{tally:?}");
    };
    assert_eq!(
        (execution.name.as_str(), why.as_str()),
        ("ended", "it has ended")
    );
    assert!(tally.refused.is_empty(), "{tally:?}");
    assert_eq!(heard, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn credentials_that_expire_in_the_middle_leave_the_rest_untried() {
    let clients = clients_of(100).await;
    let executions = (0..500).map(|number| listed(format!("tx-{number}")));
    let stop = Change::Stop(None);
    let tally = change(&clients, executions.collect(), &stop, |_| {}).await;
    assert_eq!(tally.done, 100);
    let refused = tally.refused.len();
    assert!(
        (1..=32).contains(&refused),
        "only what was under way: {refused}"
    );
    assert_eq!(tally.untried, 400 - refused);
    assert_eq!(tally.refused[0].error.kind(), Kind::Permission);
}

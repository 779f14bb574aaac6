//! A callback that closes between the look and the answer.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use durable_history::Timestamp;

use super::{Answer, Answered, MOST_RESULT_BYTES, OpenCallback, answer};
use crate::aws::{Clients, served};

async fn clients_of(kind: &'static str) -> Clients {
    let refuse = move || async move {
        let header = [("x-amzn-errortype", kind)];
        (StatusCode::BAD_REQUEST, header, "{}").into_response()
    };
    served(axum::Router::new().fallback(refuse)).await
}

fn callback() -> OpenCallback {
    OpenCallback {
        workflow: "w".into(),
        execution: "tx-1".into(),
        execution_arn: "arn".into(),
        operation: None,
        callback_id: "id".into(),
        since: Timestamp::default(),
        until: None,
        heartbeat_timeout: None,
    }
}

fn answers() -> [Answer; 3] {
    let failure = Answer::Fail {
        error_type: "T".into(),
        message: "m".into(),
        data: None,
    };
    [
        Answer::Succeed(Some("1".into())),
        failure,
        Answer::Heartbeat,
    ]
}

#[tokio::test]
async fn one_that_is_closed_is_told_apart_from_a_failure() {
    let clients = clients_of("CallbackTimeoutException").await;
    for told in answers() {
        let answered = answer(&clients, &callback(), &told).await.unwrap();
        assert_eq!(answered, Answered::Closed, "{told:?}");
    }
    let clients = clients_of("InvalidParameterValueException").await;
    for told in answers() {
        let error = answer(&clients, &callback(), &told).await.unwrap_err();
        assert!(
            error.to_string().contains("`tx-1` could not be sent"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_result_that_is_too_large_is_not_sent() {
    let clients = clients_of("Unreachable").await;
    let large = Answer::Succeed(Some("1".repeat(MOST_RESULT_BYTES + 1)));
    let error = answer(&clients, &callback(), &large).await.unwrap_err();
    assert_eq!(error.kind().exit_code(), 2);
}

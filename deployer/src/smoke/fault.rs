//! Faults that the local target injects.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::error::{Error, Kind, Result};

const PATIENCE: Duration = Duration::from_secs(10);
/// Faults after a step of an execution.
const STEP_FAULTS: &str = "/_local/faults";
/// Faults after a call of a function.
const CALL_FAULTS: &str = "/_local/call-faults";

/// Lets the local target at `endpoint` kill the orchestrator's process, once, right after the step of
/// that execution succeeded. The execution need not exist yet.
pub(super) async fn kill_after_step(endpoint: &str, execution: &str, step: &str) -> Result<()> {
    let fault = json!({ "execution_name": execution, "after_step": step });
    register(endpoint, STEP_FAULTS, &fault).await
}

/// Lets the local target at `endpoint` stop that execution, once, right after its step succeeded. It need not
/// exist yet.
pub(super) async fn stop_after_step(endpoint: &str, execution: &str, step: &str) -> Result<()> {
    let fault = json!({ "execution_name": execution, "after_step": step, "stop": true });
    register(endpoint, STEP_FAULTS, &fault).await
}

/// Lets the local target at `endpoint` kill the process, once, that is the first to call this operation
/// with this text in its request: after the call was carried out, and before it was answered.
pub(super) async fn kill_after_call(endpoint: &str, call: &str, containing: &str) -> Result<()> {
    let fault = json!({ "after_call": call, "containing": containing });
    register(endpoint, CALL_FAULTS, &fault).await
}

/// Returns whether nobody made the call yet that a process dies after.
pub(super) async fn is_pending(endpoint: &str, call: &str, containing: &str) -> Result<bool> {
    let (status, body) = request(endpoint, "GET", CALL_FAULTS, "").await?;
    let pending: Option<Vec<Value>> = serde_json::from_str(&body).ok();
    match (code(&status), pending) {
        (Some("200"), Some(pending)) => {
            Ok(pending.contains(&json!({ "after_call": call, "containing": containing })))
        }
        _ => Err(Error::new(
            Kind::Service,
            format!("the local target at `{endpoint}` did not tell its faults"),
        )
        .caused_by(format!("it answered `{status}`"))),
    }
}

async fn register(endpoint: &str, path: &str, fault: &Value) -> Result<()> {
    let (status, _) = request(endpoint, "POST", path, &fault.to_string()).await?;
    if code(&status) == Some("204") {
        return Ok(());
    }
    Err(Error::new(
        Kind::Service,
        format!("the local target at `{endpoint}` took no fault"),
    )
    .caused_by(format!("it answered `{status}`")))
}

pub(super) fn code(status: &str) -> Option<&str> {
    status.split(' ').nth(1)
}

/// Returns the status line and the body of the answer.
pub(super) async fn request(
    endpoint: &str,
    method: &str,
    path: &str,
    body: &str,
) -> Result<(String, String)> {
    // The path of a link is as good as its answer.
    let told = if path.starts_with("/_local/") {
        path
    } else {
        "…"
    };
    let what = || {
        Error::new(
            Kind::Service,
            format!("the local target at `{endpoint}` did not answer `{method} {told}`"),
        )
    };
    match tokio::time::timeout(PATIENCE, exchange(endpoint, method, path, body)).await {
        Ok(answered) => answered.map_err(|error| what().caused_by(error)),
        Err(elapsed) => Err(what().caused_by(elapsed)),
    }
}

/// Sends a request to one of the few unsigned paths that the program needs.
async fn exchange(
    endpoint: &str,
    method: &str,
    path: &str,
    body: &str,
) -> std::io::Result<(String, String)> {
    let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(authority).await?;
    // The answer to a request of HTTP 1.0 is never in chunks.
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: {authority}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.lines().next().unwrap_or_default();
    Ok((status.to_owned(), body.to_owned()))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::{is_pending, kill_after_call, kill_after_step};
    use crate::error::Result;

    /// Answers one request, and returns it and what came of it.
    async fn played<T, F: Future<Output = Result<T>>>(
        answer: &str,
        ask: impl FnOnce(String) -> F,
    ) -> (String, Result<T>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let answering = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = String::new();
            while !request.ends_with('}') && !request.ends_with("\r\n\r\n") {
                let mut buffer = [0; 1024];
                let read = stream.read(&mut buffer).await.unwrap();
                request.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            request
        };
        tokio::join!(answering, ask(endpoint))
    }

    const TAKEN: &str = "HTTP/1.1 204 No Content\r\n\r\n";
    const UNKNOWN: &str = "HTTP/1.1 404 Not Found\r\n\r\n";

    #[tokio::test]
    async fn a_fault_is_posted_and_the_answer_counts() {
        for (answer, taken) in [(TAKEN, true), (UNKNOWN, false)] {
            let (request, result) = played(answer, |endpoint| async move {
                kill_after_step(&endpoint, "dev-tx-1", "fraud-check").await
            })
            .await;
            assert_eq!(result.is_ok(), taken, "{result:?}");
            assert!(request.starts_with("POST /_local/faults "), "{request}");
            assert!(
                request.ends_with(r#"{"execution_name":"dev-tx-1","after_step":"fraud-check"}"#),
                "{request}"
            );
            let (request, result) = played(answer, |endpoint| async move {
                kill_after_call(&endpoint, "PutItem", "s-1").await
            })
            .await;
            assert_eq!(result.is_ok(), taken, "{result:?}");
            assert!(
                request.starts_with("POST /_local/call-faults "),
                "{request}"
            );
            assert!(
                request.ends_with(r#"{"after_call":"PutItem","containing":"s-1"}"#),
                "{request}"
            );
        }
    }

    #[tokio::test]
    async fn a_fault_that_is_listed_is_pending() {
        let listed =
            "HTTP/1.1 200 OK\r\nX: y\r\n\r\n[{\"after_call\":\"PutItem\",\"containing\":\"s-1\"}]";
        for (answer, id, pending) in [
            (listed, "s-1", Some(true)),
            (listed, "s-2", Some(false)),
            ("HTTP/1.1 200 OK\r\n\r\n[]", "s-1", Some(false)),
            ("HTTP/1.1 200 OK\r\n\r\nno list", "s-1", None),
            (UNKNOWN, "s-1", None),
        ] {
            let (request, result) = played(answer, |endpoint| async move {
                is_pending(&endpoint, "PutItem", id).await
            })
            .await;
            assert!(request.starts_with("GET /_local/call-faults "), "{request}");
            assert_eq!(result.ok(), pending, "{answer}");
        }
    }
}

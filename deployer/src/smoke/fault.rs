//! Faults that the local target injects.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::error::{Error, Kind, Result};

const PATIENCE: Duration = Duration::from_secs(10);

/// Lets the local target at `endpoint` kill the orchestrator's process, once, right after the step of
/// that execution succeeded. The execution need not exist yet.
pub(super) async fn kill_after_step(endpoint: &str, execution: &str, step: &str) -> Result<()> {
    let body = json!({ "execution_name": execution, "after_step": step }).to_string();
    let what = || {
        Error::new(
            Kind::Service,
            format!("the local target at `{endpoint}` took no fault"),
        )
    };
    let status = match tokio::time::timeout(PATIENCE, post(endpoint, &body)).await {
        Ok(answered) => answered.map_err(|error| what().caused_by(error))?,
        Err(elapsed) => return Err(what().caused_by(elapsed)),
    };
    if status.split(' ').nth(1) == Some("204") {
        return Ok(());
    }
    Err(what().caused_by(format!("it answered `{status}`")))
}

/// Posts to the one unsigned path that the program needs, and returns the status line.
async fn post(endpoint: &str, body: &str) -> std::io::Result<String> {
    let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(authority).await?;
    let request = format!(
        "POST /_local/faults HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::kill_after_step;

    /// Answers one request and returns it.
    async fn answer_once(listener: TcpListener, answer: &str) -> String {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = String::new();
        while !request.ends_with('}') {
            let mut buffer = [0; 1024];
            let read = stream.read(&mut buffer).await.unwrap();
            request.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        request
    }

    #[tokio::test]
    async fn the_fault_is_posted_and_the_answer_counts() {
        for (answer, taken) in [
            ("HTTP/1.1 204 No Content\r\n\r\n", true),
            ("HTTP/1.1 404 Not Found\r\n\r\n", false),
        ] {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let endpoint = format!("http://{}", listener.local_addr().unwrap());
            let (request, result) = tokio::join!(
                answer_once(listener, answer),
                kill_after_step(&endpoint, "dev-tx-1", "fraud-check"),
            );
            assert_eq!(result.is_ok(), taken, "{result:?}");
            assert!(
                request.starts_with("POST /_local/faults HTTP/1.1\r\n"),
                "{request}"
            );
            assert!(
                request.ends_with(r#"{"execution_name":"dev-tx-1","after_step":"fraud-check"}"#),
                "{request}"
            );
        }
    }
}

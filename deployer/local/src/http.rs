//! The HTTP client of the router and of the command line: HTTP/1.1, plain, to this machine only.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type HttpClient = Client<HttpConnector, Body>;

/// The largest answer that is read into memory rather than streamed.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// An answer that was read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// Returns the body as JSON, `Null` when it is none.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

pub(crate) fn client() -> HttpClient {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new())
        // MiniStack closes idle connections after 75 seconds; the client must be first.
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_timer(TokioTimer::new())
        .build(connector)
}

/// Sends a request and reads the answer to its end.
pub(crate) async fn send(client: &HttpClient, request: Request<Body>) -> Result<Answer, BoxError> {
    let response = client.request(request).await?;
    let (parts, body) = response.into_parts();
    Ok(Answer {
        status: parts.status,
        headers: parts.headers,
        body: axum::body::to_bytes(Body::new(body), LARGEST_ANSWER).await?,
    })
}

/// Sends a request without headers to a port of this machine, within a time.
pub(crate) async fn send_local(
    method: Method,
    port: u16,
    path: &str,
    within: Duration,
) -> Result<Answer, BoxError> {
    let uri: Uri = format!("http://127.0.0.1:{port}{path}").parse()?;
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .body(Body::empty())?;
    tokio::time::timeout(within, send(&client(), request)).await?
}

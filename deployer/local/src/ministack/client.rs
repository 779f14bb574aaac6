//! Requests to MiniStack, wherever it listens at the moment.

use std::time::Duration;

use axum::body::Body;
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{Method, Request, Response, Uri, header};
use hyper_util::client::legacy::Error as ClientError;
use tokio::sync::watch;

use crate::http::{self, Answer, BoxError, HttpClient};

/// How long a request waits for MiniStack to come back after it died.
const RESTART_PATIENCE: Duration = Duration::from_secs(30);

/// A running MiniStack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) port: u16,
    pub(crate) pid: u32,
}

/// Why a request did not reach MiniStack.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForwardError {
    #[error("MiniStack is not running")]
    NotRunning,
    #[error("request to MiniStack failed")]
    Failed(#[source] ClientError),
}

/// Sends requests to the MiniStack that runs.
#[derive(Debug, Clone)]
pub(crate) struct MiniStackClient {
    http: HttpClient,
    target: watch::Receiver<Option<Target>>,
}

impl MiniStackClient {
    pub(crate) fn new(target: watch::Receiver<Option<Target>>) -> Self {
        Self {
            http: http::client(),
            target,
        }
    }

    /// Returns the MiniStack that runs now.
    pub(crate) fn current(&self) -> Option<Target> {
        *self.target.borrow()
    }

    /// Passes a request on with everything but its authority unchanged, streaming both ways.
    pub(crate) async fn forward(
        &self,
        mut request: Request<Body>,
    ) -> Result<Response<Body>, ForwardError> {
        let target = self.running().await?;
        *request.uri_mut() = at_port(request.uri(), target.port);
        let response = self
            .http
            .request(request)
            .await
            .map_err(ForwardError::Failed)?;
        Ok(response.map(Body::new))
    }

    /// Sends a request of the target's own and reads the answer.
    pub(crate) async fn call(
        &self,
        method: Method,
        path_and_query: &str,
        body: impl Into<Body>,
    ) -> Result<Answer, BoxError> {
        let target = self.running().await?;
        let request = Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{}{path_and_query}", target.port))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into())?;
        http::send(&self.http, request).await
    }

    async fn running(&self) -> Result<Target, ForwardError> {
        let mut target = self.target.clone();
        let running = target.wait_for(Option::is_some);
        match tokio::time::timeout(RESTART_PATIENCE, running).await {
            Ok(Ok(found)) => found.ok_or(ForwardError::NotRunning),
            Ok(Err(_)) | Err(_) => Err(ForwardError::NotRunning),
        }
    }
}

fn at_port(uri: &Uri, port: u16) -> Uri {
    let mut parts = uri.clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Authority::try_from(format!("127.0.0.1:{port}")).ok();
    parts.path_and_query = parts
        .path_and_query
        .or_else(|| Some(PathAndQuery::from_static("/")));
    Uri::from_parts(parts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_kept_as_it_was_written() {
        let uri: Uri = "/bucket/a%20b//c?prefix=%2F".parse().unwrap();
        assert_eq!(
            at_port(&uri, 9),
            "http://127.0.0.1:9/bucket/a%20b//c?prefix=%2F"
        );
        let absolute: Uri = "http://bucket.localhost:4566/key".parse().unwrap();
        assert_eq!(at_port(&absolute, 9), "http://127.0.0.1:9/key");
    }
}

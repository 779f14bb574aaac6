//! A service of AWS that answers with what a test makes up.

use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_lambda::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;
use tokio::net::TcpListener;

/// What a service does: it answers an operation of Amazon SQS, or the path of a request to others, and what was
/// sent with it. A text is answered as it is, and nothing is a refusal.
pub(in crate::smoke) trait Service: Send + 'static {
    fn answer(&mut self, asked: &str, sent: &Value) -> Option<Value>;
}

/// Returns the configuration of clients that ask this service.
pub(in crate::smoke) async fn answering<S: Service>(service: &Arc<Mutex<S>>) -> SdkConfig {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let service = Arc::clone(service);
    let answer = async move |uri: Uri, headers: HeaderMap, body: Bytes| {
        let target = headers.get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok()?.split('.').next_back());
        let sent = serde_json::from_slice(&body).unwrap_or_default();
        let answer = service
            .lock()
            .unwrap()
            .answer(target.unwrap_or(uri.path()), &sent);
        match answer {
            Some(Value::String(text)) => (StatusCode::OK, text),
            Some(answer) => (StatusCode::OK, answer.to_string()),
            None => (
                StatusCode::FORBIDDEN,
                r#"{"__type":"AccessDeniedException","message":"no"}"#.to_owned(),
            ),
        }
    };
    // It ends with the runtime of the test.
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "000000000000",
            "test",
            None,
            None,
            "test",
        )))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

//! A world for the durable execution service: HTTP in front, functions in this process behind.

#![expect(
    clippy::unwrap_used,
    reason = "a test world that cannot be set up fails its test"
)]
#![expect(dead_code, reason = "every test target uses a part of it")]

mod gateway;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_durable_execution_sdk::{BoxError, DurableContext, Options, wrap};
use aws_sdk_lambda::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{ExecutionStatus, InvocationType};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use durable_local::execution::{ExecutionService, InvokeRequest, ServiceSettings};
use durable_local::gateway::FunctionGateway as _;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

pub(crate) use gateway::{Crash, TestGateway};

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(45);

/// A running service with a client.
pub(crate) struct World {
    pub(crate) gateway: Arc<TestGateway>,
    pub(crate) service: ExecutionService,
    pub(crate) client: aws_sdk_lambda::Client,
    pub(crate) endpoint: String,
    pub(crate) directory: Arc<TempDir>,
    server: JoinHandle<()>,
}

impl World {
    /// Makes a world with an empty store.
    pub(crate) async fn new() -> Self {
        Self::open(Arc::new(tempfile::tempdir().unwrap())).await
    }

    /// Makes a world of the executions in a folder. Functions have to be registered again.
    pub(crate) async fn open(directory: Arc<TempDir>) -> Self {
        Self::open_with(directory, Arc::new(TestGateway::default())).await
    }

    /// Makes a world whose functions are registered already.
    pub(crate) async fn open_with(directory: Arc<TempDir>, gateway: Arc<TestGateway>) -> Self {
        let settings = ServiceSettings {
            account: "000000000000".into(),
            region: "us-east-1".into(),
        };
        let functions = Arc::clone(&gateway);
        let service = ExecutionService::open(directory.path(), functions, settings)
            .await
            .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = service.routes().merge(
            axum::Router::new()
                .route("/2015-03-31/functions/{name}/invocations", post(invoke))
                .layer(DefaultBodyLimit::max(8 * 1024 * 1024))
                .with_state((service.clone(), Arc::clone(&gateway))),
        );
        let server = tokio::spawn(async move {
            let app = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, app).await.unwrap();
        });
        let client = client(&endpoint);
        Self {
            gateway,
            service,
            client,
            endpoint,
            directory,
            server,
        }
    }

    /// Ends the server and every function, as a killed process would; the store stays.
    pub(crate) fn kill(self) -> Arc<TempDir> {
        self.server.abort();
        self.gateway.abort_all();
        Arc::clone(&self.directory)
    }

    /// Registers a durable function that runs in this process.
    pub(crate) fn register<F, Fut>(&self, name: &str, handler: F) -> Crash
    where
        F: Fn(Value, DurableContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Value, BoxError>> + Send + 'static,
    {
        let options = Options::builder()
            .lambda_client(self.client.clone())
            .build()
            .unwrap();
        let wrapped = wrap(handler, options);
        self.gateway.insert(name, move |payload| {
            let payload = serde_json::from_slice(&payload).unwrap();
            let event = LambdaEvent::new(payload, lambda_runtime::Context::default());
            let answer = wrapped(event);
            Box::pin(async move {
                let answer = answer.await.map_err(|error| error.to_string())?;
                serde_json::to_vec(&answer).map_err(|error| error.to_string())
            })
        })
    }

    /// Starts an execution without waiting for it and returns its ARN.
    pub(crate) async fn start(&self, function: &str, name: Option<&str>, input: &Value) -> String {
        let output = self
            .client
            .invoke()
            .function_name(function)
            .qualifier("$LATEST")
            .invocation_type(InvocationType::Event)
            .set_durable_execution_name(name.map(str::to_owned))
            .payload(Blob::new(input.to_string()))
            .send()
            .await
            .unwrap();
        assert_eq!(output.status_code(), 202);
        output.durable_execution_arn().unwrap().to_owned()
    }

    /// Waits until an execution is over and returns its status.
    pub(crate) async fn ended(&self, arn: &str) -> ExecutionStatus {
        eventually("execution ends", || async {
            let status = self.describe(arn).await.status().clone();
            let goes_on = ["RUNNING", "PAUSING", "PAUSED"].contains(&status.as_str());
            (!goes_on).then_some(status)
        })
        .await
    }

    /// Describes an execution.
    pub(crate) async fn describe(
        &self,
        arn: &str,
    ) -> aws_sdk_lambda::operation::get_durable_execution::GetDurableExecutionOutput {
        self.client
            .get_durable_execution()
            .durable_execution_arn(arn)
            .send()
            .await
            .unwrap()
    }

    /// Returns the whole history as JSON, read page by page.
    pub(crate) async fn history(&self, arn: &str) -> Vec<Value> {
        let path = percent(arn);
        let mut events = Vec::new();
        let mut marker = String::new();
        loop {
            let path =
                format!("/2025-12-01/durable-executions/{path}/history?MaxItems=7&Marker={marker}");
            let page = http(&self.endpoint, "GET", &path, "").await.1;
            let page: Value = serde_json::from_str(&page).unwrap();
            events.extend(page["Events"].as_array().unwrap().clone());
            match page["NextMarker"].as_str() {
                Some(next) => next.clone_into(&mut marker),
                None => return events,
            }
        }
    }

    /// Waits for the callback of this name and returns its id.
    pub(crate) async fn callback(&self, arn: &str, name: &str) -> String {
        eventually("callback starts", || async {
            let history = self.history(arn).await;
            let mut started = history.iter().filter(|event| {
                event["EventType"] == "CallbackStarted" && event["Name"].as_str() == Some(name)
            });
            let event = started.next()?;
            event["CallbackStartedDetails"]["CallbackId"]
                .as_str()
                .map(str::to_owned)
        })
        .await
    }

    /// Waits for the callback before which so many others started and returns its id.
    pub(crate) async fn nth_callback(&self, arn: &str, before: usize) -> String {
        eventually("callback starts", || async {
            let history = self.history(arn).await;
            let mut started = history
                .iter()
                .filter(|event| event["EventType"] == "CallbackStarted");
            started.nth(before)?["CallbackStartedDetails"]["CallbackId"]
                .as_str()
                .map(str::to_owned)
        })
        .await
    }

    /// Waits until the last event of an execution has this type.
    pub(crate) async fn last_event(&self, arn: &str, event_type: &str) {
        eventually("event comes", || async {
            let history = self.history(arn).await;
            (history.last()?["EventType"] == event_type).then_some(())
        })
        .await;
    }

    /// Answers a callback with success.
    pub(crate) async fn succeed(&self, callback_id: &str, result: &str) {
        self.client
            .send_durable_execution_callback_success()
            .callback_id(callback_id)
            .result(Blob::new(result))
            .send()
            .await
            .unwrap();
    }
}

/// Makes a client of an endpoint.
fn client(endpoint: &str) -> aws_sdk_lambda::Client {
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .build();
    aws_sdk_lambda::Client::from_conf(config)
}

/// Stands for the router in front of the service.
async fn invoke(
    State((service, gateway)): State<(ExecutionService, Arc<TestGateway>)>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    payload: Bytes,
) -> Response {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned)
    };
    let query = query.unwrap_or_default().replace("%24", "$");
    let qualifier = query.strip_prefix("Qualifier=");
    match gateway.resolve(&name, qualifier).await {
        Ok(Some(function)) => {
            let request = InvokeRequest {
                invocation_type: header("x-amz-invocation-type"),
                durable_execution_name: header("x-amz-durable-execution-name"),
                payload,
                trace_header: header("x-amzn-trace-id"),
            };
            service.invoke(function, request).await
        }
        _ => axum::http::StatusCode::NOT_FOUND.into_response(),
    }
}

/// Sends a request as a client without any SDK would and returns status and body.
pub(crate) async fn http(endpoint: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = endpoint.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (
        head.split(' ').nth(1).unwrap().parse().unwrap(),
        body.to_owned(),
    )
}

/// Writes a text so that it is one part of a path.
pub(crate) fn percent(text: &str) -> String {
    text.replace('$', "%24")
        .replace(':', "%3A")
        .replace('/', "%2F")
        .replace('=', "%3D")
}

/// Waits for a condition, with a deadline.
#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
pub(crate) async fn eventually<T, F, Fut>(what: &str, mut condition: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        sleep(Duration::from_millis(50)).await;
    }
}

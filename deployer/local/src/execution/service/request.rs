//! What the service is asked.

use axum::body::Bytes;

/// An invocation of a durable function, as the Invoke API received it.
#[derive(Debug, Clone, Default)]
pub struct InvokeRequest {
    /// `X-Amz-Invocation-Type`; absent means `RequestResponse`.
    pub invocation_type: Option<String>,
    /// `X-Amz-Durable-Execution-Name`.
    pub durable_execution_name: Option<String>,
    /// The request's body.
    pub payload: Bytes,
    /// `X-Amzn-Trace-Id`.
    pub trace_header: Option<String>,
}

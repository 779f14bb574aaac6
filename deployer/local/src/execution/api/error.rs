//! Errors as Lambda answers them.

use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::execution::api::answer;
use crate::execution::error::StoreError;
use crate::execution::service::StartError;
use crate::execution::transition::{CallbackRejection, PauseRejection, Rejection};
use crate::gateway::GatewayError;

/// An error of the API: its HTTP status, its type and its message.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

impl ApiError {
    fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            message: message.into(),
        }
    }

    /// The request has a wrong value.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            message,
        )
    }

    /// The body is no JSON.
    pub(crate) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "InvalidRequestContentException",
            message,
        )
    }

    /// The body is too large.
    pub(crate) fn too_large(limit: usize) -> Self {
        let message =
            format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            message,
        )
    }

    /// What the request names does not exist.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", message)
    }

    /// The resource is not in a state for it.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "ResourceConflictException", message)
    }

    /// The service cannot do it now.
    pub(crate) fn service(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "ServiceException",
            message,
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let side = if self.status.is_server_error() {
            "Service"
        } else {
            "User"
        };
        // Some exceptions of the model spell the member `message`, others `Message`.
        let body = json!({"Type": side, "Message": self.message, "message": self.message});
        let mut response = answer::json(self.status, &body);
        response
            .headers_mut()
            .insert("x-amzn-errortype", HeaderValue::from_static(self.kind));
        response
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        Self::invalid(rejection.to_string())
    }
}

impl From<CallbackRejection> for ApiError {
    fn from(rejection: CallbackRejection) -> Self {
        match rejection {
            CallbackRejection::Unknown => Self::not_found("Callback does not exist"),
            CallbackRejection::Closed => Self::new(
                StatusCode::BAD_REQUEST,
                "CallbackTimeoutException",
                "Callback has timed out or is already closed",
            ),
        }
    }
}

impl From<PauseRejection> for ApiError {
    fn from(rejection: PauseRejection) -> Self {
        Self::conflict(rejection.to_string())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, hint = error.hint(), "execution was not stored");
        Self::service(error.to_string())
    }
}

impl From<StartError> for ApiError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::AlreadyStarted { .. } => Self::new(
                StatusCode::CONFLICT,
                "DurableExecutionAlreadyStartedException",
                error.to_string(),
            ),
            StartError::Store(error) => error.into(),
        }
    }
}

impl From<GatewayError> for ApiError {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::NotFound { function } => {
                Self::not_found(format!("Function not found: {function}"))
            }
            GatewayError::Throttled { .. } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequestsException",
                error.to_string(),
            ),
            GatewayError::Refused { .. } => Self::invalid(error.to_string()),
            error => Self::service(error.to_string()),
        }
    }
}

//! Telling the workflow.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::error::ProvideErrorMetadata as _;
use aws_sdk_lambda::operation::send_durable_execution_callback_success::SendDurableExecutionCallbackSuccessError;
use aws_sdk_lambda::primitives::Blob;
use serde_json::json;

/// Completes the callbacks of workflows.
#[async_trait]
pub trait Callbacks: Send + Sync {
    /// Completes a callback with a decision.
    async fn succeed(&self, callback_id: &str, decision: &str) -> Result<(), CallbackError>;
}

/// Why a callback was not completed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// The workflow does not wait for it any more.
    #[error("the callback is closed")]
    Closed,
    /// The service did not take it now.
    #[error("the callback was not completed: {code}")]
    Unavailable {
        /// The service's code; its text may have the callback's id in it.
        code: String,
    },
}

/// The callbacks of Lambda.
#[derive(Debug, Clone)]
pub struct LambdaCallbacks {
    client: Client,
}

impl LambdaCallbacks {
    /// Returns the callbacks of an account.
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
        }
    }
}

#[async_trait]
impl Callbacks for LambdaCallbacks {
    async fn succeed(&self, callback_id: &str, decision: &str) -> Result<(), CallbackError> {
        use SendDurableExecutionCallbackSuccessError as Failure;
        let result = json!({ "decision": decision }).to_string();
        let call = self
            .client
            .send_durable_execution_callback_success()
            .callback_id(callback_id)
            .result(Blob::new(result));
        let Err(error) = call.send().await else {
            return Ok(());
        };
        if let Some(Failure::CallbackTimeoutException(_) | Failure::ResourceNotFoundException(_)) =
            error.as_service_error()
        {
            return Err(CallbackError::Closed);
        }
        Err(CallbackError::Unavailable {
            code: error.code().unwrap_or("DispatchFailure").to_owned(),
        })
    }
}

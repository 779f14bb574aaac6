//! Answers to callbacks.

use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::operation::send_durable_execution_callback_failure::SendDurableExecutionCallbackFailureError;
use aws_sdk_lambda::operation::send_durable_execution_callback_success::SendDurableExecutionCallbackSuccessError;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::ErrorObject;

use super::scenario::Answer;
use crate::aws::failed;
use crate::error::Result;

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    /// The service took it.
    Accepted,
    /// The callback is closed.
    Refused,
}

/// Answers a callback.
pub(super) async fn send(
    lambda: &aws_sdk_lambda::Client,
    callback_id: &str,
    answer: &Answer,
) -> Result<Answered> {
    let what = || {
        format!(
            "the answer to the callback of `{}` could not be sent",
            answer.to
        )
    };
    if let Some(failure) = &answer.failure {
        let error = ErrorObject::builder()
            .error_type(&failure.error_type)
            .error_message(&failure.message)
            .build();
        let sent = lambda
            .send_durable_execution_callback_failure()
            .callback_id(callback_id)
            .error(error)
            .send()
            .await;
        return match sent {
            Err(SdkError::ServiceError(service))
                if matches!(
                    service.err(),
                    SendDurableExecutionCallbackFailureError::CallbackTimeoutException(_)
                ) =>
            {
                Ok(Answered::Refused)
            }
            sent => sent.map(|_| Answered::Accepted).map_err(failed(what())),
        };
    }
    let result = answer.success.clone().unwrap_or_default().to_string();
    let call = lambda
        .send_durable_execution_callback_success()
        .callback_id(callback_id)
        .result(Blob::new(result));
    match call.send().await {
        Err(SdkError::ServiceError(service))
            if matches!(
                service.err(),
                SendDurableExecutionCallbackSuccessError::CallbackTimeoutException(_)
            ) =>
        {
            Ok(Answered::Refused)
        }
        sent => sent.map(|_| Answered::Accepted).map_err(failed(what())),
    }
}

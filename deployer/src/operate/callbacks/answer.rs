//! Answers to callbacks.

use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::ErrorObject;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::open::OpenCallback;
use crate::aws::{Clients, code_of, failed};
use crate::error::{Error, Result};

/// The most bytes of a result (`SendDurableExecutionCallbackSuccess`).
pub const MOST_RESULT_BYTES: usize = 1024 * 1024;

/// What a callback is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What was waited for came; with its result as JSON, where there is one.
    Succeed(Option<String>),
    /// It does not come.
    Fail {
        /// What the workflow tells failures apart by.
        error_type: String,
        /// What went wrong, for people.
        message: String,
        /// More, for the workflow.
        data: Option<String>,
    },
    /// It is still to come.
    Heartbeat,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// The service took it.
    Accepted,
    /// The callback is closed: answered, timed out, or its execution has ended.
    Closed,
}

/// Answers a callback.
///
/// # Errors
///
/// The result is too large; the service or the network refused.
pub async fn answer(
    clients: &Clients,
    callback: &OpenCallback,
    answer: &Answer,
) -> Result<Answered> {
    let (lambda, id) = (&clients.lambda, &callback.callback_id);
    clients.rates.callbacks.turn().await;
    match answer {
        Answer::Succeed(result) => {
            let bytes = result.as_ref().map_or(0, String::len);
            if bytes > MOST_RESULT_BYTES {
                return Err(Error::usage(format!(
                    "the result has {bytes} bytes, and the service takes {MOST_RESULT_BYTES}"
                )));
            }
            let result = result.as_ref().map(|result| Blob::new(result.as_str()));
            let call = lambda.send_durable_execution_callback_success();
            answered(
                callback,
                call.callback_id(id).set_result(result).send().await,
            )
        }
        Answer::Fail {
            error_type,
            message,
            data,
        } => {
            let error = ErrorObject::builder()
                .error_type(error_type)
                .error_message(message)
                .set_error_data(data.clone())
                .build();
            let call = lambda.send_durable_execution_callback_failure();
            answered(callback, call.callback_id(id).error(error).send().await)
        }
        Answer::Heartbeat => {
            let call = lambda.send_durable_execution_callback_heartbeat();
            answered(callback, call.callback_id(id).send().await)
        }
    }
}

fn answered<T, E, R>(callback: &OpenCallback, sent: Result<T, SdkError<E, R>>) -> Result<Answered>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match sent {
        Ok(_) => Ok(Answered::Accepted),
        Err(error) if code_of(&error) == Some("CallbackTimeoutException") => Ok(Answered::Closed),
        Err(error) => Err(failed(format!(
            "the answer to the callback of `{}` could not be sent",
            callback.execution
        ))(error)),
    }
}

#[cfg(test)]
mod tests;

//! What an error of Bedrock means.

use aws_sdk_bedrockruntime::config::http::HttpResponse;
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_bedrockruntime::operation::converse::ConverseError;

use crate::failure::{Failure, ModelError};

/// Tells why a model did not reply. Keeps the code only: the text may quote what the model was told.
pub(crate) fn refusal(model: &str, error: &SdkError<ConverseError, HttpResponse>) -> ModelError {
    let code = error.code().unwrap_or(match error {
        SdkError::ConstructionFailure(_) => "ConstructionFailure",
        SdkError::TimeoutError(_) => "Timeout",
        SdkError::DispatchFailure(_) => "DispatchFailure",
        _ => "UnreadableReply",
    });
    let failure = match error {
        SdkError::ConstructionFailure(_) => Failure::Rejected,
        SdkError::TimeoutError(_) => Failure::TooSlow,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Failure::TooSlow,
        SdkError::ServiceError(service) => {
            let status = service.raw().status();
            meaning(
                code,
                error.message().unwrap_or_default(),
                status.is_server_error(),
            )
        }
        _ => Failure::Unavailable,
    };
    ModelError {
        model: model.to_owned(),
        failure,
        code: code.to_owned(),
    }
}

/// Bedrock has one code for several things, so only the text tells them apart.
fn meaning(code: &str, text: &str, is_server_error: bool) -> Failure {
    match code {
        "AccessDeniedException" if text.contains("is not authorized to perform") => {
            Failure::NotAllowed
        }
        "AccessDeniedException" => Failure::NotEnabled,
        "ResourceNotFoundException" if text.contains("use case details") => Failure::NotEnabled,
        "ResourceNotFoundException" => Failure::UnknownModel,
        "ValidationException" if text.contains("on-demand throughput") => Failure::NeedsProfile,
        "ValidationException" if text.contains("model identifier is invalid") => {
            Failure::UnknownModel
        }
        // All that an account is told which may not use Bedrock.
        "ValidationException" if text.contains("Operation not allowed") => Failure::NotEnabled,
        "ThrottlingException" | "ServiceQuotaExceededException" | "ModelNotReadyException" => {
            Failure::Throttled
        }
        "ModelTimeoutException" => Failure::TooSlow,
        "ModelErrorException" => Failure::Unavailable,
        _ if is_server_error => Failure::Unavailable,
        _ => Failure::Rejected,
    }
}

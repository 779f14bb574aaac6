//! What the errors of the AWS SDK mean for the user.

use std::any::Any;
use std::error::Error as StdError;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::error::{Error, Kind};

const PERMISSION_CODES: [&str; 12] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
];

/// Returns a function that makes an error of an SDK's: `what` says what failed, on what.
pub fn failed<E, R>(what: impl Into<String>) -> impl FnOnce(SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    move |error| {
        let what = what.into();
        match &error {
            SdkError::ServiceError(service) => {
                let code = service.err().code();
                let code = code.unwrap_or(code_without_body(service.raw())).to_owned();
                let message = service.err().message();
                let message = message.unwrap_or("the service gave no reason");
                let kind = if PERMISSION_CODES.contains(&code.as_str()) {
                    Kind::Permission
                } else {
                    Kind::Service
                };
                let request = service
                    .err()
                    .meta()
                    .extra("aws_request_id")
                    .map(|id| format!(" (request {id})"));
                let made = Error::new(kind, what)
                    .caused_by(format!("{code}: {message}{}", request.unwrap_or_default()));
                if kind == Kind::Permission {
                    made.hint(permission_hint(&code))
                } else {
                    made
                }
            }
            SdkError::DispatchFailure(dispatch) if dispatch.is_user() || dispatch.is_other() => {
                let made = Error::new(Kind::Permission, what).caused_by(error);
                made.hint("give AWS credentials: `aws sso login`, AWS_PROFILE, or the AWS_ACCESS_KEY_ID variables")
            }
            SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
                let made = Error::new(Kind::Service, what).caused_by(error);
                let remedy = remedy_of_network(&made.causes());
                made.hint(remedy)
            }
            _ => Error::new(Kind::Service, what).caused_by(error),
        }
    }
}

/// Returns the code of an answer that has none: those to HEAD have no body that could name one.
fn code_without_body(answer: &dyn Any) -> &'static str {
    let answer = answer.downcast_ref::<HttpResponse>();
    match answer.map(|answer| answer.status().as_u16()) {
        Some(403) => "AccessDenied",
        _ => "Unknown",
    }
}

/// Returns what to do where no answer came, by the texts of the TLS and proxy libraries.
fn remedy_of_network(causes: &[String]) -> &'static str {
    let says = |text: &str| causes.iter().any(|cause| cause.contains(text));
    if says("invalid peer certificate") {
        "if something between here and AWS signs certificates of its own, let AWS_CA_BUNDLE name the file of its authority"
    } else if says("tunnel error") || says("proxy") {
        "check HTTPS_PROXY, and that its proxy lets AWS through; NO_PROXY lists what goes past it"
    } else {
        "check the network; on the local target, `deployer local status`"
    }
}

/// Returns what to do where the service takes the credentials for no good.
fn permission_hint(code: &str) -> &'static str {
    match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "the credentials ran out: get new ones, such as with `aws sso login`, then run the command again"
        }
        // A region that is turned off knows no credentials of the account.
        "InvalidClientTokenId" | "OptInRequired" | "UnrecognizedClientException" => {
            "check the credentials, and whether the account has turned this region on: `aws account get-region-opt-status --region-name …`"
        }
        _ => "check the credentials and what they permit",
    }
}

/// Returns the error code that the service gave.
pub fn code_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
}

/// Returns the message that the service gave.
pub fn message_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error
        .as_service_error()
        .and_then(ProvideErrorMetadata::message)
        .unwrap_or_default()
}

/// Returns whether the service says that the thing itself is not there.
pub fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    const CODES: [&str; 7] = [
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "NoSuchKey",
        "NotFound",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "com.amazonaws.sqs#QueueDoesNotExist",
    ];
    code_of(error).is_some_and(|code| CODES.contains(&code))
}

//! What an error of a sending service means.

use aws_sdk_sns::config::http::HttpResponse;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};

use crate::error::Refusal;

const THROTTLES: [&str; 6] = [
    "KMSThrottlingException",
    "LimitExceededException",
    "Throttled",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Tells what was not sent from what may have been. Takes the code only: the text may have the contact in it.
pub(crate) fn refusal<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Refusal {
    let code = error.code().unwrap_or(match error {
        SdkError::ConstructionFailure(_) => "ConstructionFailure",
        SdkError::TimeoutError(_) => "Timeout",
        SdkError::DispatchFailure(_) => "DispatchFailure",
        _ => "UnknownError",
    });
    let code = code.to_owned();
    let throttled = THROTTLES.contains(&code.as_str());
    match error {
        SdkError::ConstructionFailure(_) => Refusal::Refused {
            code,
            permanent: true,
        },
        SdkError::ServiceError(service)
            if throttled || service.raw().status().is_client_error() =>
        {
            Refusal::Refused {
                code,
                permanent: !throttled,
            }
        }
        _ => Refusal::Unknown { code },
    }
}

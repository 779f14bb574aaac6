//! When a step is tried again.

use std::error::Error as _;
use std::time::Duration;

use aws_durable_execution_sdk::{RetryDecision, StepError};

use crate::error::ServiceError;

/// How often a step is tried in all.
pub(crate) const ATTEMPTS: u32 = 4;

/// Tries again after one, two and four seconds, unless the error is final.
///
/// The function does not run meanwhile, so its timeout does not count these waits.
pub(crate) fn briefly(error: &StepError, attempt: u32) -> RetryDecision {
    if attempt >= ATTEMPTS || is_permanent(error) {
        return RetryDecision::Stop;
    }
    let doublings = attempt.saturating_sub(1);
    RetryDecision::Retry {
        delay: Duration::from_secs(1 << doublings),
    }
}

/// Never tries again: for a step that may run at most once.
pub(crate) fn never(_: &StepError, _: u32) -> RetryDecision {
    RetryDecision::Stop
}

fn is_permanent(error: &StepError) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(service_error) = cause.downcast_ref::<ServiceError>() {
            return service_error.is_permanent();
        }
        source = cause.source();
    }
    false
}

//! When an operation is tried again.

use std::error::Error as _;
use std::time::Duration;

use aws_durable_execution_sdk::{RetryDecision, StepError};

use crate::error::ServiceError;

/// How often and how far apart an operation is tried: after one second, two, four and so on.
///
/// The function does not run meanwhile, so its timeout does not count these waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedule {
    attempts: u32,
    longest_wait: Duration,
}

impl Schedule {
    /// Returns the schedule of the way forward: better to give an order up than to keep its
    /// customer waiting.
    pub(crate) fn brief(longest_wait: Duration) -> Self {
        Self {
            attempts: 5,
            longest_wait,
        }
    }

    /// Returns the schedule of the way back and of the last record: nobody else does these.
    pub(crate) fn patient(longest_wait: Duration) -> Self {
        Self {
            attempts: 10,
            longest_wait,
        }
    }

    /// Returns how long to wait after this attempt, counted from 1; `None` when it was the last.
    pub(crate) fn wait_after(self, attempt: u32) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let seconds = 1_u64 << attempt.saturating_sub(1).min(32);
        Some(Duration::from_secs(seconds).min(self.longest_wait))
    }

    /// Decides about a step.
    pub(crate) fn decide(self, error: &StepError, attempt: u32) -> RetryDecision {
        match self.wait_after(attempt) {
            Some(delay) if !is_permanent(error) => RetryDecision::Retry { delay },
            _ => RetryDecision::Stop,
        }
    }
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Schedule;

    fn waits(schedule: Schedule) -> Vec<u64> {
        (1..)
            .map_while(|attempt| schedule.wait_after(attempt))
            .map(|wait| wait.as_secs())
            .collect()
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let minute = Duration::from_mins(1);
        assert_eq!(waits(Schedule::brief(minute)), [1, 2, 4, 8]);
        assert_eq!(
            waits(Schedule::patient(minute)),
            [1, 2, 4, 8, 16, 32, 60, 60, 60]
        );
        assert_eq!(waits(Schedule::brief(Duration::from_secs(2))), [1, 2, 2, 2]);
    }
}

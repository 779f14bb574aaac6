//! When something is tried again.

use std::error::Error as _;
use std::time::Duration;

use aws_durable_execution_sdk::{RetryDecision, StepError};

use crate::error::RecordedError;

/// How often and how far apart something is tried: after one second, two, four and so on.
///
/// The function does not run meanwhile, so its timeout does not count these waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    attempts: u32,
    longest_wait: Duration,
}

impl Schedule {
    /// Returns the schedule of so many attempts in all, at most `longest_wait` apart.
    pub const fn new(attempts: u32, longest_wait: Duration) -> Self {
        Self {
            attempts,
            longest_wait,
        }
    }

    /// Returns how long to wait after this attempt, counted from 1; `None` when it was the last.
    pub fn wait_after(self, attempt: u32) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let seconds = 1_u64 << attempt.saturating_sub(1).min(32);
        Some(Duration::from_secs(seconds).min(self.longest_wait))
    }

    /// Returns the schedule as the SDK takes it, for a body that fails with `E`: it stops at an
    /// error that is permanent.
    pub fn strategy<E: RecordedError>(
        self,
    ) -> impl Fn(&StepError, u32) -> RetryDecision + Send + Sync + 'static {
        move |error, attempt| match self.wait_after(attempt) {
            Some(delay) if !is_permanent::<E>(error) => RetryDecision::Retry { delay },
            _ => RetryDecision::Stop,
        }
    }
}

fn is_permanent<E: RecordedError>(error: &StepError) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(recorded) = cause.downcast_ref::<E>() {
            return recorded.is_permanent();
        }
        source = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Schedule;

    fn waits(attempts: u32, longest_wait: u64) -> Vec<u64> {
        let schedule = Schedule::new(attempts, Duration::from_secs(longest_wait));
        (1..)
            .map_while(|attempt| schedule.wait_after(attempt))
            .map(|wait| wait.as_secs())
            .collect()
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        assert_eq!(waits(1, 60), [0; 0]);
        assert_eq!(waits(4, 60), [1, 2, 4]);
        assert_eq!(waits(9, 60), [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(waits(5, 2), [1, 2, 2, 2]);
        let endless = Schedule::new(u32::MAX, Duration::MAX);
        let last = endless.wait_after(u32::MAX - 1);
        assert_eq!(last, Some(Duration::from_secs(1 << 32)), "it never wraps");
    }
}

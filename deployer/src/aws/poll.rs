//! Waiting for a condition, with a deadline.

use std::time::{Duration, Instant};

use super::endpoint::is_near;
use crate::error::Result;
use crate::hash::hexadecimal;

/// The least time between two lists of executions, at AWS: fifteen a second are for all that asks.
const LISTS_APART: Duration = Duration::from_secs(5);

/// How often to look, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The time between two looks.
    pub interval: Duration,
    /// The time after which nothing is expected any more.
    pub deadline: Duration,
}

impl Pace {
    /// Returns the pace for a service: two seconds at AWS, next to none on this machine.
    pub fn of(endpoint: Option<&str>, deadline: Duration) -> Self {
        let interval = if is_near(endpoint) {
            Duration::from_millis(50)
        } else {
            Duration::from_secs(2)
        };
        Self { interval, deadline }
    }

    /// Returns the pace for looks that list executions.
    pub fn of_lists(endpoint: Option<&str>, deadline: Duration) -> Self {
        let mut pace = Self::of(endpoint, deadline);
        if !is_near(endpoint) {
            pace.interval = pace.interval.max(LISTS_APART);
        }
        pace
    }

    /// Returns the pace with up to a quarter more between two looks, by `name`: what is watched at
    /// the same time does not ask at the same time.
    #[must_use]
    pub fn staggered(self, name: &str) -> Self {
        let byte = hexadecimal(name.as_bytes())
            .get(..2)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .unwrap_or_default();
        Self {
            interval: self.interval + self.interval * byte / 1024,
            ..self
        }
    }
}

/// Looks until `look` finds something; nothing when the deadline has passed.
///
/// # Errors
///
/// The first error of `look`: there is no use in waiting.
pub async fn until<T, F, Fut>(pace: Pace, look: F) -> Result<Option<T>>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Option<T>>>,
{
    until_or(pace, look).await
}

/// As [`until`], where what is of no use to wait for is told another way than by an [`crate::error::Error`].
#[expect(
    clippy::disallowed_methods,
    reason = "this is the wait for a condition"
)]
pub async fn until_or<T, E, F, Fut>(pace: Pace, mut look: F) -> Result<Option<T>, E>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Option<T>, E>>,
{
    let start = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(Some(found));
        }
        if start.elapsed() >= pace.deadline {
            return Ok(None);
        }
        tokio::time::sleep(pace.interval).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pace;

    #[test]
    fn stacks_are_looked_at_every_two_seconds_and_not_at_the_same_time() {
        let far = Some("https://vpce-1.cloudformation.eu-west-1.vpce.amazonaws.com");
        assert_eq!(
            Pace::of(far, Duration::ZERO).interval,
            Duration::from_secs(2)
        );
        let here = Pace::of(Some("http://127.0.0.1:4566"), Duration::ZERO);
        assert!(here.interval < Duration::from_millis(100));
        let pace = Pace::of(None, Duration::from_mins(1));
        let (one, other) = (pace.staggered("shop-dev-a"), pace.staggered("shop-dev-b"));
        assert_ne!(one.interval, other.interval);
        for staggered in [one, other] {
            assert!(staggered.interval >= Duration::from_secs(2));
            assert!(staggered.interval < Duration::from_millis(2_500));
        }
    }
}

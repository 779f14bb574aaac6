//! Waiting for a condition, with a deadline.

use std::time::{Duration, Instant};

use crate::error::Result;

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
        let interval = if endpoint.is_some() {
            Duration::from_millis(100)
        } else {
            Duration::from_secs(2)
        };
        Self { interval, deadline }
    }
}

/// Looks until `look` finds something; nothing when the deadline has passed.
pub async fn until<T, F, Fut>(pace: Pace, mut look: F) -> Result<Option<T>>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Option<T>>>,
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

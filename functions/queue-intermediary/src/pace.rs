//! How fast executions are started.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Lets one start go at a time, and the next one after an interval.
#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// Returns a pace of one start an interval; none means as fast as it goes.
    pub fn every(interval: Duration) -> Self {
        Self {
            interval,
            next: Mutex::new(None),
        }
    }

    /// Waits until it is the caller's turn.
    pub(crate) async fn turn(&self) {
        if self.interval.is_zero() {
            return;
        }
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + self.interval);
            turn
        };
        tokio::time::sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Pace;

    #[tokio::test(start_paused = true)]
    async fn starts_keep_their_distance() {
        let pace = Pace::every(Duration::from_millis(100));
        let start = Instant::now();
        for _ in 0..5 {
            pace.turn().await;
        }
        assert_eq!(start.elapsed(), Duration::from_millis(400));
        tokio::time::advance(Duration::from_secs(1)).await;
        let later = Instant::now();
        pace.turn().await;
        assert_eq!(
            later.elapsed(),
            Duration::ZERO,
            "nothing is saved up, and nothing owed"
        );
    }
}

//! Staying below the requests that a service allows in a second.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// Lets requests through one after the other.
#[derive(Debug)]
pub struct Limiter {
    interval: Duration,
    next: Mutex<Instant>,
}

impl Limiter {
    /// Returns a limiter that lets one request through in each interval.
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            next: Mutex::new(Instant::now()),
        }
    }

    /// Waits for its turn.
    pub async fn turn(&self) {
        // The lock is held while waiting, so that turns come in the order of asking.
        let mut next = self.next.lock().await;
        tokio::time::sleep_until((*next).into()).await;
        *next = Instant::now() + self.interval;
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Limiter;

    #[tokio::test]
    async fn turns_are_an_interval_apart() {
        let interval = Duration::from_millis(5);
        let limiter = Limiter::new(interval);
        let start = Instant::now();
        futures::future::join_all((0..5).map(|_| limiter.turn())).await;
        assert!(start.elapsed() >= interval * 4);
    }
}

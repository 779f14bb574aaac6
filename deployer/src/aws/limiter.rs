//! Staying below the requests that a service allows in a second.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// A token bucket: lets requests through in the order of asking, so many in a second and that many at once.
#[derive(Debug)]
pub struct Limiter {
    /// The time that one request takes of the allowance; zero where there is no limit.
    interval: Duration,
    /// How much of the allowance can be saved up.
    burst: Duration,
    /// When the allowance of all requests so far is used up.
    used_until: Mutex<Instant>,
}

impl Limiter {
    /// Returns a limiter of so many requests in a second, all of which may come at once.
    pub fn per_second(requests: u32) -> Self {
        let interval = Duration::from_secs(1) / requests.max(1);
        Self {
            interval,
            burst: interval * requests.saturating_sub(1),
            used_until: Mutex::new(Instant::now()),
        }
    }

    /// Returns a limiter that holds nobody up.
    pub fn unlimited() -> Self {
        Self {
            interval: Duration::ZERO,
            burst: Duration::ZERO,
            used_until: Mutex::new(Instant::now()),
        }
    }

    /// Waits for its turn.
    pub async fn turn(&self) {
        if self.interval.is_zero() {
            return;
        }
        // The lock is held while waiting, so that turns come in the order of asking.
        let mut used_until = self.used_until.lock().await;
        tokio::time::sleep_until(*used_until - self.burst).await;
        *used_until = (*used_until).max(Instant::now()) + self.interval;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Limiter;

    #[tokio::test(start_paused = true)]
    async fn a_second_allows_so_many_and_what_was_saved_up() {
        let limiter = Limiter::per_second(10);
        let start = Instant::now();
        futures::future::join_all((0..10).map(|_| limiter.turn())).await;
        assert!(start.elapsed() < Duration::from_millis(5));
        futures::future::join_all((0..20).map(|_| limiter.turn())).await;
        let taken = start.elapsed();
        assert!(taken >= Duration::from_millis(1_990), "{taken:?}");
        assert!(taken < Duration::from_millis(2_100), "{taken:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_used_is_not_saved_up_for_longer_than_a_second() {
        let limiter = Limiter::per_second(10);
        tokio::time::advance(Duration::from_mins(1)).await;
        let start = Instant::now();
        futures::future::join_all((0..20).map(|_| limiter.turn())).await;
        assert!(start.elapsed() >= Duration::from_millis(990));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nobody_waits() {
        let limiter = Limiter::unlimited();
        let start = Instant::now();
        futures::future::join_all((0..1000).map(|_| limiter.turn())).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}

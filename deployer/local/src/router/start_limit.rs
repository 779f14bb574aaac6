//! How many durable executions are started a second, as an account's quota has it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;

/// A limit, or none.
#[derive(Debug, Clone, Default)]
pub(crate) struct StartLimit {
    window: Arc<Mutex<Option<Window>>>,
}

#[derive(Debug)]
struct Window {
    most: u32,
    since: Instant,
    started: u32,
}

/// A limit that is wanted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Nothing takes the limit away.
    pub(super) per_second: Option<u32>,
}

impl StartLimit {
    /// Takes one start of this second; false where there is none left.
    pub(super) fn take(&self) -> bool {
        self.take_at(Instant::now())
    }

    fn take_at(&self, now: Instant) -> bool {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(window) = window.as_mut() else {
            return true;
        };
        if now.saturating_duration_since(window.since) >= Duration::from_secs(1) {
            (window.since, window.started) = (now, 0);
        }
        let free = window.started < window.most;
        window.started += u32::from(free);
        free
    }

    pub(super) fn set(&self, most: Option<u32>, now: Instant) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        *window = most.map(|most| Window {
            most,
            since: now,
            started: 0,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_so_many_starts_and_the_next_one_as_many_again() {
        let limit = StartLimit::default();
        let start = Instant::now();
        assert!((0..100).all(|_| limit.take_at(start)), "without a limit");
        limit.set(Some(2), start);
        let taken = |millis: u64| limit.take_at(start + Duration::from_millis(millis));
        assert_eq!([taken(0), taken(10), taken(999)], [true, true, false]);
        assert_eq!(
            [taken(1_000), taken(1_001), taken(1_002)],
            [true, true, false]
        );
        limit.set(None, start);
        assert!(taken(1_003));
    }
}

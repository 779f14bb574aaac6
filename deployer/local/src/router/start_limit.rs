//! `POST /_local/start-limit`: how many durable executions are started a second, as an account's quota has it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::responses;
use super::shared::Router;

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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Nothing takes the limit away.
    per_second: Option<u32>,
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

    fn set(&self, most: Option<u32>, now: Instant) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        *window = most.map(|most| Window {
            most,
            since: now,
            started: 0,
        });
    }
}

/// Sets the limit.
pub(super) async fn set(State(router): State<Router>, body: Bytes) -> Response {
    match serde_json::from_slice::<Wanted>(&body) {
        Ok(wanted) => {
            router.start_limit.set(wanted.per_second, Instant::now());
            responses::document(StatusCode::OK, "{}".to_owned())
        }
        Err(error) => responses::error(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            &format!("Invalid limit: {error}"),
        ),
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

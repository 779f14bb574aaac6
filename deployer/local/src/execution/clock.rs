//! Where the service reads the time.

use std::time::{SystemTime, UNIX_EPOCH};

use durable_history::Timestamp;

/// Where the service reads the time.
pub(crate) trait Clock: Send + Sync + 'static {
    /// Returns the present.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
///
/// Wall time rather than a monotonic clock, so that a wait of a day ends on time on a machine that
/// slept meanwhile.
#[derive(Debug, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

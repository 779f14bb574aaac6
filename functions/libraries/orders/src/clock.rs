//! The time, injected so that it can be tested.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};

/// Tells the time. Only steps and workers have one.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// Returns the machine's clock.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn system() -> Self {
        Self::new(SystemTime::now)
    }

    /// Returns the clock that reads `time`.
    pub fn new(time: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(time))
    }

    /// Returns the current time in RFC 3339, in UTC.
    pub fn now(&self) -> String {
        DateTime::from((self.0)())
            .fmt(DateTimeFormat::DateTime)
            .unwrap_or_default()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}

//! When a step is tried again.

use std::time::Duration;

use steps::Schedule;

/// Four attempts, one, two and four seconds apart.
pub(crate) const BRIEF: Schedule = Schedule::new(4, Duration::from_secs(4));

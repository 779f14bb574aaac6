//! Points in time on the command line.

use std::time::SystemTime;

use durable_history::Timestamp;

use crate::moment::{moment, of};

/// A point in time on the command line: `2h` (so long ago), `2026-11-27`, or RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(pub(super) Timestamp);

impl std::str::FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        moment(text, now()).map(Self)
    }
}

/// Returns the present.
#[expect(clippy::disallowed_methods, reason = "people ask how long ago")]
pub(super) fn now() -> Timestamp {
    of(SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::{Moment, now};

    #[test]
    fn how_long_ago_is_counted_from_now() {
        let before = now();
        let ago = "2h".parse::<Moment>().unwrap().0.plus_seconds(2 * 60 * 60);
        assert!((before..=now()).contains(&ago));
    }
}

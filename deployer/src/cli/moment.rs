//! Points in time as people give them.

use std::time::{SystemTime, UNIX_EPOCH};

use durable_history::Timestamp;

/// A point in time on the command line: `2h` (so long ago), `2026-11-27`, or RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(pub(super) Timestamp);

impl std::str::FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(ago) = humantime::parse_duration(text) {
            let ago = i64::try_from(ago.as_millis()).unwrap_or(i64::MAX);
            let then = now().millis().saturating_sub(ago);
            return Ok(Self(Timestamp::from_millis(then)));
        }
        let point = humantime::parse_rfc3339_weak(text)
            .or_else(|_| humantime::parse_rfc3339_weak(&format!("{text}T00:00:00Z")));
        point.map(|point| Self(of(point))).map_err(|_| {
            "give how long ago, such as `90m` or `2d`, or a time in UTC, such as `2026-11-27` or `2026-11-27T08:00:00Z`".to_owned()
        })
    }
}

/// Returns the present.
#[expect(clippy::disallowed_methods, reason = "people ask how long ago")]
pub(super) fn now() -> Timestamp {
    of(SystemTime::now())
}

fn of(point: SystemTime) -> Timestamp {
    let since = point.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use durable_history::Timestamp;

    use super::{Moment, now};

    #[test]
    fn a_moment_is_a_time_or_how_long_ago() {
        let day = Timestamp::parse("2026-11-27T00:00:00Z").unwrap();
        for text in ["2026-11-27", "2026-11-27 00:00:00", "2026-11-27T00:00:00Z"] {
            assert_eq!(text.parse::<Moment>().unwrap().0, day, "{text}");
        }
        let before = now();
        let ago = "2h".parse::<Moment>().unwrap().0.plus_seconds(2 * 60 * 60);
        assert!((before..=now()).contains(&ago));
        assert!("yesterday".parse::<Moment>().is_err());
    }
}

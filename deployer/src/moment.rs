//! Points in time as people give them.

use std::time::{SystemTime, UNIX_EPOCH};

use durable_history::Timestamp;

/// Returns the point in time that people mean: `2h` (so long ago), `2026-11-27`, or RFC 3339.
///
/// # Errors
///
/// It is none; says what one looks like.
pub(crate) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(ago) = humantime::parse_duration(text) {
        let ago = i64::try_from(ago.as_millis()).unwrap_or(i64::MAX);
        let then = now.millis().saturating_sub(ago);
        return Ok(Timestamp::from_millis(then));
    }
    let point = humantime::parse_rfc3339_weak(text)
        .or_else(|_| humantime::parse_rfc3339_weak(&format!("{text}T00:00:00Z")));
    point.map(of).map_err(|_| {
        "give how long ago, such as `90m` or `2d`, or a time in UTC, such as `2026-11-27` or `2026-11-27T08:00:00Z`".to_owned()
    })
}

/// Returns a point in time of the system's clock.
pub(crate) fn of(point: SystemTime) -> Timestamp {
    let since = point.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use durable_history::Timestamp;

    use super::moment;

    #[test]
    fn a_moment_is_a_time_or_how_long_ago() {
        let day = Timestamp::parse("2026-11-27T00:00:00Z").unwrap();
        for text in ["2026-11-27", "2026-11-27 00:00:00", "2026-11-27T00:00:00Z"] {
            assert_eq!(moment(text, Timestamp::default()).unwrap(), day, "{text}");
        }
        assert_eq!(moment("2h", day.plus_seconds(2 * 60 * 60)).unwrap(), day);
        assert!(moment("yesterday", day).is_err());
    }
}

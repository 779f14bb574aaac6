//! Lengths of time, as people read them.

use std::time::Duration;

use durable_history::Timestamp;

/// Returns a length of time in its two largest units, such as `0.012 s`, `2m 03s` or `23h 10m`.
pub(crate) fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    if seconds < 60 {
        format!("{:.3} s", duration.as_secs_f64())
    } else if minutes < 60 {
        format!("{minutes}m {:02}s", seconds % 60)
    } else if hours < 48 {
        format!("{hours}h {:02}m", minutes % 60)
    } else {
        format!("{days}d {:02}h", hours % 24)
    }
}

/// Returns a length of time in its largest unit, rounded down, such as `0.2s`, `59s` or `23h`.
pub(crate) fn largest(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("0.{}s", duration.subsec_millis() / 100),
        1..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// Returns a length of time in its one or two largest units, to the second, such as `59s` or `2h 1m`.
pub(crate) fn rough(length: Duration) -> String {
    let seconds = length.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {}s", seconds % 60),
        (0, _, _) => format!("{hours}h {}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    }
}

/// Returns how long ago something was, such as `3s ago` or `2h ago`.
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(then).as_secs();
    match seconds {
        0..60 => format!("{seconds}s ago"),
        60..3_600 => format!("{}m ago", seconds / 60),
        3_600..172_800 => format!("{}h ago", seconds / 3_600),
        _ => format!("{}d ago", seconds / 86_400),
    }
}

/// Returns a number with commas between its thousands.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns a number of bytes in the unit that suits it.
pub(crate) fn bytes(bytes: u64) -> String {
    const KILO: u64 = 1024;
    const MEGA: u64 = KILO * KILO;
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..KILO => format!("{bytes} bytes"),
        KILO..MEGA => format!("{} KB", tenths(KILO)),
        _ => format!("{} MB", tenths(MEGA)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use durable_history::Timestamp;

    use super::{ago, bytes, grouped, span};

    #[test]
    fn lengths_are_told_in_the_units_that_suit_them() {
        for (seconds, text) in [
            (0.0, "0.000 s"),
            (59.999, "59.999 s"),
            (60.0, "1m 00s"),
            (3_599.9, "59m 59s"),
            (83_400.0, "23h 10m"),
            (172_800.0, "2d 00h"),
        ] {
            assert_eq!(span(Duration::from_secs_f64(seconds)), text);
        }
        let then = Timestamp::from_millis(0);
        for (seconds, text) in [
            (0, "0s ago"),
            (61, "1m ago"),
            (7_200, "2h ago"),
            (200_000, "2d ago"),
        ] {
            assert_eq!(ago(then, then.plus_seconds(seconds)), text);
        }
        assert_eq!(ago(then.plus_seconds(5), then), "0s ago", "clocks differ");
    }

    #[test]
    fn numbers_and_sizes_are_readable() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [0, 1_023, 1_536, 5 * 1024 * 1024].map(bytes),
            ["0 bytes", "1023 bytes", "1.5 KB", "5.0 MB"]
        );
    }
}

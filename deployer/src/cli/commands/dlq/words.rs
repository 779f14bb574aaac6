//! Times and texts as these commands tell them.

use durable_history::Timestamp;

use crate::cli::plain::plain;
use crate::span::rough;

/// Returns a time to the second, and how long ago that is.
pub(super) fn ago(time: Timestamp, now: Timestamp) -> String {
    let second = time.to_rfc3339_seconds();
    format!("{second} ({} ago)", rough(now.since(time)))
}

/// Returns a text of others in one line, cut after so many characters.
pub(super) fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", plain(text.get(..end).unwrap_or_default())),
        None => plain(text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use durable_history::Timestamp;

    use super::{ago, cut};

    #[test]
    fn a_time_is_told_with_how_long_ago_it_is() {
        let time = Timestamp::parse("2026-11-27T08:00:00.250Z").unwrap();
        for (later, told) in [
            (0, "0s"),
            (59, "59s"),
            (61, "1m 1s"),
            (7_260, "2h 1m"),
            (90_000, "1d 1h"),
        ] {
            assert_eq!(
                ago(time, time.plus_seconds(later)),
                format!("2026-11-27T08:00:00Z ({told} ago)")
            );
        }
    }

    #[test]
    fn a_text_is_cut_between_characters_and_never_steers_the_terminal() {
        assert_eq!(cut("日本\u{1b}", 3), "日本\\u{1b}");
        assert_eq!(cut("日本\u{1b}", 2), "日本…");
    }
}

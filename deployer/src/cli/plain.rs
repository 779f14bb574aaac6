//! Text of others on the terminal: names, results and errors are data, and never steer it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns a text of others in one line, fit for a terminal: control characters, and those that turn the
/// direction of writing, are written as escapes.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// As [`plain`], with the line ends that the text has.
pub(super) fn plain_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |character| character == '\n')
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let steers = |character: char| steers(character) && !keep(character);
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if steers(character) {
            let _ = write!(plain, "{}", character.escape_default());
        } else {
            plain.push(character);
        }
    }
    Cow::Owned(plain)
}

fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::{plain, plain_lines};

    #[test]
    fn what_steers_a_terminal_is_written_out() {
        assert_eq!(plain("Zoë 日本 ✓"), "Zoë 日本 ✓");
        assert_eq!(
            plain("a\x1b[31mb\r\n\tc\u{7}"),
            "a\\u{1b}[31mb\\r\\n\\tc\\u{7}"
        );
        assert_eq!(plain("\u{9b}31m\u{202e}x"), "\\u{9b}31m\\u{202e}x");
        assert_eq!(plain_lines("a\nb\x1b"), "a\nb\\u{1b}");
    }
}

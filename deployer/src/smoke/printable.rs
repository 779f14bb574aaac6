//! Texts that came with a message, made fit for XML.

/// Writes out what XML 1.0 does not allow as `\u{1b}`: it must be readable, and must not be lost.
pub(super) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        let allowed = !character.is_control() || matches!(character, '\n' | '\t');
        if allowed && !matches!(character, '\u{fffe}' | '\u{ffff}') {
            printable.push(character);
        } else {
            printable.extend(character.escape_unicode());
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn what_nobody_should_see_raw_is_written_out() {
        assert_eq!(
            printable("a\tb\nc\rd\u{0}\u{1b}[1m\u{7f}\u{9b}é\u{ffff}"),
            "a\tb\nc\\u{d}d\\u{0}\\u{1b}[1m\\u{7f}\\u{9b}é\\u{ffff}"
        );
    }
}

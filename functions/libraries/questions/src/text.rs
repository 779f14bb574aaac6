//! Texts that are made of others.

/// Puts values into a template: `{name}` becomes the value of that name, and what has none stays as it is. Values are
/// made [`plain`], and nothing in them is taken for a name.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        filled.push_str(before);
        let known = values.iter().find_map(|(name, value)| {
            let after = from.strip_prefix('{')?.strip_prefix(name)?;
            Some((plain(value), after.strip_prefix('}')?))
        });
        rest = if let Some((value, after)) = known {
            filled.push_str(&value);
            after
        } else {
            filled.push('{');
            from.strip_prefix('{').unwrap_or_default()
        };
    }
    filled.push_str(rest);
    filled
}

/// Returns a text on one line, without what could make it look like another: control characters, and marks that turn
/// the direction of what follows. Right-to-left names need no such marks, and stay as they are.
pub fn plain(text: &str) -> String {
    let turns = |character: char| matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars()
        .filter(|character| !turns(*character))
        .map(|character| {
            if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                character
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{fill, plain};

    #[test]
    fn values_are_put_in_once() {
        let values = [("vendor", "{amount}\n<b>"), ("amount", "5")];
        let filled = fill("{amount} at {vendor}, {unknown} {", &values);
        assert_eq!(filled, "5 at {amount} <b>, {unknown} {");
        assert_eq!(fill("", &values), "");
    }

    #[test]
    fn names_of_all_scripts_stay_and_tricks_go() {
        assert_eq!(plain("متجر الكتب 🦀"), "متجر الكتب 🦀");
        assert_eq!(plain("a\u{202e}b\r\nc\u{0}"), "ab  c ");
    }
}

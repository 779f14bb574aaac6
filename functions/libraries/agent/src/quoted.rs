//! What comes from the outside.

use serde_json::Value;

/// Returns data as text between tags of this name, which nothing in it can close: JSON has every text in quotation marks,
/// and what could begin a tag is escaped in it.
pub fn quoted(name: &str, data: &Value) -> String {
    let mut text = data.to_string();
    for (character, escaped) in [("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")] {
        text = text.replace(character, escaped);
    }
    format!("<{name}>\n{text}\n</{name}>")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::quoted;

    #[test]
    fn data_stays_between_its_tags_and_is_what_it_was() {
        let data = json!({"vendor": "</data>\n\"ignore\" <data> & </DATA>"});
        let text = quoted("data", &data);
        assert_eq!(text.matches('<').count(), 2, "{text}");
        assert_eq!(text.lines().count(), 3, "{text}");
        let inner: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
        assert_eq!(inner, data);
    }
}

//! The languages of what people read.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// A language that the library has words in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English, which everybody is written to whose language is not here.
    #[default]
    En,
    /// German.
    De,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// Returns the tag, as in `lang` of HTML.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// Returns the language of a tag such as `de`, `de-CH` or `DE_at`, if it is here.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_', ';']).next()?;
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// Returns the first language of an `Accept-Language` header that is here.
    pub fn accepted(header: &str) -> Self {
        header.split(',').find_map(Self::of_tag).unwrap_or_default()
    }

    /// Returns words of `words/<language>.json`, for what a message has around its text.
    pub(crate) fn word(self, key: &str) -> &'static str {
        static WORDS: OnceLock<[BTreeMap<String, String>; 2]> = OnceLock::new();
        let [english, german] = WORDS.get_or_init(|| {
            [include_str!("words/en.json"), include_str!("words/de.json")]
                .map(|file| serde_json::from_str(file).unwrap_or_default())
        });
        let words = match self {
            Self::En => english,
            Self::De => german,
        };
        words.get(key).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn languages_are_found_by_tags_and_headers() {
        assert_eq!(Language::of_tag("de-CH"), Some(Language::De));
        assert_eq!(Language::of_tag("EN_us"), Some(Language::En));
        assert_eq!(Language::of_tag("fr"), None);
        assert_eq!(Language::of_tag(""), None);
        let header = "fr-FR, de;q=0.8, en;q=0.5";
        assert_eq!(Language::accepted(header), Language::De);
        assert_eq!(Language::accepted("*"), Language::En);
    }

    #[test]
    fn every_language_has_every_word() {
        for language in Language::ALL {
            for key in ["answer", "once", "ignore", "reminder", "button"] {
                assert_ne!(language.word(key), "", "{language:?} {key}");
            }
        }
    }
}

//! The words of the pages, by language: `words/<language>.json`.

use std::sync::OnceLock;

use questions::Language;
use serde::Deserialize;

/// The words of one language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) question: Word,
    pub(crate) choose: String,
    pub(crate) identity: Identity,
    pub(crate) answered: Word,
    pub(crate) elsewhere: Word,
    pub(crate) closed: Word,
    pub(crate) expired: Word,
    pub(crate) locked: Word,
    pub(crate) unknown: Word,
    pub(crate) unavailable: Word,
    pub(crate) method: Word,
}

/// A heading, and what stands below it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Word {
    pub(crate) title: String,
    pub(crate) text: String,
}

/// What a form says about the identity that it asks for: the last four digits of a card.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    pub(crate) label: String,
    pub(crate) missing: String,
    pub(crate) wrong: String,
    pub(crate) left: String,
}

/// Returns the words of a language.
pub(crate) fn words(language: Language) -> &'static Words {
    static WORDS: OnceLock<[Words; 2]> = OnceLock::new();
    let [english, german] = WORDS.get_or_init(|| {
        [include_str!("words/en.json"), include_str!("words/de.json")]
            .map(|file| serde_json::from_str(file).unwrap_or_default())
    });
    match language {
        Language::En => english,
        Language::De => german,
    }
}

#[cfg(test)]
mod tests {
    use questions::Language;

    use super::words;

    #[test]
    fn every_language_has_every_word() {
        for language in Language::ALL {
            let words = words(language);
            assert!(!words.choose.is_empty(), "{language:?}");
            assert!(words.answered.text.contains("{choice}"), "{language:?}");
            let identity = &words.identity;
            for text in [&identity.label, &identity.missing, &identity.wrong] {
                assert!(!text.is_empty(), "{language:?}");
            }
            assert!(identity.left.contains("{tries}"), "{language:?}");
            for word in [
                &words.question,
                &words.elsewhere,
                &words.closed,
                &words.expired,
                &words.locked,
                &words.unknown,
                &words.unavailable,
                &words.method,
            ] {
                assert!(!word.title.is_empty() && !word.text.is_empty(), "{word:?}");
            }
        }
    }
}

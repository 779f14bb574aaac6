//! The pages.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use questions::{Asked, Language};
use sha2::{Digest as _, Sha256};

use crate::words::{Word, Words, words};

const STYLE: &str = "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:1.5rem;\
color:#1a1a1a;background:#fff}h1{font-size:1.5rem}.asked{font-size:1.25rem}button{display:block;width:100%;\
min-height:3rem;margin:.75rem 0;font:inherit;color:#fff;background:#1b4f9c;border:0;border-radius:.5rem}\
label{display:block;margin-top:1rem}input{box-sizing:border-box;width:100%;min-height:3rem;padding:0 .75rem;font:inherit;\
color:inherit;background:inherit;border:1px solid #6b6b6b;border-radius:.5rem}button:focus-visible,input:focus-visible{outline:3px solid #f5a623;outline-offset:2px}\
@media(prefers-color-scheme:dark){body{color:#eee;background:#111}button{background:#3a74c9}}";

/// Returns what a content security policy calls the style of all pages.
pub(crate) fn style_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| format!("sha256-{}", STANDARD.encode(Sha256::digest(STYLE))))
}

/// Why a question is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// What was sent is none of the choices.
    NoChoice,
    /// What was sent is no identity.
    NoIdentity,
    /// It is somebody else's; so many tries are left.
    WrongIdentity(u32),
}

/// Returns the page that asks.
pub(crate) fn question(asked: &Asked, again: Option<Again>) -> Markup {
    let words = words(asked.language);
    let body = html! {
        p.asked dir="auto" { (asked.text) }
        @if let Some(again) = again { p #again role="alert" { (told(words, again)) } }
        form method="post" {
            @if asked.check.is_some() {
                label for="identity" { (words.identity.label) }
                input #identity name="identity" inputmode="numeric" autocomplete="off" required maxlength="8"
                    aria-invalid=[again.filter(|again| *again != Again::NoChoice).map(|_| "true")]
                    aria-describedby=[again.map(|_| "again")];
            }
            @for choice in &asked.choices {
                button type="submit" name="choice" value=(choice.value) dir="auto" { (choice.label) }
            }
        }
        p { (words.question.text) }
    };
    page(asked.language, &words.question.title, &body)
}

fn told(words: &Words, again: Again) -> String {
    let identity = &words.identity;
    match again {
        Again::NoChoice => words.choose.clone(),
        Again::NoIdentity => identity.missing.clone(),
        Again::WrongIdentity(left) => {
            let left = identity.left.replace("{tries}", &left.to_string());
            format!("{} {left}", identity.wrong)
        }
    }
}

/// Returns the page that thanks for an answer.
pub(crate) fn answered(asked: &Asked, choice: &str) -> Markup {
    let word = &words(asked.language).answered;
    let mut choices = asked.choices.iter();
    let label = choices
        .find(|known| known.value == choice)
        .map_or(choice, |known| &known.label);
    let (before, after) = word.text.split_once("{choice}").unwrap_or_default();
    let body = html! { p { (before) strong dir="auto" { (label) } (after) } };
    page(asked.language, &word.title, &body)
}

/// Returns a page that says one thing.
pub(crate) fn notice(language: Language, word: &Word) -> Markup {
    page(language, &word.title, &html! { p { (word.text) } })
}

fn page(language: Language, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { h1 { (title) } (body) } }
        }
    }
}

//! What looks like a secret: by its own form, or because its name says so.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::{Map, Value, json};

/// What stands where a secret would.
pub(crate) const HIDDEN: &str = "(hidden)";

/// What gives a secret away by its form.
const FORMS: [(&str, &str); 6] = [
    (
        r"\b(AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}\b",
        "an AWS access key id",
    ),
    (
        r"-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----",
        "a private key",
    ),
    (
        r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,}|glpat-[A-Za-z0-9_-]{20}|xox[abprs]-[A-Za-z0-9-]{10,}|[sr]k_live_[A-Za-z0-9]{16,})",
        "an access token",
    ),
    (
        r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+",
        "a signed token",
    ),
    (
        r"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:[^\s/@]+@",
        "a connection string with a password",
    ),
    (
        r"(?i)\b(password|passwd|pwd|accountkey|sharedaccesskey)=[^;&\s]+",
        "a connection string with a password",
    ),
];

/// The forms, compiled once: every text of every template is held against them.
static COMPILED_FORMS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let forms = FORMS.iter();
    forms
        .filter_map(|(form, what)| Some((Regex::new(form).ok()?, *what)))
        .collect()
});

static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\{\{resolve:(secretsmanager|ssm|ssm-secure):[^}]*\}\}").ok());

/// Words of names that announce a secret.
const SECRET_NAMES: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api key",
    "access key",
    "private key",
    "credential",
    "credentials",
];

/// Last words of names that only point to a secret, or measure one.
const POINTERS: [&str; 28] = [
    "algorithm",
    "arn",
    "bucket",
    "count",
    "enabled",
    "endpoint",
    "expiry",
    "file",
    "function",
    "header",
    "id",
    "length",
    "limit",
    "name",
    "parameter",
    "path",
    "prefix",
    "queue",
    "region",
    "role",
    "seconds",
    "table",
    "topic",
    "ttl",
    "type",
    "uri",
    "url",
    "version",
];

/// Takes every value out that looks like a secret, or whose name says that it is one; `named` says whether
/// a name around it did.
pub(crate) fn redact(value: &mut Value, named: bool, name: &str) {
    match value {
        Value::String(text) if is_secret(named, name, text) => *value = json!(HIDDEN),
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, named, name)),
        Value::Object(_) if crate::stack::is_intrinsic(value) => {}
        Value::Object(fields) => {
            let beside = is_named_beside(fields);
            for (key, inner) in fields {
                let is_name = key == "Key" || key == "Name";
                let named = !is_name && (named || beside || is_secret_name(key));
                redact(inner, named, key);
            }
        }
        _ => {}
    }
}

/// As [`redact`], of data that somebody else wrote. There is no template in it whose functions say nothing,
/// a number can be a password, and a text can be JSON again, as the message of a queue is. Returns whether
/// something was taken out.
pub(crate) fn redact_data(value: &mut Value, named: bool, name: &str) -> bool {
    let is_secret = match value {
        Value::String(text) => is_secret(named, name, text),
        Value::Number(_) => named,
        _ => false,
    };
    if is_secret {
        *value = json!(HIDDEN);
        return true;
    }
    match value {
        Value::String(text) => redact_json(text),
        Value::Array(items) => items.iter_mut().fold(false, |hidden, item| {
            redact_data(item, named, name) | hidden
        }),
        Value::Object(fields) => {
            let beside = is_named_beside(fields);
            fields.iter_mut().fold(false, |hidden, (key, inner)| {
                let is_name = key == "Key" || key == "Name";
                let named = !is_name && (named || beside || is_secret_name(key));
                redact_data(inner, named, key) | hidden
            })
        }
        _ => false,
    }
}

/// Takes out of a text what looks like a secret, where the text is JSON; what has none stays as it was written.
fn redact_json(text: &mut String) -> bool {
    if !text.trim_start().starts_with(['{', '[']) {
        return false;
    }
    let Ok(mut value) = serde_json::from_str::<Value>(text) else {
        return false;
    };
    let hidden = redact_data(&mut value, false, "");
    if hidden {
        *text = value.to_string();
    }
    hidden
}

/// Tags and their like carry the name beside the value.
fn is_named_beside(fields: &Map<String, Value>) -> bool {
    ["Key", "Name"].iter().any(|key| {
        let name = fields.get(*key).and_then(Value::as_str);
        name.is_some_and(is_secret_name)
    })
}

/// Returns whether a value must not be shown: by its own form, or because its name says so.
pub(crate) fn is_secret(named: bool, name: &str, value: &str) -> bool {
    let rest = without_references(value);
    (named && rest.chars().any(char::is_alphanumeric)) || suspicion(name, value).is_some()
}

/// Returns whether a name announces a secret, rather than something that points to one.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let joined = format!(" {} ", words.join(" "));
    let announces = SECRET_NAMES
        .iter()
        .any(|secret| joined.contains(&format!(" {secret} ")));
    announces
        && words
            .last()
            .is_none_or(|last| !POINTERS.contains(&last.as_str()))
}

/// Returns what a value looks like, where it looks like a secret.
pub(crate) fn suspicion(name: &str, value: &str) -> Option<&'static str> {
    let value = without_references(value);
    let form = COMPILED_FORMS
        .iter()
        .find(|(form, _)| form.is_match(&value));
    if let Some((_, what)) = form {
        return Some(what);
    }
    if is_random(&value, 40, 4.3) && value.chars().count() == 40 && has_every_class(&value) {
        return Some("an AWS secret access key");
    }
    let is_password = words(name).iter().any(|word| word.starts_with("pass"));
    let is_long_enough = if is_password {
        value.chars().count() >= 6 && !points_elsewhere(&value)
    } else {
        is_random(&value, 16, 3.0) && !points_elsewhere(&value)
    };
    (is_secret_name(name) && is_long_enough).then_some("a secret")
}

/// Takes the dynamic references out of a value: they name a secret and do not tell it.
fn without_references(value: &str) -> String {
    REFERENCE.as_ref().map_or_else(
        || value.to_owned(),
        |reference| reference.replace_all(value, "").into_owned(),
    )
}

fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = ' ';
    for letter in name.chars() {
        let starts = letter.is_uppercase() && previous.is_lowercase();
        if (starts || !letter.is_alphanumeric())
            && words.last().is_some_and(|word| !word.is_empty())
        {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        previous = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Returns whether a text is one long word without a pattern, in bits of entropy a character.
fn is_random(text: &str, shortest: usize, bits: f64) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let has_digit = letters.iter().any(char::is_ascii_digit);
    let has_letter = letters.iter().any(char::is_ascii_alphabetic);
    letters.len() >= shortest
        && has_digit
        && has_letter
        && !letters.iter().any(|letter| letter.is_whitespace())
        && entropy(&letters) >= bits
}

fn entropy(letters: &[char]) -> f64 {
    let mut counts = std::collections::BTreeMap::new();
    for letter in letters {
        *counts.entry(letter).or_insert(0_u32) += 1;
    }
    let all = f64::from(u32::try_from(letters.len()).unwrap_or(u32::MAX));
    counts
        .values()
        .map(|count| f64::from(*count) / all)
        .map(|share| -share * share.log2())
        .sum()
}

fn has_every_class(text: &str) -> bool {
    text.chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "/+".contains(letter))
        && text.chars().any(|letter| letter.is_ascii_uppercase())
        && text.chars().any(|letter| letter.is_ascii_lowercase())
}

/// Returns whether a value names a place where something is, rather than being it.
fn points_elsewhere(value: &str) -> bool {
    value.starts_with("arn:") || value.starts_with('/') || value.contains("://")
}

#[cfg(test)]
mod tests;

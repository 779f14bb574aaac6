//! Compares what happened with what a requirement expects, by the rules of its own suite:
//! `'*'` and `{}` match anything, `${NAME}` is the same wherever it stands, `${/re/}` is an
//! expression, and members that are not listed are not compared.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde_json::Value;

/// Names bound to values.
#[derive(Debug, Default)]
pub(crate) struct Bindings(BTreeMap<String, Value>);

impl Bindings {
    /// Binds the variables of a requirement.
    pub(crate) fn of(variables: &Value) -> Self {
        let mut bindings = BTreeMap::new();
        for (name, value) in variables.as_object().into_iter().flatten() {
            let text = value.as_str().unwrap();
            let length = text
                .strip_prefix("${GEN_STR:")
                .and_then(|rest| rest.strip_suffix('}'));
            let value = match length {
                Some(length) => random(length.parse().unwrap()),
                None => text.to_owned(),
            };
            bindings.insert(name.clone(), Value::String(value));
        }
        Self(bindings)
    }

    /// Puts the bound values into a document.
    pub(crate) fn substitute(&self, document: &Value) -> Value {
        match document {
            Value::String(text) => {
                let mut text = text.clone();
                for (name, value) in &self.0 {
                    if let Some(value) = value.as_str() {
                        text = text.replace(&format!("${{{name}}}"), value);
                    }
                }
                Value::String(text)
            }
            Value::Array(items) => items.iter().map(|item| self.substitute(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), self.substitute(value)))
                .collect(),
            other => other.clone(),
        }
    }

    /// Compares a value, and adds each difference with the path to it.
    pub(crate) fn compare(
        &mut self,
        expected: &Value,
        actual: &Value,
        path: &str,
        differences: &mut Vec<String>,
    ) {
        match (expected, actual) {
            (Value::String(text), _) if text == "*" => {}
            (Value::String(text), _) if text.starts_with("${/") => {
                let pattern = text.trim_start_matches("${/").trim_end_matches("/}");
                let text = actual
                    .as_str()
                    .map_or_else(|| actual.to_string(), str::to_owned);
                if !Regex::new(pattern).unwrap().is_match(&text) {
                    differences.push(format!("{path}: {text} does not match {pattern}"));
                }
            }
            (Value::String(text), _) if is_placeholder(text) => {
                let bound = self.0.entry(text[2..text.len() - 1].to_owned());
                let bound = bound.or_insert_with(|| actual.clone());
                if bound != actual {
                    differences.push(format!("{path}: {text} is {bound}, found {actual}"));
                }
            }
            (Value::Object(members), _) if members.is_empty() => {}
            (Value::Object(members), Value::Object(found)) => {
                for (key, value) in members {
                    match found.get(key) {
                        Some(found) => {
                            self.compare(value, found, &format!("{path}.{key}"), differences);
                        }
                        None => differences.push(format!("{path}.{key}: missing")),
                    }
                }
            }
            _ => {
                let expected = self.substitute(expected);
                if expected != *actual && !is_same_document(&expected, actual) {
                    differences.push(format!("{path}: expected {expected}, found {actual}"));
                }
            }
        }
    }
}

/// Returns whether two texts are one JSON document: files write the spaces of another language.
fn is_same_document(expected: &Value, actual: &Value) -> bool {
    let document = |text: &Value| {
        let document = serde_json::from_str::<Value>(text.as_str()?).ok()?;
        (document.is_object() || document.is_array()).then_some(document)
    };
    document(expected).is_some_and(|expected| document(actual) == Some(expected))
}

fn is_placeholder(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}') && text.matches("${").count() == 1
}

fn random(length: usize) -> String {
    let mut text = String::new();
    while text.len() < length {
        text.push_str(&uuid::Uuid::new_v4().simple().to_string());
    }
    text.truncate(length);
    text
}

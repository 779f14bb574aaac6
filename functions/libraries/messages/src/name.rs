//! From a message to the name of its execution.

use serde_json::Value;

use crate::envelope::Envelope;
use crate::message::Message;

/// The longest name that the service takes.
const LONGEST_NAME: usize = 64;

/// A template such as `dev-tx-{transaction_id}` or `{stage}-{order.id}`.
///
/// A field must be a non-empty string or an integer. `1001` and `"1001"` give the same name; as
/// their payloads differ, the second one is refused as another payload for the first one's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameTemplate {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Field(Vec<String>),
}

/// A template that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A brace has no partner.
    #[error("a brace in `{template}` is not closed or not opened")]
    Unbalanced {
        /// The template.
        template: String,
    },
    /// The braces enclose no field.
    #[error("`{{{field}}}` in `{template}` names no field")]
    NoField {
        /// The template.
        template: String,
        /// What is between the braces.
        field: String,
    },
    /// Every message would get the same name.
    #[error("`{template}` has no field of the message in it")]
    Constant {
        /// The template.
        template: String,
    },
    /// No message could get an allowed name.
    #[error("`{template}` has characters outside of letters, digits, `-` and `_`")]
    Characters {
        /// The template.
        template: String,
    },
}

/// Why a message has no usable name. The text shows nothing of its content.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The field is not there.
    #[error("the message has no `{field}`{}", looks(*envelope))]
    Missing {
        /// The field.
        field: String,
        /// What the message looks like: it has no such field, and what is in it may have one.
        envelope: Option<Envelope>,
    },
    /// The field is there, but is no name.
    #[error("`{field}` is neither a non-empty string nor an integer")]
    NotAName {
        /// The field.
        field: String,
    },
    /// The name is too long.
    #[error("the execution name would have {length} characters, and 64 are allowed")]
    TooLong {
        /// The length.
        length: usize,
    },
    /// The name has other characters.
    #[error("the execution name would have characters outside of letters, digits, `-` and `_`")]
    Characters,
}

impl NameTemplate {
    /// Reads a template.
    pub fn parse(template: &str) -> Result<Self, TemplateError> {
        let owned = || template.to_owned();
        let mut parts = Vec::new();
        for (index, piece) in template.split('{').enumerate() {
            let (field, literal) = match (index, piece.split_once('}')) {
                (0, None) => (None, piece),
                (0, Some(_)) | (_, None) => {
                    return Err(TemplateError::Unbalanced { template: owned() });
                }
                (_, Some((field, literal))) => (Some(field), literal),
            };
            if literal.contains('}') {
                return Err(TemplateError::Unbalanced { template: owned() });
            }
            if !is_allowed(literal) {
                return Err(TemplateError::Characters { template: owned() });
            }
            if let Some(field) = field {
                let path: Vec<String> = field.split('.').map(str::to_owned).collect();
                if path.iter().any(|key| key.trim().is_empty()) {
                    return Err(TemplateError::NoField {
                        template: owned(),
                        field: field.to_owned(),
                    });
                }
                parts.push(Part::Field(path));
            }
            parts.push(Part::Literal(literal.to_owned()));
        }
        if !parts.iter().any(|part| matches!(part, Part::Field(_))) {
            return Err(TemplateError::Constant { template: owned() });
        }
        Ok(Self { parts })
    }

    /// Renders the name of a message's execution.
    pub fn render(&self, message: &Message) -> Result<String, NameError> {
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => name.push_str(literal),
                Part::Field(path) => name.push_str(&value(message, path)?),
            }
        }
        if !is_allowed(&name) {
            return Err(NameError::Characters);
        }
        if name.len() > LONGEST_NAME {
            return Err(NameError::TooLong { length: name.len() });
        }
        Ok(name)
    }

    /// Returns the values that the name is made of; those that are missing or no part of a name are left out.
    pub fn values(&self, message: &Message) -> Vec<String> {
        let fields = self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Field(path) => value(message, path).ok(),
        });
        fields.collect()
    }
}

fn looks(envelope: Option<Envelope>) -> String {
    envelope.map_or_else(String::new, |envelope| {
        let name = envelope.as_str();
        format!("; it looks like {envelope}, which `intake.envelope: {name}` opens")
    })
}

fn value(message: &Message, path: &[String]) -> Result<String, NameError> {
    let field = || path.join(".");
    match message.field(path) {
        None | Some(Value::Null) => Err(NameError::Missing {
            field: field(),
            envelope: Envelope::around(message),
        }),
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        Some(Value::Number(number)) if !number.is_f64() => Ok(number.to_string()),
        Some(_) => Err(NameError::NotAName { field: field() }),
    }
}

fn is_allowed(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::{NameError, NameTemplate, TemplateError};
    use crate::message::Message;

    fn render(template: &str, body: &str) -> Result<String, NameError> {
        NameTemplate::parse(template)
            .unwrap()
            .render(&Message::parse(body).unwrap())
    }

    #[test]
    fn names_come_from_strings_and_integers() {
        let cases = [
            ("dev-tx-{id}", r#"{"id":"a_B-9"}"#, "dev-tx-a_B-9"),
            ("dev-tx-{id}", r#"{"id":1001}"#, "dev-tx-1001"),
            ("{id}", r#"{"id":-7}"#, "-7"),
            ("{a.b}-{c}_", r#"{"a":{"b":"x"},"c":2}"#, "x-2_"),
            ("{a}{a}", r#"{"a":"x"}"#, "xx"),
        ];
        for (template, body, name) in cases {
            assert_eq!(
                render(template, body),
                Ok(name.to_owned()),
                "{template} {body}"
            );
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let missing = || NameError::Missing {
            field: "a.id".to_owned(),
            envelope: None,
        };
        let not_a_name = || NameError::NotAName {
            field: "a.id".to_owned(),
        };
        let cases = [
            ("{}", missing()),
            (r#"{"a":1}"#, missing()),
            (r#"{"a":{"id":null}}"#, missing()),
            (r#"{"a.id":1}"#, missing()),
            (r#"{"a":{"id":""}}"#, not_a_name()),
            (r#"{"a":{"id":1.0}}"#, not_a_name()),
            (r#"{"a":{"id":1e3}}"#, not_a_name()),
            (r#"{"a":{"id":true}}"#, not_a_name()),
            (r#"{"a":{"id":["x"]}}"#, not_a_name()),
            (r#"{"a":{"id":"a b"}}"#, NameError::Characters),
            (r#"{"a":{"id":"a/b"}}"#, NameError::Characters),
            (r#"{"a":{"id":"a\n"}}"#, NameError::Characters),
            (r#"{"a":{"id":"é"}}"#, NameError::Characters),
        ];
        for (body, expected) in cases {
            assert_eq!(render("tx-{a.id}", body), Err(expected), "{body}");
        }
    }

    #[test]
    fn the_length_is_counted_to_the_character() {
        let body = |length| format!(r#"{{"id":"{}"}}"#, "x".repeat(length));
        assert_eq!(render("tx-{id}", &body(61)).unwrap().len(), 64);
        assert_eq!(
            render("tx-{id}", &body(62)),
            Err(NameError::TooLong { length: 65 })
        );
    }

    #[test]
    fn templates_are_checked_when_they_are_read() {
        let template = |text: &str| text.to_owned();
        for text in ["{id", "id}", "a{b{c}", "{a}}", "}{a}"] {
            let expected = TemplateError::Unbalanced {
                template: template(text),
            };
            assert_eq!(NameTemplate::parse(text), Err(expected), "{text}");
        }
        for (text, field) in [
            ("{}", ""),
            ("{a.}", "a."),
            ("x-{a..b}", "a..b"),
            ("{ }", " "),
        ] {
            let expected = TemplateError::NoField {
                template: template(text),
                field: template(field),
            };
            assert_eq!(NameTemplate::parse(text), Err(expected), "{text}");
        }
        for text in ["", "dev-tx"] {
            let expected = TemplateError::Constant {
                template: template(text),
            };
            assert_eq!(NameTemplate::parse(text), Err(expected), "{text}");
        }
        for text in ["dev tx-{id}", "tx:{id}"] {
            let expected = TemplateError::Characters {
                template: template(text),
            };
            assert_eq!(NameTemplate::parse(text), Err(expected), "{text}");
        }
    }
}

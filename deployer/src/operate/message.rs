//! Messages as the intermediary reads them, and the names that it gives to their executions.

use messages::{Envelope, Message, NameTemplate};
use serde_json::Value;

/// Reads the message in a body as the intermediary does.
///
/// # Errors
///
/// Why it cannot be read.
pub fn opened(envelope: Envelope, body: &str) -> Result<Message, String> {
    let opened = envelope.open(body).map_err(|error| in_words(&error))?;
    Ok(opened.message)
}

/// Reads a message, or the input of an execution, as strictly as the intermediary does.
///
/// # Errors
///
/// Why it cannot be read.
pub fn read_message(body: &str) -> Result<Message, String> {
    Message::parse(body).map_err(|error| in_words(&error))
}

/// Returns the name of a message's execution, from the template of the configuration.
///
/// # Errors
///
/// Why the message gives none.
pub fn name_of(template: &str, stage: &str, message: &Message) -> Result<String, String> {
    let name = of_stage(template, stage)?.render(message);
    name.map_err(|error| in_words(&error))
}

/// As [`name_of`], of a message that was made here; nothing where it gives none.
pub fn execution_name(template: &str, stage: &str, message: &Value) -> Option<String> {
    let message = Message::of(message.as_object()?.clone());
    name_of(template, stage, &message).ok()
}

/// Returns the values of the message that its execution is named after.
pub fn naming_values(template: &str, stage: &str, message: &Message) -> Vec<String> {
    of_stage(template, stage).map_or_else(|_| Vec::new(), |template| template.values(message))
}

fn of_stage(template: &str, stage: &str) -> Result<NameTemplate, String> {
    let template = template.replace("{stage}", stage);
    NameTemplate::parse(&template).map_err(|error| in_words(&error))
}

/// Returns an error and its causes in one line.
fn in_words(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let words: Vec<String> = causes.map(ToString::to_string).collect();
    words.join(": ")
}

#[cfg(test)]
mod tests {
    use messages::Message;
    use serde_json::json;

    use super::{execution_name, naming_values, read_message};

    #[test]
    fn names_come_from_the_stage_and_from_fields() {
        let message = json!({ "id": "a_1", "order": { "number": 7 } });
        let name = |template| execution_name(template, "dev", &message);
        assert_eq!(name("{stage}-tx-{id}").as_deref(), Some("dev-tx-a_1"));
        assert_eq!(name("{order.number}{id}").as_deref(), Some("7a_1"));
        assert_eq!(name("{missing}"), None);
        assert_eq!(name("{order}"), None);
        assert_eq!(name("{id"), None);
    }

    #[test]
    fn a_name_is_made_of_the_messages_own_values() {
        let message = json!({ "id": "a_1", "order": { "number": 7 } });
        let message = Message::of(message.as_object().unwrap().clone());
        let values = |template| naming_values(template, "dev", &message);
        assert_eq!(values("{stage}-{order.number}-{id}"), ["7", "a_1"]);
        assert_eq!(values("{stage}-{missing}"), [""; 0]);
    }

    #[test]
    fn what_the_service_would_refuse_is_no_name() {
        let name = |id: &str| execution_name("tx-{id}", "dev", &json!({ "id": id }));
        assert_eq!(name(&"x".repeat(61)).map(|name| name.len()), Some(64));
        for id in ["", "a b", "a/b", "é", &"x".repeat(62)] {
            assert_eq!(name(id), None, "{id}");
        }
        assert_eq!(
            execution_name("tx-{id}", "dev", &json!({ "id": 1.5 })),
            None
        );
        assert_eq!(execution_name("tx-{id}", "dev", &json!("no object")), None);
    }

    #[test]
    fn what_the_intermediary_refuses_is_refused() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for body in [
            "",
            "no json",
            r#"{"a":1"#,
            r#"{"a":1} x"#,
            r#"{"a":1e999}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":[{"b":1,"b":2}]}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":NaN}"#,
            "{\"a\":\"\u{1}\"}",
            "[]",
            "null",
            deep.as_str(),
        ] {
            assert!(read_message(body).is_err(), "{body}");
        }
        let body = r#"{"a":[1,-2,1.5,true,null,"x\u00e9"],"b":{"a":18446744073709551615}}"#;
        let expected: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(read_message(body).unwrap().into_value(), expected);
    }
}

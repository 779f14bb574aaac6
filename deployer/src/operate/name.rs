//! The name that the intermediary gives to a message's execution.

use serde_json::Value;

/// Returns the execution's name, from the template of the configuration; nothing for a message that
/// gives none, because a field is missing or the name would not be allowed.
pub fn execution_name(template: &str, stage: &str, message: &Value) -> Option<String> {
    let template = template.replace("{stage}", stage);
    let mut name = String::new();
    let mut rest = template.as_str();
    while let Some((before, tail)) = rest.split_once('{') {
        let (field, after) = tail.split_once('}')?;
        name.push_str(before);
        name.push_str(&field_text(message, field)?);
        rest = after;
    }
    name.push_str(rest);
    is_allowed(&name).then_some(name)
}

/// Returns the values of the message's fields that its execution is named after, the stage left out.
pub fn naming_values(template: &str, message: &Value) -> Vec<String> {
    let fields = template.split('{').skip(1);
    let fields = fields.filter_map(|rest| Some(rest.split_once('}')?.0));
    fields
        .filter(|field| *field != "stage")
        .filter_map(|field| field_text(message, field))
        .collect()
}

fn field_text(message: &Value, path: &str) -> Option<String> {
    let value = path
        .split('.')
        .try_fold(message, |value, key| value.as_object()?.get(key))?;
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

fn is_allowed(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{execution_name, naming_values};

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
        let values = |template| naming_values(template, &message);
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
}

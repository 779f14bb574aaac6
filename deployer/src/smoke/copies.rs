//! The copies of a message, and the executions that they start.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::scenario::{Message, Scenario};
use crate::operate::executions::next_name;
use crate::operate::message::execution_name;

/// Stands for the number of a copy.
const NUMBER: &str = "{n}";

/// A message as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MessageCopy {
    /// The body.
    pub(super) body: String,
    /// The name of the execution that it starts.
    pub(super) name: Option<String>,
}

/// Returns what is sent for a message, in order; `template` makes the names of the executions.
pub(super) fn copies(message: &Message, template: &str, stage: &str) -> Vec<MessageCopy> {
    let texts = numbered(&message.text(), message.times);
    let copy = |body: String| {
        let value = serde_json::from_str(&body).unwrap_or_default();
        MessageCopy {
            name: execution_name(template, stage, &value),
            body,
        }
    };
    let mut copies: Vec<MessageCopy> = texts.into_iter().map(copy).collect();
    if let [only] = copies.as_slice() {
        copies = vec![only.clone(); message.times as usize];
    }
    copies
}

/// Returns what is sent for each message of a scenario, and what its rerun is given after that.
pub(super) fn all_copies(
    scenario: &Scenario,
    template: &str,
    stage: &str,
) -> Vec<Vec<MessageCopy>> {
    let messages = scenario.send.iter();
    let mut all: Vec<_> = messages
        .map(|message| copies(message, template, stage))
        .collect();
    let stop = scenario.stop.as_ref();
    if let Some((stop, changes)) = stop.and_then(|stop| Some((stop, stop.rerun.as_ref()?))) {
        let first = all.get(stop.of).and_then(|copies| copies.first());
        all.extend(first.map(|first| vec![rerun_of(first, changes)]));
    }
    all
}

fn rerun_of(first: &MessageCopy, changes: &BTreeMap<String, Value>) -> MessageCopy {
    let mut input: Value = serde_json::from_str(&first.body).unwrap_or_default();
    if let Some(fields) = input.as_object_mut() {
        fields.extend(changes.clone());
    }
    MessageCopy {
        body: input.to_string(),
        name: first.name.as_deref().map(next_name),
    }
}

/// Returns the text once for each of `times` copies with `{n}` filled in, or only once where it has none.
pub(super) fn numbered(text: &str, times: u32) -> Vec<String> {
    if is_numbered(text) {
        let texts = (0..times).map(|number| text.replace(NUMBER, &number.to_string()));
        texts.collect()
    } else {
        vec![text.to_owned()]
    }
}

/// Returns whether the text differs from copy to copy.
pub(super) fn is_numbered(text: &str) -> bool {
    text.contains(NUMBER)
}

/// Returns the names of the executions that the copies start.
pub(super) fn names(copies: &[MessageCopy]) -> BTreeSet<&str> {
    copies
        .iter()
        .filter_map(|copy| copy.name.as_deref())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{copies, names};
    use crate::smoke::scenario::Message;

    fn message(value: serde_json::Value) -> Message {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn copies_differ_by_their_number_and_start_an_execution_each() {
        let orders = message(json!({
            "message": { "id": "o-{n}", "by": { "c-{n}": ["{n}", 1] } },
            "times": 11,
        }));
        let made = copies(&orders, "{stage}-{id}", "dev");
        assert_eq!(made.len(), 11);
        assert_eq!(made[10].name.as_deref(), Some("dev-o-10"));
        let body: serde_json::Value = serde_json::from_str(&made[10].body).unwrap();
        assert_eq!(body, json!({ "id": "o-10", "by": { "c-10": ["10", 1] } }));
        assert_eq!(names(&made).len(), 11);
    }

    #[test]
    fn bodies_are_numbered_as_texts() {
        let body = message(json!({ "body": r#"{"id":"a","number":{n}}"#, "times": 2 }));
        let made = copies(&body, "{id}-{number}", "dev");
        assert_eq!(made[1].body, r#"{"id":"a","number":1}"#);
        assert_eq!(names(&made), ["a-0", "a-1"].into());
    }

    #[test]
    fn copies_without_a_number_are_the_same() {
        let same = message(json!({ "message": { "id": "a" }, "times": 3 }));
        let made = copies(&same, "{id}", "dev");
        assert_eq!(made.len(), 3);
        assert_eq!(made[0], made[2]);
        assert_eq!(names(&made), ["a"].into());
        let differing = message(json!({ "message": { "id": "a", "note": "{n}" }, "times": 3 }));
        let made = copies(&differing, "{id}", "dev");
        assert_ne!(made[0].body, made[2].body);
        assert_eq!(names(&made).len(), 1);
    }
}

//! `{id}`, `{stage}` and `{filler:n}` in the texts of a scenario.

use serde_json::{Map, Value};

use super::scenario::Scenario;
use crate::error::{Error, Kind, Result};

/// The longest text that a placeholder may make: more than any queue takes.
const LONGEST_FILLER: usize = 4 * 1024 * 1024;

/// What the placeholders stand for.
#[derive(Debug, Clone)]
pub(super) struct Placeholders<'a> {
    pub(super) id: &'a str,
    pub(super) stage: &'a str,
}

impl Placeholders<'_> {
    /// Returns the scenario with the placeholders of all its texts filled in.
    pub(super) fn scenario(&self, scenario: &Scenario) -> Result<Scenario> {
        let defect = |error| {
            let what = format!("the scenario `{}` cannot be filled in", scenario.name);
            Error::new(Kind::Bug, what).caused_by(error)
        };
        let value = serde_json::to_value(scenario).map_err(defect)?;
        serde_json::from_value(self.fill(&value)).map_err(defect)
    }

    /// Returns the text with its placeholders filled in; any other brace stays as it is.
    pub(super) fn text(&self, text: &str) -> String {
        let mut rendered = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once('{') {
            rendered.push_str(before);
            let closed = tail.split_once('}');
            let known = closed.and_then(|(name, after)| Some((self.value(name)?, after)));
            if let Some((value, after)) = known {
                rendered.push_str(&value);
                rest = after;
            } else {
                rendered.push('{');
                rest = tail;
            }
        }
        rendered.push_str(rest);
        rendered
    }

    /// Returns the value with the placeholders of all its texts and keys filled in.
    pub(super) fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(fields) => {
                let filled = fields
                    .iter()
                    .map(|(key, field)| (self.text(key), self.fill(field)));
                Value::Object(filled.collect::<Map<_, _>>())
            }
            scalar => scalar.clone(),
        }
    }

    fn value(&self, name: &str) -> Option<String> {
        match name {
            "id" => Some(self.id.to_owned()),
            "stage" => Some(self.stage.to_owned()),
            _ => {
                let length = name.strip_prefix("filler:")?.parse::<usize>().ok()?;
                (length <= LONGEST_FILLER).then(|| "x".repeat(length))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Placeholders;
    use crate::smoke::scenario::Scenario;

    const PLACEHOLDERS: Placeholders<'static> = Placeholders {
        id: "s-1",
        stage: "dev",
    };

    #[test]
    fn placeholders_are_filled_in_at_every_depth_and_in_keys() {
        let filled = PLACEHOLDERS.fill(&json!({
            "a": ["{id}", 1, null],
            "charges": { "tx-{id}": { "stage": "{stage}-{id}{id}" } },
        }));
        assert_eq!(
            filled,
            json!({ "a": ["s-1", 1, null], "charges": { "tx-s-1": { "stage": "dev-s-1s-1" } } })
        );
    }

    #[test]
    fn other_braces_stay() {
        for text in [
            "{",
            "}",
            "{}",
            "{{}}",
            r#"{"id": 1}"#,
            "{other}",
            "{filler:-1}",
            "{filler:99999999}",
        ] {
            assert_eq!(PLACEHOLDERS.text(text), text);
        }
        assert_eq!(PLACEHOLDERS.text(r#"{"a":"{id}"}"#), r#"{"a":"s-1"}"#);
        assert_eq!(PLACEHOLDERS.text("{{id}"), "{s-1");
        assert_eq!(PLACEHOLDERS.text("{filler:5}!"), "xxxxx!");
    }

    #[test]
    fn a_scenario_is_filled_in_as_a_whole() {
        let scenario: Scenario = serde_json::from_value(json!({
            "name": "n",
            "timeout": "1m 30s",
            "send": [{ "message": { "transaction_id": "{id}-a" } }, { "body": "{stage}" }],
            "answers": [{ "to": "sms", "success": { "id": "{id}" } }],
            "expect": { "items": [{ "table": "t", "key": { "k": "{id}" }, "item": { "tx-{id}": 1 } }] },
        }))
        .unwrap();
        let filled = Placeholders {
            id: "i1",
            stage: "dev",
        }
        .scenario(&scenario)
        .unwrap();
        assert_eq!(filled.timeout.seconds(), 90);
        assert_eq!(filled.send[0].text(), r#"{"transaction_id":"i1-a"}"#);
        assert_eq!(filled.send[1].text(), "dev");
        assert_eq!(filled.answers[0].success, Some(json!({ "id": "i1" })));
        assert_eq!(filled.expect.items[0].item, Some(json!({ "tx-i1": 1 })));
    }
}

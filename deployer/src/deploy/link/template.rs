//! A linked template: the JSON that CloudFormation is given.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

/// A linked template.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Template {
    body: Value,
    places: BTreeMap<String, String>,
}

impl Template {
    pub(crate) fn new(body: Value, places: BTreeMap<String, String>) -> Self {
        Self { body, places }
    }

    /// Returns the template with another body, its resources linked from the same places.
    pub(crate) fn with_body(&self, body: Value) -> Self {
        Self::new(body, self.places.clone())
    }

    /// Returns the template with a property set in every resource of a type.
    #[must_use]
    pub(super) fn with_property(mut self, kind: &str, name: &str, value: &Value) -> Self {
        let resources = self
            .body
            .get_mut("Resources")
            .and_then(Value::as_object_mut);
        for resource in resources.into_iter().flat_map(|all| all.values_mut()) {
            if resource.get("Type").and_then(Value::as_str) == Some(kind)
                && let Some(properties) = resource
                    .get_mut("Properties")
                    .and_then(Value::as_object_mut)
            {
                properties.insert(name.to_owned(), value.clone());
            }
        }
        self
    }

    /// Returns `file:line` of the component's resource that a logical id was linked from.
    pub fn place(&self, logical_id: &str) -> Option<&str> {
        self.places.get(logical_id).map(String::as_str)
    }

    /// Returns the template as data.
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// Returns the text that is sent: JSON without spaces, because CloudFormation reads YAML 1.1 and
    /// counts bytes, and with nothing but ASCII in it, because CloudFormation gives back a `?` for
    /// everything else, and the template would look changed for ever.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for letter in self.body.to_string().chars() {
            if letter.is_ascii() {
                text.push(letter);
                continue;
            }
            // Such letters are within strings only, where JSON has this way of writing them.
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
        text
    }

    /// Returns the text for people.
    pub fn pretty(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.body).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Returns the logical ids and types of the resources, in the order of the template.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.body
            .get("Resources")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(id, resource)| {
                (
                    id.as_str(),
                    resource
                        .get("Type")
                        .and_then(Value::as_str)
                        .unwrap_or_default(),
                )
            })
    }
}

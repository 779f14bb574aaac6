//! Rewrites the expressions of one component for one instance of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::component::Component;
use super::substitution::{Piece, pieces};
use crate::config::nearest;
use crate::error::{Error, Result};

/// An instance whose parameters have their values.
pub(super) struct Scope<'a> {
    pub(super) component: &'a Component,
    /// What each parameter stands for: a value, or an expression over the linked template.
    pub(super) parameters: BTreeMap<String, Value>,
    /// The linked logical id of each resource.
    pub(super) ids: BTreeMap<String, String>,
    /// The conditions that the parameters decide.
    pub(super) conditions: BTreeMap<String, bool>,
}

impl Scope<'_> {
    /// Returns `value` rewritten; nothing where it comes to `AWS::NoValue`.
    pub(super) fn rewrite(&self, value: &Value, path: &str) -> Result<Option<Value>> {
        match value {
            Value::Object(fields) => {
                if let Some((function, argument)) = single(fields)
                    && let Some(rewritten) = self.rewrite_function(function, argument, path)?
                {
                    return Ok(if rewritten == json!({ "Ref": "AWS::NoValue" }) {
                        None
                    } else {
                        Some(rewritten)
                    });
                }
                let mut rewritten = Map::new();
                for (key, value) in fields {
                    if let Some(value) = self.rewrite(value, &format!("{path}.{key}"))? {
                        rewritten.insert(key.clone(), value);
                    }
                }
                Ok(Some(Value::Object(rewritten)))
            }
            Value::Array(items) => {
                let mut rewritten = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    rewritten.extend(self.rewrite(item, &format!("{path}.{index}"))?);
                }
                Ok(Some(Value::Array(rewritten)))
            }
            plain => Ok(Some(plain.clone())),
        }
    }

    fn rewrite_function(
        &self,
        function: &str,
        argument: &Value,
        path: &str,
    ) -> Result<Option<Value>> {
        match (function, argument) {
            ("Ref", Value::String(name)) => self.reference(name, path).map(Some),
            ("Fn::GetAtt", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(resource), attribute] => {
                    let id = self.resource(resource, path)?;
                    Ok(Some(json!({ "Fn::GetAtt": [id, attribute] })))
                }
                _ => Err(self.error(path, "`Fn::GetAtt` needs a resource and an attribute")),
            },
            ("Fn::Sub", Value::String(text)) => self.substitute(text, path).map(Some),
            ("Fn::If", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(condition), yes, no] => {
                    self.choose(condition, yes, no, path).map(Some)
                }
                _ => Err(self.error(path, "`Fn::If` needs a condition and two values")),
            },
            ("Fn::Sub", _) => Err(self.error(
                path,
                "`Fn::Sub` with a map is not supported; use parameters",
            )),
            _ => Ok(None),
        }
    }

    fn choose(&self, condition: &str, yes: &Value, no: &Value, path: &str) -> Result<Value> {
        let Some(truth) = self.conditions.get(condition) else {
            return Err(self.unknown("condition", condition, self.conditions.keys(), path));
        };
        let chosen = if *truth { yes } else { no };
        Ok(self
            .rewrite(chosen, path)?
            .unwrap_or_else(|| json!({ "Ref": "AWS::NoValue" })))
    }

    pub(super) fn reference(&self, name: &str, path: &str) -> Result<Value> {
        if name.starts_with("AWS::") {
            return Ok(json!({ "Ref": name }));
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        Ok(json!({ "Ref": self.resource(name, path)? }))
    }

    pub(super) fn resource(&self, name: &str, path: &str) -> Result<String> {
        self.ids.get(name).cloned().ok_or_else(|| {
            self.unknown(
                "parameter or resource",
                name,
                self.parameters.keys().chain(self.ids.keys()),
                path,
            )
        })
    }

    /// Rewrites the text of `Fn::Sub`; without a variable left it is plain text.
    fn substitute(&self, text: &str, path: &str) -> Result<Value> {
        let mut linked = String::new();
        let mut variables = false;
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => linked.push_str(text),
                Piece::Variable(variable) => {
                    let value = match variable.split_once('.') {
                        Some((resource, attribute)) => {
                            json!({ "Fn::GetAtt": [self.resource(resource, path)?, attribute] })
                        }
                        None => self.reference(variable, path)?,
                    };
                    let (spliced, expression) = self.splice(&value, variable, path)?;
                    variables |= expression;
                    linked.push_str(&spliced);
                }
            }
        }
        Ok(if variables {
            json!({ "Fn::Sub": linked })
        } else {
            Value::String(linked)
        })
    }

    /// Returns the text that stands for `value` inside `Fn::Sub`, and whether it has a variable.
    fn splice(&self, value: &Value, variable: &str, path: &str) -> Result<(String, bool)> {
        match value {
            Value::String(text) => Ok((text.clone(), false)),
            Value::Number(_) | Value::Bool(_) => Ok((value.to_string(), false)),
            Value::Object(fields) => match single(fields) {
                Some(("Ref", Value::String(name))) => Ok((format!("${{{name}}}"), true)),
                Some(("Fn::GetAtt", Value::Array(parts))) => {
                    let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
                    Ok((format!("${{{}}}", parts.join(".")), true))
                }
                Some(("Fn::Sub", Value::String(text))) => Ok((text.clone(), true)),
                _ => Err(self.error(
                    path,
                    &format!("`${{{variable}}}` stands for an expression that has no text form"),
                )),
            },
            _ => Err(self.error(path, &format!("`${{{variable}}}` stands for no text"))),
        }
    }

    /// Returns whether a condition holds, where the parameters decide it.
    pub(super) fn decide(&self, condition: &Value, path: &str) -> Result<bool> {
        let undecided = || self.error(path, "the parameters do not decide this condition");
        let Some((function, Value::Array(parts))) = condition.as_object().and_then(single) else {
            return Err(undecided());
        };
        match (function, parts.as_slice()) {
            ("Fn::Equals", [left, right]) => {
                let (left, right) = (self.rewrite(left, path)?, self.rewrite(right, path)?);
                match (left, right) {
                    // An expression is never empty, so comparing it with a literal is decided.
                    (Some(left), Some(right)) if left.is_object() != right.is_object() => Ok(false),
                    (Some(left), Some(right)) if !left.is_object() => Ok(left == right),
                    _ => Err(undecided()),
                }
            }
            ("Fn::Not", [inner]) => Ok(!self.decide(inner, path)?),
            ("Fn::And", parts) => parts
                .iter()
                .try_fold(true, |all, part| Ok(self.decide(part, path)? && all)),
            ("Fn::Or", parts) => parts
                .iter()
                .try_fold(false, |any, part| Ok(self.decide(part, path)? || any)),
            _ => Err(undecided()),
        }
    }

    pub(super) fn error(&self, path: &str, text: &str) -> Error {
        Error::usage(format!("{}: {text}", self.component.locate(path)))
    }

    pub(super) fn unknown<'n>(
        &self,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'n String>,
        path: &str,
    ) -> Error {
        let error = self.error(
            path,
            &format!("there is no {what} `{name}` in this component"),
        );
        match nearest(name, known.map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        }
    }
}

/// Returns the only entry of a mapping.
pub(super) fn single(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut entries = fields.iter();
    match (entries.next(), entries.next()) {
        (Some((key, value)), None) => Some((key.as_str(), value)),
        _ => None,
    }
}

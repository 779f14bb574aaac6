//! A policy document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// What IAM takes as a managed policy, in characters without white space.
pub const LARGEST_MANAGED: usize = 6_144;

/// A policy document, and what is not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    statements: Vec<Statement>,
    /// Types of resources whose actions are not known.
    unknown: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Statement {
    sid: &'static str,
    actions: BTreeSet<String>,
    resources: BTreeSet<String>,
    condition: BTreeMap<&'static str, BTreeMap<&'static str, BTreeSet<String>>>,
}

/// What restricts a statement: operator, key, values.
pub(super) type Condition<'a> = (&'static str, &'static str, &'a BTreeSet<String>);

impl Document {
    /// Allows the actions, `prefix:Name` each. A statement of the same name grows.
    pub(super) fn allow(
        &mut self,
        sid: &'static str,
        prefix: &str,
        actions: &[&str],
        resources: &BTreeSet<String>,
        condition: Option<Condition<'_>>,
    ) {
        if resources.is_empty() {
            return;
        }
        let actions = actions.iter().map(|action| format!("{prefix}:{action}"));
        let condition: BTreeMap<_, _> = condition
            .into_iter()
            .map(|(operator, key, values)| (operator, BTreeMap::from([(key, values.clone())])))
            .collect();
        let same = self
            .statements
            .iter_mut()
            .find(|statement| statement.sid == sid && statement.condition == condition);
        if let Some(statement) = same {
            statement.actions.extend(actions);
            statement.resources.extend(resources.iter().cloned());
            return;
        }
        self.statements.push(Statement {
            sid,
            actions: actions.collect(),
            resources: resources.clone(),
            condition,
        });
    }

    pub(super) fn does_not_know(&mut self, kind: &str) {
        self.unknown.insert(kind.to_owned());
    }

    /// Puts the statements into the order of their names, and leaves out patterns that others hold.
    pub(super) fn settle(&mut self) {
        for statement in &mut self.statements {
            leave_out_what_others_hold(&mut statement.resources);
            for values in statement
                .condition
                .values_mut()
                .flat_map(BTreeMap::values_mut)
            {
                leave_out_what_others_hold(values);
            }
        }
        self.statements.sort_by_key(|statement| statement.sid);
    }

    /// Returns the document as IAM takes it.
    pub fn to_value(&self) -> Value {
        let statements = self.statements.iter().map(|statement| {
            let mut value = json!({
                "Sid": statement.sid,
                "Effect": "Allow",
                "Action": statement.actions,
                "Resource": statement.resources,
            });
            if let (Some(fields), false) = (value.as_object_mut(), statement.condition.is_empty()) {
                fields.insert("Condition".to_owned(), json!(statement.condition));
            }
            value
        });
        json!({ "Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>() })
    }

    /// Returns how much of IAM's limit the document takes.
    pub fn characters(&self) -> usize {
        self.to_value().to_string().chars().count()
    }

    /// Returns the types of resources that the templates have and whose actions are not known.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.unknown.iter().map(String::as_str)
    }

    #[cfg(test)]
    pub(super) fn allows(&self, action: &str) -> bool {
        let mut statements = self.statements.iter();
        statements.any(|statement| statement.actions.contains(action))
    }
}

fn leave_out_what_others_hold(patterns: &mut BTreeSet<String>) {
    let stems: Vec<String> = patterns
        .iter()
        .filter_map(|pattern| pattern.strip_suffix('*').map(str::to_owned))
        .collect();
    patterns.retain(|pattern| {
        let stem = pattern.strip_suffix('*').unwrap_or(pattern);
        let mut others = stems.iter().filter(|other| *other != stem);
        !others.any(|other| stem.starts_with(other.as_str()))
    });
}

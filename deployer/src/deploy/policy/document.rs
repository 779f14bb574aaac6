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
    sid: String,
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
        sid: &str,
        prefix: &str,
        actions: &[&str],
        resources: &BTreeSet<String>,
        condition: Option<Condition<'_>>,
    ) {
        if resources.is_empty() || actions.is_empty() {
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
            sid: sid.to_owned(),
            actions: actions.collect(),
            resources: resources.clone(),
            condition,
        });
    }

    pub(super) fn does_not_know(&mut self, kind: &str) {
        self.unknown.insert(kind.to_owned());
    }

    /// Puts the statements into the order of their names, and leaves out what others allow already.
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
        self.statements
            .sort_by(|one, other| one.sid.cmp(&other.sid));
        // The last goes first, so that of two that allow the same, one stays.
        let mut kept = Vec::new();
        while let Some(statement) = self.statements.pop() {
            let others = self.statements.iter().chain(&kept);
            if !statement.is_held_by(&others) {
                kept.push(statement);
            }
        }
        kept.reverse();
        self.statements = kept;
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

    /// Returns the document in as many as IAM takes as managed policies, each as full as may be.
    pub fn split(&self) -> Vec<Self> {
        let mut documents: Vec<Self> = Vec::new();
        for statement in self.statements.iter().flat_map(Statement::fitting) {
            let longer = documents.last().map(|last| {
                let mut longer = last.clone();
                longer.statements.push(statement.clone());
                longer
            });
            match (documents.last_mut(), longer) {
                (Some(last), Some(longer)) if longer.characters() <= LARGEST_MANAGED => {
                    *last = longer;
                }
                _ => documents.push(Self::of(statement)),
            }
        }
        documents
    }

    fn of(statement: Statement) -> Self {
        Self {
            statements: vec![statement],
            unknown: BTreeSet::new(),
        }
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

impl Statement {
    /// Returns whether the others allow all of its actions wherever it does.
    fn is_held_by<'a>(&self, others: &(impl Iterator<Item = &'a Self> + Clone)) -> bool {
        self.actions.iter().all(|action| {
            others.clone().any(|other| {
                other.actions.contains(action)
                    && other.resources.is_superset(&self.resources)
                    && (other.condition.is_empty() || other.condition == self.condition)
            })
        })
    }

    /// Returns the statement in parts that fit into a document each, by its resources.
    fn fitting(&self) -> Vec<Self> {
        let count = self.resources.len();
        if count < 2 || Document::of(self.clone()).characters() <= LARGEST_MANAGED {
            return vec![self.clone()];
        }
        let half = |number: u8, resources: BTreeSet<String>| Self {
            sid: format!("{}{number}", self.sid),
            resources,
            ..self.clone()
        };
        let first = self.resources.iter().take(count / 2).cloned().collect();
        let second = self.resources.iter().skip(count / 2).cloned().collect();
        let halves = [half(1, first), half(2, second)];
        halves.iter().flat_map(Self::fitting).collect()
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

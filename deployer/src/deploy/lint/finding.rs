//! What a rule found.

use std::fmt;

use serde::Serialize;

use crate::config::App;

/// What a rule found, where, and why it matters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The rule's code; it never changes its meaning.
    pub code: &'static str,
    /// `file:line` of the value.
    pub place: String,
    /// What is wrong, and what would be right.
    pub message: String,
    /// Why it matters.
    pub reason: &'static str,
    /// Where that is written.
    pub source: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: {} [{}]\n  {} ({})",
            self.place, self.message, self.code, self.reason, self.source
        )
    }
}

/// A rule: its code, why it matters, and where that is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) code: &'static str,
    pub(super) reason: &'static str,
    pub(super) source: &'static str,
}

/// The findings so far.
pub struct Findings<'a> {
    app: &'a App,
    found: Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(app: &'a App) -> Self {
        Self {
            app,
            found: Vec::new(),
        }
    }

    /// Adds a finding about the value at `path` of the application.
    pub(super) fn add(&mut self, rule: Rule, path: &str, message: String) {
        let place = self.app.sources.locate(path);
        self.push(rule, place, message);
    }

    /// Adds a finding about the value at `path` of the stage.
    pub(super) fn add_stage(&mut self, rule: Rule, path: &str, message: String) {
        let place = self.app.sources.stage.locate(path);
        self.push(rule, place, message);
    }

    /// Adds a finding where a number is outside its range.
    pub(super) fn range(
        &mut self,
        rule: Rule,
        path: &str,
        value: u64,
        range: std::ops::RangeInclusive<u64>,
        unit: &str,
    ) {
        if !range.contains(&value) {
            let key = path.rsplit('.').next().unwrap_or(path);
            let (low, high) = (range.start(), range.end());
            self.add(
                rule,
                path,
                format!("{value} {unit} for `{key}` is outside {low} to {high}"),
            );
        }
    }

    pub(super) fn into_vec(self) -> Vec<Finding> {
        self.found
    }

    fn push(&mut self, rule: Rule, place: String, message: String) {
        let Rule {
            code,
            reason,
            source,
        } = rule;
        self.found.push(Finding {
            code,
            place,
            message,
            reason,
            source,
        });
    }
}

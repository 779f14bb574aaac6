//! How much of an execution is shown.

use std::collections::BTreeMap;

use durable_history::Record;

/// Executions that others started, by their ARN.
pub type Chained = BTreeMap<String, Record>;

/// What of an execution's data is in its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Inputs, results and errors, without what looks like a secret.
    Data,
    /// None of them: names, times and kinds of errors only.
    Outline,
}

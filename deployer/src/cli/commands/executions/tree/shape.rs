//! A tree in lines, each of its rows with how it stands.

use crate::operate::executions::OperationView;

/// An execution in lines.
#[derive(Debug, Clone, Default)]
pub(in crate::cli::commands::executions) struct Tree {
    /// What is told of the execution as a whole.
    pub(super) heading: Vec<String>,
    /// What is above the operations, such as an axis.
    pub(super) above: Vec<String>,
    /// The operations.
    pub(super) rows: Vec<Row>,
    /// What is told below them.
    pub(super) below: Vec<String>,
}

/// An operation in lines.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// How it stands.
    pub(super) stands: Stands,
    /// Its own line, and those that belong to it.
    pub(super) lines: Vec<String>,
}

/// How an operation stands, what people look for last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stands {
    /// It ended well.
    Over,
    /// It is around others, and goes on.
    Around,
    /// It ended otherwise.
    Failed,
    /// It goes on: it works or waits.
    GoesOn,
}

impl Stands {
    pub(super) fn of(operation: &OperationView) -> Self {
        match (operation.status, operation.kind) {
            ("SUCCEEDED", _) => Self::Over,
            ("FAILED" | "TIMED_OUT" | "STOPPED" | "CANCELLED", _) => Self::Failed,
            (_, "CONTEXT") => Self::Around,
            _ => Self::GoesOn,
        }
    }
}

impl Tree {
    /// Returns the whole of it.
    pub(in crate::cli::commands::executions) fn text(&self) -> String {
        let mut lines: Vec<&str> = self.heading.iter().map(String::as_str).collect();
        if !self.rows.is_empty() {
            lines.push("");
        }
        lines.extend(self.above.iter().map(String::as_str));
        lines.extend(
            self.rows
                .iter()
                .flat_map(|row| &row.lines)
                .map(String::as_str),
        );
        lines.extend(self.below.iter().map(String::as_str));
        lines.join("\n")
    }
}

//! The operations of an execution, each with what is told under it.

use owo_colors::OwoColorize as _;

use super::shape::{Row, Stands};
use super::words::{columns, error_lines, time, value, words};
use crate::cli::plain::plain;
use crate::operate::executions::{ExecutionView, OperationView};
use crate::span::span;

/// The widest that the column of names gets, so that a row fits on a terminal of 60 columns.
const WIDEST_NAME: usize = 26;

/// Returns the lines of every operation, as a pipe takes them.
pub(super) fn plain_rows(view: &ExecutionView, data: bool) -> Vec<Row> {
    let operations = view.operations.iter();
    let names = operations
        .clone()
        .map(|operation| columns(&name(operation)) + 2 * operation.depth);
    let width = names.max().unwrap_or_default().min(WIDEST_NAME);
    let lines = operations.map(|operation| {
        let mut lines = vec![row(view, operation, width)];
        lines.extend(under(operation, data));
        Row {
            stands: Stands::of(operation),
            lines,
        }
    });
    lines.collect()
}

fn row(view: &ExecutionView, operation: &OperationView, width: usize) -> String {
    let name = name(operation);
    let indent = "  ".repeat(operation.depth);
    let padding = " ".repeat(width.saturating_sub(columns(&name) + indent.len()));
    let remarks = match remarks(view, operation) {
        remarks if remarks.is_empty() => String::new(),
        remarks => format!("  {}", remarks.join(", ")),
    };
    let row = format!(
        "  {indent}{} {name}{padding}  {:<9}  {:<9}  {}{remarks}",
        mark(operation),
        kind(operation),
        words(operation.status),
        took(view, operation),
    );
    row.trim_end().to_owned()
}

/// Returns a letter that tells how an operation stands.
pub(super) fn mark(operation: &OperationView) -> String {
    match operation.status {
        "SUCCEEDED" => "✓".green().to_string(),
        "FAILED" | "TIMED_OUT" | "STOPPED" | "CANCELLED" => "✗".red().to_string(),
        _ => "…".cyan().to_string(),
    }
}

/// Returns how long an operation took; nothing while it goes on.
pub(super) fn took(view: &ExecutionView, operation: &OperationView) -> String {
    let ended = operation.ended_at.or(view.ended_at);
    ended
        .map(|ended| span(ended.0.since(operation.started_at.0)))
        .unwrap_or_default()
}

/// Returns what is told under the row of an operation: executions, results, errors.
pub(super) fn under(operation: &OperationView, data: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let indent = "  ".repeat(operation.depth);
    let margin = format!("  {indent}    ");
    if let Some(execution) = &operation.execution {
        lines.push(format!("{margin}execution {}", plain(execution)));
    }
    if let (true, Some(result)) = (data, &operation.result) {
        lines.push(value(&format!("{margin}result "), result));
    }
    let several = operation.attempts.len() > 1;
    for (number, attempt) in operation.attempts.iter().enumerate() {
        if let (true, Some(error)) = (several, &attempt.error) {
            let lead = format!("{margin}attempt {}: ", number + 1);
            lines.extend(error_lines(&lead, error, data));
        }
    }
    if let (false, Some(error)) = (several, &operation.error) {
        lines.extend(error_lines(&margin, error, data));
    }
    lines
}

/// Returns how often a step was tried, until when something waits, and which function was invoked.
pub(super) fn remarks(view: &ExecutionView, operation: &OperationView) -> Vec<String> {
    let mut remarks = Vec::new();
    if operation.attempts.len() > 1 {
        remarks.push(format!("{} attempts", operation.attempts.len()));
    }
    // Nothing waits in an execution that has ended.
    if let (Some(until), None) = (operation.waits_until, view.ended_at) {
        remarks.push(format!("until {}", time(until)));
    }
    if let Some(function) = &operation.function {
        remarks.push(plain(short(function)).into_owned());
    }
    remarks
}

/// Returns the name of a function in its ARN, or what it was called.
fn short(function: &str) -> &str {
    function
        .split_once(":function:")
        .map_or(function, |(_, name)| name)
}

/// Returns the name of an operation; one without a name is told by its id.
pub(super) fn name(operation: &OperationView) -> String {
    match &operation.name {
        Some(name) => plain(name).into_owned(),
        None => format!(
            "({})",
            plain(operation.id.get(..8).unwrap_or(&operation.id))
        ),
    }
}

/// Returns what an operation is, in the words of the SDK: a context is what it was made for.
pub(super) fn kind(operation: &OperationView) -> String {
    match (operation.kind, operation.sub_type.as_deref()) {
        ("CONTEXT", Some(sub_type)) => match sub_type {
            "ParallelBranch" => "branch".to_owned(),
            "MapIteration" => "item".to_owned(),
            "RunInChildContext" => "child".to_owned(),
            "WaitForCallback" => "callback".to_owned(),
            "WaitForCondition" => "condition".to_owned(),
            other => plain(other).to_lowercase(),
        },
        ("CHAINED_INVOKE", _) => "invoke".to_owned(),
        (kind, _) => words(kind),
    }
}

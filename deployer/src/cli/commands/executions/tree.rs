//! An execution for people: a heading, what it waits for, and its operations as a tree.

use durable_history::{MOST_BYTES, MOST_OPERATIONS};
use owo_colors::OwoColorize as _;
use serde_json::Value;

use crate::cli::plain::{plain, plain_lines};
use crate::operate::executions::{
    At, ErrorView, ExecutionView, LargeResult, OperationView, Waiting,
};
use crate::span::{bytes, grouped, span};

/// The most characters that are shown of an input or a result.
const MOST_SHOWN: usize = 2_000;
/// The widest that the column of names gets, so that a row fits on a terminal of 60 columns.
const WIDEST_NAME: usize = 26;

/// Returns the execution for people; `data` says whether inputs, results and stack traces are shown.
pub(super) fn render(view: &ExecutionView, data: bool) -> String {
    let mut lines = heading(view);
    lines.extend(view.large_results.iter().map(large));
    lines.extend(
        view.waiting_for
            .iter()
            .flat_map(|waiting| waits(view, waiting)),
    );
    if let (true, Some(input)) = (data, &view.input) {
        lines.push(value("  input       ", input));
    }
    if let (true, Some(result)) = (data, &view.result) {
        lines.push(value("  result      ", result));
    }
    if let Some(error) = &view.error {
        lines.extend(error_lines("  error       ", error, data));
    }
    if !view.operations.is_empty() {
        lines.push(String::new());
        let names: Vec<String> = view.operations.iter().map(name).collect();
        let width = names.iter().map(|name| columns(name)).max();
        let width = width.unwrap_or_default().min(WIDEST_NAME);
        for (operation, name) in view.operations.iter().zip(&names) {
            lines.extend(rows(view, operation, name, width, data));
        }
    }
    let unknown = view.unknown_events.iter().map(|event| {
        let kind = plain(&event.event_type);
        format!("  event {} {kind}, {}", event.event_id, time(event.at))
    });
    lines.extend(unknown);
    lines.join("\n")
}

fn heading(view: &ExecutionView) -> Vec<String> {
    let status = words(&view.status);
    let status = match view.status.as_str() {
        "SUCCEEDED" => status.green().to_string(),
        "FAILED" | "TIMED_OUT" | "STOPPED" => status.red().to_string(),
        _ => status.cyan().to_string(),
    };
    let took = view.ended_at.map(|ended| {
        let took = span(ended.0.since(view.started_at.0));
        format!(", ended {} after {took}", time(ended))
    });
    let times_out = view
        .times_out_at
        .map(|at| format!(", times out {}", time(at)));
    let operations = grouped(view.operations_used);
    let most = grouped(MOST_OPERATIONS);
    vec![
        format!("{}  {status}", plain(&view.name).bold()),
        format!(
            "  started     {}{}{}",
            time(view.started_at),
            took.unwrap_or_default(),
            times_out.unwrap_or_default()
        ),
        format!(
            "  code        {}, version {}",
            plain(&view.function),
            plain(&view.version)
        ),
        format!(
            "  used        {operations} of {most} operations, {} of {} MB, {}",
            bytes(view.bytes_written),
            MOST_BYTES / 1024 / 1024,
            crate::count::counted(view.invocations, "invocation")
        ),
        format!("  arn         {}", plain(&view.arn)),
    ]
}

/// Returns what is to be said of a result that AWS may not take.
fn large(result: &LargeResult) -> String {
    let (operation, bytes) = (plain(&result.operation), bytes(result.bytes));
    format!(
        "  {}     {operation} has a result of {bytes}; AWS may take 256 KB only, so keep it elsewhere and return where",
        "warning".yellow()
    )
}

/// Returns what is waited for, and what a person can do about it.
fn waits(view: &ExecutionView, waiting: &Waiting) -> Vec<String> {
    let until = waiting
        .until
        .map_or_else(String::new, |until| format!(", until {}", time(until)));
    let operation = plain(&waiting.operation);
    let mut lines = vec![format!(
        "  waits for   {operation} ({}), since {}{until}",
        words(waiting.kind),
        time(waiting.since)
    )];
    if waiting.callback_id.is_some() {
        lines.push(format!(
            "              deployer callbacks succeed {} {operation} --result JSON",
            plain(&view.name)
        ));
    }
    lines
}

fn rows(
    view: &ExecutionView,
    operation: &OperationView,
    name: &str,
    width: usize,
    data: bool,
) -> Vec<String> {
    let mark = match operation.status {
        "SUCCEEDED" => "✓".green().to_string(),
        "FAILED" | "TIMED_OUT" | "STOPPED" | "CANCELLED" => "✗".red().to_string(),
        _ => "…".cyan().to_string(),
    };
    let padding = " ".repeat(width.saturating_sub(columns(name)));
    let took = operation
        .ended_at
        .or(view.ended_at)
        .map(|ended| span(ended.0.since(operation.started_at.0)));
    let indent = "  ".repeat(operation.depth);
    let row = format!(
        "  {indent}{mark} {}{padding}  {:<9}  {:<9}  {}{}",
        name.trim_start(),
        kind(operation),
        words(operation.status),
        took.unwrap_or_default(),
        remarks(view, operation)
    );
    let mut lines = vec![row.trim_end().to_owned()];
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
fn remarks(view: &ExecutionView, operation: &OperationView) -> String {
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
    if remarks.is_empty() {
        String::new()
    } else {
        format!("  {}", remarks.join(", "))
    }
}

/// Returns the name of a function in its ARN, or what it was called.
fn short(function: &str) -> &str {
    function
        .split_once(":function:")
        .map_or(function, |(_, name)| name)
}

/// Returns the name of an operation, in its place in the tree; one without a name is told by its id.
fn name(operation: &OperationView) -> String {
    let indent = "  ".repeat(operation.depth);
    let name = match &operation.name {
        Some(name) => plain(name).into_owned(),
        None => format!(
            "({})",
            plain(operation.id.get(..8).unwrap_or(&operation.id))
        ),
    };
    format!("{indent}{name}")
}

/// Returns what an operation is, in the words of the SDK: a context is what it was made for.
fn kind(operation: &OperationView) -> String {
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

fn error_lines(lead: &str, error: &ErrorView, data: bool) -> Vec<String> {
    let margin = " ".repeat(columns(lead));
    let message = error.in_words();
    let message = plain_lines(&message);
    let mut lines: Vec<String> = message
        .lines()
        .enumerate()
        .map(|(number, line)| {
            let before = if number == 0 { lead } else { margin.as_str() };
            format!("{before}{}", line.red())
        })
        .collect();
    if data {
        lines.extend(
            error
                .data
                .iter()
                .map(|data| format!("{margin}{}", plain(data))),
        );
        let trace = error.stack_trace.iter();
        lines.extend(trace.map(|line| format!("{margin}  {}", plain(line))));
    }
    lines
}

fn value(lead: &str, value: &Value) -> String {
    let text = value.to_string();
    let shown: String = text.chars().take(MOST_SHOWN).collect();
    let cut = if shown.len() < text.len() {
        let size = bytes(u64::try_from(text.len()).unwrap_or(u64::MAX));
        format!("… ({size}; whole with `--format json`)")
    } else {
        String::new()
    };
    format!("{lead}{}{cut}", plain(&shown))
}

fn words(status: &str) -> String {
    plain(status).to_lowercase().replace('_', " ")
}

/// Returns a time to the second: the tree tells how long things took.
fn time(at: At) -> String {
    at.0.to_rfc3339_seconds()
}

fn columns(text: &str) -> usize {
    console::measure_text_width(text)
}

#[cfg(test)]
mod tests;

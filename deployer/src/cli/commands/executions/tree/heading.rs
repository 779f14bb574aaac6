//! What is told of an execution as a whole.

use durable_history::{MOST_BYTES, MOST_OPERATIONS};
use owo_colors::OwoColorize as _;

use super::words::{error_lines, time, value, words};
use crate::cli::plain::plain;
use crate::operate::executions::{ExecutionView, LargeResult, Waiting};
use crate::span::{bytes, grouped, span};

/// Returns all that is told above the operations.
pub(super) fn heading(view: &ExecutionView, data: bool) -> Vec<String> {
    let mut lines = facts(view);
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
    lines
}

fn facts(view: &ExecutionView) -> Vec<String> {
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

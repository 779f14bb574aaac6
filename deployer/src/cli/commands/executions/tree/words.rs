//! The words of a tree: statuses, times, errors, values.

use owo_colors::OwoColorize as _;
use serde_json::Value;

use crate::cli::plain::{plain, plain_lines};
use crate::operate::executions::{At, ErrorView};
use crate::span::bytes;

/// The most characters that are shown of an input or a result.
const MOST_SHOWN: usize = 2_000;

pub(super) fn words(status: &str) -> String {
    plain(status).to_lowercase().replace('_', " ")
}

/// Returns a time to the second: the tree tells how long things took.
pub(super) fn time(at: At) -> String {
    at.0.to_rfc3339_seconds()
}

pub(super) fn columns(text: &str) -> usize {
    console::measure_text_width(text)
}

pub(super) fn error_lines(lead: &str, error: &ErrorView, data: bool) -> Vec<String> {
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

pub(super) fn value(lead: &str, value: &Value) -> String {
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

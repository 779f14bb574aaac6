//! `deployer callbacks list`: which callbacks are open.

use std::time::Duration;

use clap::Args;
use durable_history::Timestamp;
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::global::Format;
use crate::cli::moment::now;
use crate::cli::outcome::{Outcome, write_line};
use crate::cli::plain::plain;
use crate::error::Result;
use crate::operate::callbacks::{OpenCallback, OpenCallbacks, OpenFilter};
use crate::operate::deployed::deployed;
use crate::pipeline::connect;
use crate::span::rough;

/// Lists the callbacks that executions wait for, those of the newest executions first
///
/// Reads the history of every execution that has not ended. With `--format json`, one object a line.
#[derive(Debug, Args)]
pub(super) struct ListArguments {
    /// Only those of this workflow; may be given several times
    #[arg(long, value_name = "WORKFLOW")]
    workflow: Vec<String>,
    /// Only those of this operation, or inside of it
    #[arg(long, value_name = "OPERATION")]
    waiting_for: Option<String>,
    /// At most so many
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,
}

pub(super) async fn run(context: &Context, arguments: &ListArguments) -> Result<Outcome> {
    let app = &context.app;
    let selected = app.select(&arguments.workflow)?;
    let clients = connect(app).await?;
    let workflows = deployed(app, &clients, &selected).await?;
    let filter = OpenFilter::within(arguments.waiting_for.clone());
    let mut open = OpenCallbacks::of(&clients, &workflows, &filter);
    let mut printer = Printer::new(context.format);
    let mut left = arguments.limit.unwrap_or(usize::MAX);
    while left > 0 {
        let Some(callbacks) = open.next().await? else {
            break;
        };
        let wanted = callbacks.len().min(left);
        left -= wanted;
        printer.take(callbacks.into_iter().take(wanted));
    }
    Ok(printer.finish())
}

/// How many are looked at before the first line is printed, for the width of the columns.
const SAMPLE: usize = 100;
const HEADER: [&str; 5] = ["execution", "operation", "since", "until", "heartbeat"];

/// Prints as it comes in; people get columns, which the first rows measure.
struct Printer {
    format: Format,
    now: Timestamp,
    held: Vec<[String; 5]>,
    widths: Option<[usize; 5]>,
}

impl Printer {
    fn new(format: Format) -> Self {
        Self {
            format,
            now: now(),
            held: vec![HEADER.map(str::to_owned)],
            widths: None,
        }
    }

    fn take(&mut self, callbacks: impl Iterator<Item = OpenCallback>) {
        for callback in callbacks {
            match self.format {
                Format::Json => print(&document(&callback).to_string()),
                Format::Human => self.held.push(row(&callback, self.now)),
            }
        }
        if self.widths.is_some() || self.held.len() > SAMPLE {
            self.print_held();
        }
    }

    fn print_held(&mut self) {
        let held = std::mem::take(&mut self.held);
        let widths = *self.widths.get_or_insert_with(|| widths(&held));
        for row in held {
            let cells = row.iter().zip(widths);
            let line: Vec<String> = cells
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            print(line.join("  ").trim_end());
        }
    }

    fn finish(mut self) -> Outcome {
        let is_empty = self.widths.is_none() && self.held.len() == 1;
        let text = match self.format {
            Format::Human if is_empty => "No execution waits for a callback.",
            Format::Human => {
                self.print_held();
                ""
            }
            Format::Json => "",
        };
        Outcome::done(text, Value::Null)
    }
}

fn print(line: &str) {
    write_line(&mut anstream::stdout().lock(), line);
}

fn widths(rows: &[[String; 5]]) -> [usize; 5] {
    let mut widths = [0; 5];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    widths
}

fn row(callback: &OpenCallback, now: Timestamp) -> [String; 5] {
    let operation = callback.operation.as_deref().unwrap_or("-");
    let every = callback.heartbeat_timeout.map(Duration::from_secs);
    [
        plain(&callback.execution).into_owned(),
        plain(operation).into_owned(),
        format!("{} ago", rough(now.since(callback.since))),
        callback.until.map_or_else(
            || "-".to_owned(),
            |until| format!("in {}", rough(until.since(now))),
        ),
        every.map_or_else(|| "-".to_owned(), |every| format!("every {}", rough(every))),
    ]
}

pub(super) fn document(callback: &OpenCallback) -> Value {
    json!({
        "workflow": callback.workflow,
        "execution": callback.execution,
        "execution_arn": callback.execution_arn,
        "operation": callback.operation,
        "callback_id": callback.callback_id,
        "since": callback.since.to_rfc3339(),
        "until": callback.until.map(Timestamp::to_rfc3339),
        "heartbeat_seconds": callback.heartbeat_timeout,
    })
}

#[cfg(test)]
mod tests {
    use durable_history::Timestamp;

    use super::{OpenCallback, document, row};

    fn callback() -> OpenCallback {
        OpenCallback {
            workflow: "fraud".into(),
            execution: "tx-1\u{1b}[2J".into(),
            execution_arn: "arn".into(),
            operation: Some("ask-sms".into()),
            callback_id: "id".into(),
            since: Timestamp::from_millis(0),
            until: Some(Timestamp::from_millis(90_061_000)),
            heartbeat_timeout: Some(300),
        }
    }

    #[test]
    fn a_row_tells_for_how_long_and_steers_no_terminal() {
        let now = Timestamp::from_millis(61_500);
        let told = row(&callback(), now);
        let expected = [
            "tx-1\\u{1b}[2J",
            "ask-sms",
            "1m 1s ago",
            "in 1d 0h",
            "every 5m 0s",
        ];
        assert_eq!(told, expected);
        let endless = OpenCallback {
            operation: None,
            until: None,
            heartbeat_timeout: None,
            ..callback()
        };
        assert_eq!(row(&endless, now)[1..], ["-", "1m 1s ago", "-", "-"]);
    }

    #[test]
    fn a_program_gets_the_id_and_times() {
        let document = document(&callback());
        assert_eq!(document["callback_id"], "id");
        assert_eq!(document["until"], "1970-01-02T01:01:01.000Z");
    }
}

//! `deployer executions watch`: one execution, until it ends.

use std::io::IsTerminal as _;
use std::time::Duration;

use clap::Args;
use durable_history::{History, HistoryEvent, Record};
use serde_json::json;

use super::{show, tree};
use crate::aws::Clients;
use crate::cli::context::Context;
use crate::cli::global::Format;
use crate::cli::outcome::{Outcome, write_line};
use crate::cli::plain::plain;
use crate::error::{Error, Kind, Result};
use crate::operate::deployed::deployed;
use crate::operate::executions::{ErrorView, ExecutionView, Follow, find};
use crate::pipeline::connect;

/// Shows one execution while it goes on, until it ends
///
/// On a terminal the tree is drawn in place; elsewhere every event is a line. Exit code 0 when it succeeded,
/// 4 when it ended otherwise. Ctrl-C leaves, and changes nothing.
#[derive(Debug, Args)]
pub(in crate::cli) struct WatchArguments {
    /// The execution, by its name or its ARN
    #[arg(value_name = "NAME|ARN")]
    execution: String,
    /// Only of this workflow; may be given again
    #[arg(long)]
    workflow: Vec<String>,
    /// Ends as soon as it waits for something, with exit code 0
    #[arg(long)]
    until_waiting: bool,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &WatchArguments) -> Result<Outcome> {
    let app = &context.app;
    let workflows = app.select(&arguments.workflow)?;
    let clients = connect(app).await?;
    let deployed = deployed(app, &clients, &workflows).await?;
    let found = find(app, &clients, &deployed, &arguments.execution).await?;
    let watching = watch(
        context,
        &clients,
        &found.execution.arn,
        arguments.until_waiting,
    );
    tokio::select! {
        watched = watching => watched,
        _ = tokio::signal::ctrl_c() => Err(Error::new(
            Kind::Aborted,
            "stopped watching; the execution goes on",
        )),
    }
}

/// Shows an execution until it ends, or waits.
#[expect(
    clippy::disallowed_methods,
    reason = "who watches asks again, until it ends"
)]
pub(super) async fn watch(
    context: &Context,
    clients: &Clients,
    arn: &str,
    until_waiting: bool,
) -> Result<Outcome> {
    let pause = if clients.is_near() {
        Duration::from_millis(100)
    } else {
        Duration::from_secs(2)
    };
    let mut follow = Follow::of(clients, arn);
    let mut screen = Screen::of(context);
    loop {
        let news = follow.next().await?;
        let record = follow.record();
        let view = ExecutionView::of(record);
        screen.show(record, &view, news);
        let waits = until_waiting && !view.waiting_for.is_empty();
        if view.is_finished() || waits {
            screen.clear();
            let text = tree::render(&view, context.verbose);
            let well = waits || view.status == "SUCCEEDED";
            return Ok(Outcome {
                exit_code: if well {
                    0
                } else {
                    Kind::WrongState.exit_code()
                },
                ..Outcome::done(text, show::document(&view))
            });
        }
        tokio::time::sleep(pause).await;
    }
}

/// Where an execution is shown while it goes on.
enum Screen {
    /// Drawn in place; how many lines there are now.
    InPlace {
        terminal: console::Term,
        lines: usize,
        data: bool,
    },
    /// An event a line.
    Lines,
    /// An event a line, for programs.
    Json,
    /// Nothing but its end.
    Quiet,
}

impl Screen {
    fn of(context: &Context) -> Self {
        match context.format {
            Format::Json => Self::Json,
            Format::Human if context.quiet => Self::Quiet,
            Format::Human if std::io::stdout().is_terminal() => Self::InPlace {
                terminal: console::Term::stdout(),
                lines: 0,
                data: context.verbose,
            },
            Format::Human => Self::Lines,
        }
    }

    fn show(&mut self, record: &Record, view: &ExecutionView, news: Vec<HistoryEvent>) {
        match self {
            Self::InPlace {
                terminal,
                lines,
                data,
            } => {
                // Nobody reads what cannot be drawn.
                let _ = terminal.clear_last_lines(*lines);
                let text = tree::render(view, *data);
                let (rows, columns) = terminal.size();
                let text = fitting(&text, usize::from(rows), usize::from(columns));
                *lines = text.lines().count();
                write_line(&mut anstream::stdout().lock(), &text);
            }
            Self::Lines => {
                let history = record.history();
                for event in news {
                    let line = line(record, &history, &event);
                    write_line(&mut anstream::stdout().lock(), &line);
                }
            }
            Self::Json => {
                for event in news {
                    let line = document(record, &event);
                    write_line(&mut std::io::stdout().lock(), &line);
                }
            }
            Self::Quiet => {}
        }
    }

    /// Takes away what is drawn in place, before the end is told whole.
    fn clear(&mut self) {
        if let Self::InPlace {
            terminal, lines, ..
        } = self
        {
            let _ = terminal.clear_last_lines(*lines);
            *lines = 0;
        }
    }
}

/// Returns the rows that a screen has room for: the first few, and then the last ones. A row that is too
/// long is cut, because one that wraps would be two.
fn fitting(text: &str, rows: usize, columns: usize) -> String {
    const HEADING: usize = 6;
    let cut = |line: &str| console::truncate_str(line, columns, "…").into_owned();
    let lines: Vec<String> = text.lines().map(cut).collect();
    let room = rows.saturating_sub(2).max(HEADING + 1);
    if lines.len() <= room {
        return lines.join("\n");
    }
    let left_out = lines.len() - room + 1;
    let first = lines.iter().take(HEADING).cloned();
    let last = lines.iter().skip(HEADING + left_out).cloned();
    first
        .chain([format!("  ⋮ {left_out} rows")])
        .chain(last)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Returns an event for people: time since the start, type, operation, error.
fn line(record: &Record, history: &History, event: &HistoryEvent) -> String {
    let since = event
        .event_timestamp
        .since(record.execution.start_timestamp);
    let error = error_of(event).unwrap_or_default();
    let operation = operation_of(history, event);
    let line = format!(
        "{:>10.3} s  {:<24}  {:<26}  {}",
        since.as_secs_f64(),
        plain(&event.event_type),
        plain(&operation),
        plain(&error)
    );
    line.trim_end().to_owned()
}

/// Returns an event for programs, without inputs and results: the last document has those.
fn document(record: &Record, event: &HistoryEvent) -> String {
    let document = json!({
        "event": "execution-event",
        "execution": record.execution.durable_execution_name,
        "event_id": event.event_id,
        "at": event.event_timestamp.to_rfc3339(),
        "type": event.event_type,
        "operation_id": event.id,
        "operation": event.name,
        "error": error_of(event),
    });
    document.to_string()
}

/// Returns the name of the event's operation, or which one it is in.
fn operation_of(history: &History, event: &HistoryEvent) -> String {
    let operation = event.id.as_ref().and_then(|id| history.operation(id));
    match (
        &event.name,
        operation.and_then(|operation| history.name_of(operation)),
    ) {
        (Some(name), _) => name.clone(),
        (None, Some(around)) => format!("(in {around})"),
        (None, None) => String::new(),
    }
}

fn error_of(event: &HistoryEvent) -> Option<String> {
    let error = event.detail.error()?.payload.as_ref()?;
    Some(ErrorView::of(error).in_words())
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn a_screen_shows_the_heading_and_the_last_rows() {
        let text: Vec<String> = (0..100).map(|row| format!("row {row}")).collect();
        let shown = fitting(&text.join("\n"), 24, 80);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 22);
        assert_eq!(lines.first(), Some(&"row 0"));
        assert_eq!(lines.get(6), Some(&"  ⋮ 79 rows"));
        assert_eq!(lines.last(), Some(&"row 99"));
        assert_eq!(fitting("short\nrows", 24, 80), "short\nrows");
        assert_eq!(fitting("a long row", 24, 4), "a l…");
    }
}

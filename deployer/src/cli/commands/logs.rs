//! `deployer logs`: what the functions wrote.

use std::time::Duration;

use clap::Args;
use owo_colors::OwoColorize as _;
use serde_json::Value;

use super::super::context::Context;
use super::super::global::Format;
use super::super::outcome::{Outcome, write_line};
use crate::config::Span;
use crate::error::Result;
use crate::operate::logs::{LogLine, Question, Tail};
use crate::pipeline::connect;

/// Prints what the functions wrote, merged by time
///
/// With `--format json`, one object a line, with the message as it was written.
#[derive(Debug, Args)]
pub(in crate::cli) struct LogsArguments {
    /// Only this workflow; may be given again
    #[arg(long, short)]
    workflow: Vec<String>,
    /// Only lines that name this execution, by its name or its ARN
    #[arg(long)]
    execution: Option<String>,
    /// How far back to look
    #[arg(long, default_value = "15m")]
    since: Span,
    /// Goes on with what comes in, until Ctrl-C
    #[arg(long, short)]
    follow: bool,
}

impl LogsArguments {
    /// Whether the command goes on until somebody stops it.
    pub(in crate::cli) fn follows(&self) -> bool {
        self.follow
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "who follows asks again, until Ctrl-C"
)]
pub(in crate::cli) async fn run(context: &Context, arguments: &LogsArguments) -> Result<Outcome> {
    let app = &context.app;
    let question = Question {
        workflows: app.select(&arguments.workflow)?,
        execution: arguments.execution.clone(),
        since: arguments.since.duration(),
    };
    let clients = connect(app).await?;
    let width = app
        .functions(&question.workflows)
        .keys()
        .map(String::len)
        .max();
    let width = width.unwrap_or_default();
    let mut tail = Tail::new(app, &clients, &question);
    // CloudWatch takes few requests a second; the local target has no such limit.
    let pause = if clients.is_near() {
        Duration::from_millis(300)
    } else {
        Duration::from_secs(2)
    };
    let nothing = Outcome {
        text: String::new(),
        document: Value::Null,
        exit_code: 0,
    };
    loop {
        for line in tail.next().await? {
            print(context, &line, width);
        }
        if !arguments.follow {
            return Ok(nothing);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = tokio::signal::ctrl_c() => return Ok(nothing),
        }
    }
}

/// Prints a line at once: who follows does not wait for an end.
fn print(context: &Context, line: &LogLine, width: usize) {
    let text = match context.format {
        Format::Json => serde_json::to_string(line).unwrap_or_default(),
        Format::Human => render(line, width),
    };
    write_line(&mut anstream::stdout().lock(), &text);
}

fn render(line: &LogLine, width: usize) -> String {
    let level = line.level().unwrap_or_default();
    let padded = format!("{level:<5}");
    let level = match level {
        "ERROR" | "FATAL" => padded.red().to_string(),
        "WARN" => padded.yellow().to_string(),
        _ => padded.dimmed().to_string(),
    };
    let (time, function) = (line.time(), format!("{:<width$}", line.function));
    format!(
        "{} {} {level} {}",
        time.dimmed(),
        function.cyan(),
        line.text()
    )
}

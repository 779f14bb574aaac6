//! `deployer trace`: one message from the queue to its end.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use comfy_table::{Table, presets};
use owo_colors::OwoColorize as _;
use serde_json::Value;

use crate::cli::context::Context;
use crate::cli::moment::now;
use crate::cli::outcome::{Outcome, fitting};
use crate::cli::plain::plain;
use crate::config::Span;
use crate::error::{Kind, Result};
use crate::operate::deployed::deployed;
use crate::operate::trace::{End, Question, Trace, trace};
use crate::pipeline::connect;

/// Follows one message from the queue to the end of its execution
///
/// Through the intermediary's log, the idempotency record, the execution and the logs of all functions, to
/// the queue that it ended in. Exit code 4 when nothing is known of it.
#[derive(Debug, Args)]
pub(in crate::cli) struct TraceArguments {
    /// An execution, by its name or its ARN, or a message of the queue, by its id
    #[arg(value_name = "NAME|ARN|MESSAGE-ID", value_parser = NonEmptyStringValueParser::new())]
    subject: String,
    /// Only in this workflow; may be given again
    #[arg(long)]
    workflow: Vec<String>,
    /// How far back logs are read; by default from a little before the execution, or a day
    #[arg(long)]
    since: Option<Span>,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &TraceArguments) -> Result<Outcome> {
    let app = &context.app;
    let workflows = app.select(&arguments.workflow)?;
    let clients = connect(app).await?;
    let deployed = deployed(app, &clients, &workflows).await?;
    let question = Question {
        subject: arguments.subject.clone(),
        since: arguments.since.map(Span::duration),
        now: now(),
    };
    let traced = trace(app, &clients, &deployed, &question).await?;
    let known = traced.end != End::Unknown;
    Ok(Outcome {
        text: render(&traced),
        document: serde_json::to_value(&traced).unwrap_or(Value::Null),
        exit_code: if known {
            0
        } else {
            Kind::WrongState.exit_code()
        },
    })
}

fn render(traced: &Trace) -> String {
    let workflow = traced.workflow.as_deref();
    let workflow = workflow.map_or_else(String::new, |workflow| format!("  {}", plain(workflow)));
    let mut lines = vec![format!(
        "{}{workflow}\n  {}",
        plain(&traced.subject).bold(),
        plain(&traced.end.in_words())
    )];
    if !traced.steps.is_empty() {
        lines.push(format!("\n{}", steps(traced)));
    }
    let lost = traced.lost.iter();
    lines.extend(lost.map(|lost| format!("{} {lost}", "lost track:".yellow())));
    lines.join("\n")
}

fn steps(traced: &Trace) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for step in &traced.steps {
        let at = step.at.map_or_else(String::new, |at| at.0.to_rfc3339());
        table.add_row([&at, step.place.as_str(), &plain(&step.what)]);
    }
    fitting(table)
}

//! `deployer executions list`: which executions there are.

use std::io::IsTerminal as _;

use clap::Args;
use serde_json::{Value, json};

use super::filter::FilterArguments;
use crate::cli::context::Context;
use crate::cli::global::Format;
use crate::cli::moment::now;
use crate::cli::outcome::{Outcome, write_line};
use crate::cli::plain::plain;
use crate::error::Result;
use crate::operate::deployed::deployed;
use crate::operate::executions::{Filter, Listed, Listing, Order};
use crate::pipeline::connect;
use crate::span::{ago, span};

/// Lists executions, those that started last first
///
/// They come as they are read. With `--format json`, one object a line.
#[derive(Debug, Args)]
pub(in crate::cli) struct ListArguments {
    #[command(flatten)]
    filter: FilterArguments,
    /// Those that started first come first
    #[arg(long)]
    oldest_first: bool,
}

/// How many are listed on a terminal, where nothing else is said.
const A_SCREEN: usize = 50;
/// The columns of a terminal that has room for workflow and version.
const WIDE: u16 = 100;

pub(in crate::cli) async fn run(context: &Context, arguments: &ListArguments) -> Result<Outcome> {
    let app = &context.app;
    let workflows = app.select(&arguments.filter.workflow)?;
    let clients = connect(app).await?;
    let deployed = deployed(app, &clients, &workflows).await?;
    let order = if arguments.oldest_first {
        Order::OldestFirst
    } else {
        Order::NewestFirst
    };
    let people = context.format == Format::Human;
    let filter = arguments.filter.filter(order);
    let limit = match filter.limit {
        None if people && std::io::stdout().is_terminal() => Some(A_SCREEN),
        limit => limit,
    };
    // One more shows whether that was all.
    let filter = Filter {
        limit: limit.map(|limit| limit.saturating_add(1)),
        ..filter
    };
    let mut listing = Listing::of(&clients, &deployed, &filter);
    let columns = Columns::of_terminal();
    let mut count = 0;
    let mut more = false;
    while let Some(listed) = listing.next().await? {
        more = limit == Some(count);
        if more {
            break;
        }
        if people && count == 0 {
            write_line(&mut anstream::stdout().lock(), &columns.heading());
        }
        count += 1;
        let line = if people {
            columns.row(&listed)
        } else {
            document(&listed).to_string()
        };
        write_line(&mut anstream::stdout().lock(), &line);
    }
    let text = match (count, more) {
        (0, _) => "No execution is as asked for.".to_owned(),
        (_, true) => format!("\nThere are more than these {count}; `--limit` takes more."),
        _ => String::new(),
    };
    Ok(Outcome::done(text, Value::Null))
}

/// Returns an execution for programs.
pub(super) fn document(listed: &Listed) -> Value {
    json!({
        "workflow": listed.workflow,
        "name": listed.name,
        "status": listed.status,
        "version": listed.version,
        "started_at": listed.started_at.to_rfc3339(),
        "ended_at": listed.ended_at.map(durable_history::Timestamp::to_rfc3339),
        "arn": listed.arn,
    })
}

/// How the list is laid out: its rows are written before the last is known.
struct Columns {
    is_wide: bool,
}

impl Columns {
    fn of_terminal() -> Self {
        let size = console::Term::stdout().size_checked();
        let is_terminal = std::io::stdout().is_terminal();
        Self {
            is_wide: !is_terminal || size.is_none_or(|(_, columns)| columns >= WIDE),
        }
    }

    fn heading(&self) -> String {
        self.line(["status", "started", "took", "version", "workflow", "name"])
    }

    fn row(&self, listed: &Listed) -> String {
        let now = now();
        let status = listed.status.to_lowercase().replace('_', " ");
        let end = listed.ended_at.unwrap_or(now);
        let took = span(end.since(listed.started_at));
        let started = ago(listed.started_at, now);
        let name = plain(&listed.name);
        self.line([
            &status,
            &started,
            &took,
            &listed.version,
            &listed.workflow,
            &name,
        ])
    }

    /// The name comes last, because nothing says how long it is.
    fn line(&self, [status, started, took, version, workflow, name]: [&str; 6]) -> String {
        if self.is_wide {
            format!("{status:<9}  {started:<8}  {took:<8}  {version:<7}  {workflow:<20}  {name}")
        } else {
            format!("{status:<9}  {started:<8}  {took:<8}  {name}")
        }
    }
}

#[cfg(test)]
mod tests {
    use durable_history::Timestamp;

    use super::{Columns, document};
    use crate::operate::executions::Listed;

    fn listed() -> Listed {
        Listed {
            workflow: "fraud-detection".to_owned(),
            name: "dev-tx-\u{1b}[31m1".to_owned(),
            status: "TIMED_OUT".to_owned(),
            version: "7".to_owned(),
            started_at: Timestamp::from_millis(1_767_225_600_000),
            ended_at: Some(Timestamp::from_millis(1_767_225_660_000)),
            arn: "arn".to_owned(),
        }
    }

    #[test]
    fn a_narrow_terminal_gets_rows_that_fit_and_nothing_steers_it() {
        let narrow = Columns { is_wide: false }.row(&listed());
        assert!(narrow.len() <= 60, "{narrow}");
        assert!(narrow.starts_with("timed out  "), "{narrow}");
        assert!(narrow.contains("1m 00s"), "{narrow}");
        let wide = Columns { is_wide: true }.row(&listed());
        assert!(wide.contains("fraud-detection"), "{wide}");
        assert!(!wide.contains('\u{1b}'), "{wide}");
    }

    #[test]
    fn programs_get_times_and_names_as_they_are() {
        let document = document(&listed());
        assert_eq!(document["started_at"], "2026-01-01T00:00:00.000Z");
        assert_eq!(document["name"], "dev-tx-\u{1b}[31m1");
    }
}

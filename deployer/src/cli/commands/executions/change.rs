//! `deployer executions stop`, `pause`, `resume` and `delete`: one execution or many.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};

use super::filter::FilterArguments;
use crate::aws::Clients;
use crate::cli::confirm::confirm;
use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::cli::plain::plain;
use crate::count::counted;
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::operate::deployed::{DeployedWorkflow, deployed};
use crate::operate::executions::{Change, ChangeTally, Listed, Listing, Order, change, find};
use crate::pipeline::connect;

/// How many names are told before the rest is only counted.
const MOST_NAMES: usize = 10;

/// Which executions
#[derive(Debug, Args)]
struct WhichArguments {
    /// The executions, by their names or ARNs; without any, those that the options ask for
    #[arg(value_name = "NAME|ARN")]
    executions: Vec<String>,
    #[command(flatten)]
    filter: FilterArguments,
    /// All that are in a state for it, where no option narrows them
    #[arg(long)]
    all: bool,
    /// Only says what would happen
    #[arg(long)]
    dry_run: bool,
}

/// Stops executions: they end as stopped, and are not undone
#[derive(Debug, Args)]
pub(super) struct StopArguments {
    #[command(flatten)]
    which: WhichArguments,
    /// The message of their error
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Pauses executions: nothing runs until they are resumed, and what they wait for may come meanwhile
#[derive(Debug, Args)]
pub(super) struct PauseArguments {
    #[command(flatten)]
    which: WhichArguments,
    /// Goes into their history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Lets paused executions go on
#[derive(Debug, Args)]
pub(super) struct ResumeArguments {
    #[command(flatten)]
    which: WhichArguments,
}

/// Deletes executions that have ended, with their histories
#[derive(Debug, Args)]
pub(super) struct DeleteArguments {
    #[command(flatten)]
    which: WhichArguments,
}

pub(super) async fn stop(context: &Context, arguments: &StopArguments) -> Result<Outcome> {
    let action = Action {
        words: ["stop", "stopping", "stopped"],
        change: Change::Stop(arguments.reason.clone()),
        from: &["RUNNING", "PAUSING", "PAUSED"],
        asks_for_one: true,
    };
    action.run(context, &arguments.which).await
}

pub(super) async fn pause(context: &Context, arguments: &PauseArguments) -> Result<Outcome> {
    let action = Action {
        words: ["pause", "pausing", "paused"],
        change: Change::Pause(arguments.reason.clone()),
        from: &["RUNNING"],
        asks_for_one: false,
    };
    action.run(context, &arguments.which).await
}

pub(super) async fn resume(context: &Context, arguments: &ResumeArguments) -> Result<Outcome> {
    let action = Action {
        words: ["resume", "resuming", "resumed"],
        change: Change::Resume,
        from: &["PAUSING", "PAUSED"],
        asks_for_one: false,
    };
    action.run(context, &arguments.which).await
}

pub(super) async fn delete(context: &Context, arguments: &DeleteArguments) -> Result<Outcome> {
    let action = Action {
        words: ["delete", "deleting", "deleted"],
        change: Change::Delete,
        from: &["SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"],
        asks_for_one: true,
    };
    action.run(context, &arguments.which).await
}

/// What is done, and how that is asked for.
struct Action {
    /// What it is called: to do it, doing it, done.
    words: [&'static str; 3],
    change: Change,
    /// The statuses in which it can be done.
    from: &'static [&'static str],
    /// Whether even one execution needs consent.
    asks_for_one: bool,
}

impl Action {
    async fn run(self, context: &Context, which: &WhichArguments) -> Result<Outcome> {
        let [to_do, doing, _] = self.words;
        if which.executions.is_empty() && !which.filter.narrows() && !which.all {
            let what = format!("nothing says which executions to {to_do}");
            return Err(Error::usage(what).hint(
                "name them, narrow them with options such as --status or --since, or say --all",
            ));
        }
        if !which.executions.is_empty() && (which.filter.narrows() || which.all) {
            let what = "executions are either named or asked for by options";
            return Err(Error::usage(what).hint("leave the names or the options out"));
        }
        let selected = context.app.select(&which.filter.workflow)?;
        let clients = connect(&context.app).await?;
        let workflows = deployed(&context.app, &clients, &selected).await?;
        let found = if which.executions.is_empty() {
            self.list(&clients, &workflows, &which.filter).await?
        } else {
            self.named(context, &clients, &workflows, &which.executions)
                .await?
        };
        let count = found.len();
        self.announce(context, &found);
        if which.dry_run {
            let text = format!("Would {to_do} {}.", counted(count, "execution"));
            return Ok(Outcome::done(
                text,
                json!({ "would_change": names(&found) }),
            ));
        }
        if self.asks_for_one || count > 1 {
            confirm(context, &format!("{doing} {}", counted(count, "execution")))?;
        }
        let tally = self.carry_out(context, &clients, found).await;
        self.finish(&tally)
    }

    async fn list(
        &self,
        clients: &Clients,
        workflows: &[DeployedWorkflow],
        arguments: &FilterArguments,
    ) -> Result<Vec<Listed>> {
        let [to_do, ..] = self.words;
        let mut filter = arguments.filter(Order::OldestFirst);
        let can = |status: &String| self.from.contains(&status.as_str());
        if filter.statuses.is_empty() {
            filter.statuses = self.from.iter().map(|&status| status.to_owned()).collect();
        } else if !filter.statuses.iter().all(can) {
            let from = self.from.join(", ").to_lowercase().replace('_', "-");
            let what = format!("executions to {to_do} are {from}");
            return Err(Error::usage(what).hint("leave the other statuses out"));
        }
        let mut listing = Listing::of(clients, workflows, &filter);
        let mut found = Vec::new();
        while let Some(listed) = listing.next().await? {
            found.push(listed);
        }
        if found.is_empty() {
            let what = format!("there is no execution to {to_do}");
            return Err(Error::new(Kind::WrongState, what).hint(
                "`deployer executions list` with the same options, and fewer of them, shows what there is",
            ));
        }
        Ok(found)
    }

    async fn named(
        &self,
        context: &Context,
        clients: &Clients,
        workflows: &[DeployedWorkflow],
        wanted: &[String],
    ) -> Result<Vec<Listed>> {
        let [_, _, done] = self.words;
        let mut found: Vec<Listed> = Vec::new();
        for wanted in wanted {
            let listed = find(&context.app, clients, workflows, wanted)
                .await?
                .execution;
            if !self.from.contains(&listed.status.as_str()) {
                let what = format!(
                    "`{}` is {}, and cannot be {done}",
                    listed.name, listed.status
                );
                return Err(Error::new(Kind::WrongState, what).hint("nothing was changed"));
            }
            if found.iter().all(|known| known.arn != listed.arn) {
                found.push(listed);
            }
        }
        Ok(found)
    }

    /// Says what will happen.
    fn announce(&self, context: &Context, found: &[Listed]) {
        let [to_do, ..] = self.words;
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for listed in found {
            *counts
                .entry((&listed.workflow, &listed.status))
                .or_default() += 1;
        }
        let note = |text: String| context.reporter.report(&Event::Note { text });
        for ((workflow, status), count) in counts {
            let of = counted(count, "execution");
            note(format!("{workflow}: {of} to {to_do}, {}", plain(status)));
        }
        let first = found.iter().take(MOST_NAMES);
        for listed in first {
            note(format!("  {}", plain(&listed.name)));
        }
        if let Some(more @ 1..) = found.len().checked_sub(MOST_NAMES) {
            note(format!("  and {more} more"));
        }
    }

    async fn carry_out(
        &self,
        context: &Context,
        clients: &Clients,
        found: Vec<Listed>,
    ) -> ChangeTally {
        let [_, doing, _] = self.words;
        let count = found.len();
        // Ten lines at the most, and none for a few.
        let every = (count / 10).max(100);
        let progress = |through: usize| {
            if through.is_multiple_of(every) && through < count {
                let text = format!("{doing}: {through} of {count}");
                context.reporter.report(&Event::Note { text });
            }
        };
        change(clients, found, &self.change, progress).await
    }

    /// Says how many, and which not.
    fn finish(&self, tally: &ChangeTally) -> Result<Outcome> {
        let [to_do, _, done] = self.words;
        let text = self.told(tally);
        let document = json!({
            "changed": tally.done,
            "in_another_state": tally.otherwise.iter().map(|(listed, _)| &listed.name).collect::<Vec<_>>(),
            "gone": tally.gone,
            "failed": tally.refused.iter().map(|refused| json!({
                "execution": refused.execution.name,
                "error": refused.error.in_a_line(),
            })).collect::<Vec<_>>(),
            "untried": tally.untried,
        });
        let left = tally.refused.len() + tally.untried;
        let Some(first) = tally.refused.first() else {
            return Ok(Outcome::done(text, document));
        };
        let kinds = tally.refused.iter().map(|refused| refused.error.kind());
        // Of several kinds the one that most can be done about.
        let kind = kinds.max().unwrap_or(first.error.kind());
        let what = format!("{} could not be {done}", counted(left, "execution"));
        let told = tally.refused.iter().take(MOST_NAMES);
        let lines = told.map(|refused| {
            let line = format!("{}: {}", refused.execution.name, refused.error.in_a_line());
            plain(&line).into_owned()
        });
        let hint = format!("what was {done} stays so; run the same again to {to_do} the rest");
        Err(lines
            .fold(Error::new(kind, what), Error::detail)
            .beside(text)
            .hint(hint))
    }

    fn told(&self, tally: &ChangeTally) -> String {
        let [_, _, done] = self.words;
        let mut text = format!("{} {done}", counted(tally.done, "execution"));
        if !tally.otherwise.is_empty() {
            let count = tally.otherwise.len();
            text = format!("{text}, {count} in another state meanwhile");
        }
        if tally.gone > 0 {
            text = format!("{text}, {} gone meanwhile", tally.gone);
        }
        if !tally.refused.is_empty() {
            text = format!("{text}, {} failed", tally.refused.len());
        }
        if tally.untried > 0 {
            text = format!("{text}, {} not tried", tally.untried);
        }
        let first = tally.otherwise.iter().take(MOST_NAMES);
        let whys =
            first.map(|(listed, why)| format!("\n  {}: {}", plain(&listed.name), plain(why)));
        format!("{text}.{}", whys.collect::<String>())
    }
}

fn names(found: &[Listed]) -> Vec<Value> {
    let name = |listed: &Listed| json!({ "workflow": listed.workflow, "execution": listed.name, "status": listed.status });
    found.iter().map(name).collect()
}

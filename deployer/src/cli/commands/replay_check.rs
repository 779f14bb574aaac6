//! `deployer replay-check`: would the code as it is now come to what executions have behind them?

use camino::Utf8PathBuf;
use clap::Args;
use durable_replay::{Isolation, Judgment};
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::cli::plain::plain_lines;
use crate::count::counted;
use crate::error::{Error, Kind, Result};
use crate::pipeline::{Histories, Replayed, SAMPLE, replay_check};

/// Runs the code as it is now against the histories of executions, and says which it would not replay
///
/// The functions are built and run on this machine, without credentials and, where the machine allows it, in a
/// network that reaches nothing; no step does anything. Executions stay on their version whatever this says.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReplayCheckArguments {
    /// The workflows; by default all
    workflow: Vec<String>,
    /// Reads what `executions export` wrote, or a folder of such files, rather than the stage; may be given again
    #[arg(long, value_name = "FILE|FOLDER")]
    file: Vec<Utf8PathBuf>,
    /// How many executions of each workflow are looked at: those that go on, then those that ended last
    #[arg(long, value_name = "NUMBER", default_value_t = SAMPLE, conflicts_with = "file")]
    sample: usize,
}

pub(in crate::cli) async fn run(
    context: &Context,
    arguments: &ReplayCheckArguments,
) -> Result<Outcome> {
    let histories = if arguments.file.is_empty() {
        Histories::Stage(arguments.sample)
    } else {
        Histories::Files(arguments.file.clone())
    };
    let found = replay_check(&context.session(), &arguments.workflow, &histories).await?;
    let doubtful: usize = found
        .iter()
        .map(|found| found.report.doubtful().count())
        .sum();
    let text = found
        .iter()
        .map(|found| told(found, context.verbose))
        .collect::<Vec<_>>()
        .join("\n\n");
    Ok(Outcome {
        exit_code: if doubtful == 0 {
            0
        } else {
            Kind::Verification.exit_code()
        },
        ..Outcome::done(text, json!({ "workflows": found }))
    })
}

/// Does what `replay-check` asks of a process apart.
pub(in crate::cli) async fn work() -> Result<Outcome> {
    durable_replay::work().await.map_err(|error| {
        Error::new(Kind::WrongState, "the replay check could not be made").caused_by(error)
    })?;
    Ok(Outcome::done("", serde_json::Value::Null))
}

/// Says what was found for one workflow; those that replay are named where more is asked for.
fn told(found: &Replayed, verbose: bool) -> String {
    let verdicts = &found.report.verdicts;
    let mut lines = Vec::new();
    for verdict in verdicts {
        if verbose || !matches!(verdict.judgment, Judgment::Replays { note: None }) {
            let name = &verdict.execution;
            let version = verdict.version.as_deref().unwrap_or("?");
            let judgment = verdict.judgment.to_string();
            let line = format!(
                "  {name} (version {version}, {}) {judgment}",
                verdict.status
            );
            lines.push(plain_lines(&line).into_owned());
        }
    }
    let count = |wanted: fn(&Judgment) -> bool| {
        let wanted = verdicts.iter().filter(|verdict| wanted(&verdict.judgment));
        wanted.count()
    };
    let replay = count(|judgment| matches!(judgment, Judgment::Replays { .. }));
    let differ = count(|judgment| matches!(judgment, Judgment::Differs { .. }));
    let unknown = count(|judgment| matches!(judgment, Judgment::NotJudged { .. }));
    lines.push(format!(
        "{}: {}, {replay} replay, {differ} differ, {unknown} could not be judged.",
        found.workflow,
        counted(verdicts.len(), "execution"),
    ));
    if let Isolation::Shared { reason } = &found.report.isolation {
        lines.push(format!(
            "The code had the network of this machine, though no credentials: {}",
            plain_lines(reason)
        ));
    }
    lines.join("\n")
}

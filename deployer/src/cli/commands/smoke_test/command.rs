//! What is asked for, one run of the scenarios, and what it came to.

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, value_parser};

use super::super::super::context::Context;
use super::super::super::outcome::Outcome;
use super::render;
use crate::error::{Error, Kind, Result};
use crate::event::Stop;
use crate::pipeline::connect;
use crate::smoke::{Choice, SmokeReport, Wanted, junit, run as run_scenarios};

/// Sends real messages through the queue and checks what the executions did
///
/// The scenarios of config/smoke/ run at the same time, each with ids of its own. Ctrl-C stops what runs of
/// them and takes away what they sent and made; a second one leaves at once.
#[derive(Debug, Args)]
pub(in crate::cli) struct SmokeTestArguments {
    /// The workflows; by default all
    workflow: Vec<String>,
    /// Only scenarios with this in their name, in any case; given several times, with one of them
    #[arg(long, value_name = "NAME")]
    filter: Vec<String>,
    /// Plays every scenario so many times, one round after the other
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..=1000))]
    repeat: u32,
    /// Leaves executions, rows and messages where they are, and says how to look at them
    #[arg(long)]
    keep: bool,
    /// Writes the results into this file, too, as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<Utf8PathBuf>,
}

pub(in crate::cli) async fn run(
    context: &Context,
    arguments: &SmokeTestArguments,
) -> Result<Outcome> {
    let app = &context.app;
    let workflows = app.select(&arguments.workflow)?;
    let wanted = Wanted {
        filters: arguments.filter.clone(),
        repeat: arguments.repeat,
        keep: arguments.keep,
    };
    let choice = Choice::of(app, &workflows, &wanted)?;
    if let Some(file) = &arguments.junit {
        check_place(file)?;
    }
    let report = play(context, &choice).await?;
    if let Some(file) = &arguments.junit {
        write(file, &report, &app.stage_name)
            .map_err(|error| error.beside(render::report(&report, &app.stage_name)))?;
    }
    told(&report, &app.stage_name)
}

/// Plays scenarios; Ctrl-C stops them.
pub(in crate::cli) async fn play(context: &Context, choice: &Choice) -> Result<SmokeReport> {
    let app = &context.app;
    let clients = connect(app).await?;
    let stop = Stop::default();
    context.attended.ends_by(Some(stop.clone()));
    let report = run_scenarios(app, &clients, choice, &stop, context.reporter.as_ref()).await;
    context.attended.ends_by(None);
    report
}

/// Says what the scenarios came to; that they were stopped is an error.
pub(in crate::cli) fn told(report: &SmokeReport, stage: &str) -> Result<Outcome> {
    let text = render::report(report, stage);
    if let Some(removed) = &report.removed {
        let ended = report.scenarios.len() - report.stopped;
        let error = Error::new(Kind::Aborted, "the smoke test was stopped")
            .detail(render::stopped(ended, removed, !report.left.is_empty()));
        return Err(error.beside(text));
    }
    let exit_code = if report.failed == 0 {
        0
    } else {
        Kind::Verification.exit_code()
    };
    Ok(Outcome {
        text,
        document: serde_json::to_value(report).unwrap_or_default(),
        exit_code,
    })
}

/// What could not be written at the end is refused before anything is sent.
fn check_place(file: &Utf8Path) -> Result<()> {
    if file.is_dir() {
        return Err(Error::usage(format!(
            "`{file}` is a folder, and no file can be written there"
        ))
        .hint("name a file, such as `--junit smoke.xml`"));
    }
    match file.parent() {
        Some(folder) if !folder.as_str().is_empty() && !folder.is_dir() => Err(Error::usage(
            format!("there is no folder `{folder}` to write `{file}` into"),
        )
        .hint(format!("make it first: `mkdir -p {folder}`"))),
        _ => Ok(()),
    }
}

fn write(file: &Utf8Path, report: &SmokeReport, stage: &str) -> Result<()> {
    fs_err::write(file, junit(report, stage)?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;
    use tempfile::TempDir;

    use super::check_place;
    use crate::error::Kind;

    #[test]
    fn a_file_that_could_not_be_written_is_refused() {
        let folder = TempDir::new().unwrap();
        let folder = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        for good in [folder.join("new.xml"), "new.xml".into()] {
            check_place(&good).unwrap();
        }
        for bad in [folder.clone(), folder.join("missing/new.xml")] {
            let error = check_place(&bad).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{error}");
            assert!(error.to_string().contains(folder.as_str()), "{error}");
        }
    }
}

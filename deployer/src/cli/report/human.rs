//! Plain lines on stderr, for pipes and CI.

use owo_colors::OwoColorize as _;

use super::super::outcome::write_line;
use crate::event::{Event, Reporter};

/// Writes a line for every event worth one.
pub(super) struct Lines;

impl Reporter for Lines {
    fn report(&self, event: &Event) {
        if let Some(line) = line(event) {
            write_line(&mut anstream::stderr().lock(), &line);
        }
    }
}

/// Returns the line of an event, where it deserves one.
pub(super) fn line(event: &Event) -> Option<String> {
    Some(match event {
        Event::StepStarted { step, text } => format!("{} {text}", label(step)),
        Event::StepFinished {
            step,
            text,
            seconds,
        } => format!("{} {text} {}", label(step), duration(*seconds)),
        Event::ArtifactReady {
            function,
            sha256,
            bytes,
            uploaded,
        } => artifact(function, sha256, *bytes, *uploaded),
        Event::ResourceChanged { status, .. } if status.ends_with("_IN_PROGRESS") => return None,
        Event::ResourceChanged {
            resource,
            resource_type,
            status,
            reason,
            ..
        } => {
            let reason = reason
                .as_deref()
                .map_or(String::new(), |reason| format!(": {reason}"));
            let status = if status.ends_with("_FAILED") {
                status.red().to_string()
            } else {
                status.green().to_string()
            };
            let kind = resource_type.dimmed();
            format!("{} {status} {resource} {kind}{reason}", label("apply"))
        }
        Event::StackReady { stack, action, .. } => format!("{} {stack} {action}", label("apply")),
        Event::LeftBehind {
            resource,
            resource_type,
            id,
            remedy,
            ..
        } => format!(
            "{} {resource} ({resource_type}) stays in the account as `{id}`, outside of any stack: {remedy}",
            "warning:".yellow().bold()
        ),
        Event::Warning { text } => format!("{} {text}", "warning:".yellow().bold()),
        Event::Note { text } => format!("{} {text}", label("")),
        Event::ScenarioFinished {
            workflow,
            name,
            status,
            seconds,
        } => scenario(workflow, name, status, *seconds),
        Event::Compiled { .. } => return None,
    })
}

fn artifact(function: &str, sha256: &str, bytes: u64, uploaded: bool) -> String {
    let what = if uploaded { "sent" } else { "there already" };
    #[expect(
        clippy::cast_precision_loss,
        reason = "a size for people, in tenths of a megabyte"
    )]
    let megabytes = bytes as f64 / 1e6;
    let short = sha256.get(..12).unwrap_or(sha256);
    format!(
        "{} {function} {short} {megabytes:.1} MB, {what}",
        label("publish")
    )
}

fn scenario(workflow: &str, name: &str, status: &str, seconds: f64) -> String {
    let status = match status {
        "passed" => status.green().to_string(),
        "failed" => status.red().to_string(),
        other => other.yellow().to_string(),
    };
    format!(
        "{} {status} {workflow}: {name} {}",
        label("smoke"),
        duration(seconds)
    )
}

fn duration(seconds: f64) -> String {
    format!("({seconds:.1} s)").dimmed().to_string()
}

fn label(step: &str) -> String {
    format!("{step:>8}").cyan().to_string()
}

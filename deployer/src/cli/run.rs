//! The program from its first word to its exit code.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;
use durable_local::Loss;

use super::arguments::Arguments;
use super::commands::replay_check;
use super::context::Context;
use super::interrupt::{Interrupts, left};
use super::outcome;
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::pipeline::local_settings;

/// Runs the program with the process's arguments and returns its exit code.
pub fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(error) => return ExitCode::from(outcome::print_usage(&error, &words)),
    };
    outcome::choose_color(arguments.global.color);
    trace(
        arguments.global.verbose,
        arguments.command.is_local_target(),
    );
    let format = arguments.global.format;
    let result = runtime().and_then(|runtime| {
        let result = runtime.block_on(run(arguments));
        // Who leaves does not wait for a thread that is in the middle of a name look-up or a file.
        runtime.shutdown_timeout(Duration::from_secs(1));
        result
    });
    ExitCode::from(match result {
        Ok(outcome) => outcome.print(format),
        Err(error) => outcome::print_error(&error, format),
    })
}

async fn run(arguments: Arguments) -> Result<outcome::Outcome, Error> {
    if let Some(result) = arguments.command.run_anywhere(arguments.global.verbose > 0) {
        return result;
    }
    if arguments.command.is_replay_worker() {
        return replay_check::work().await;
    }
    let context = Context::new(&arguments.global, arguments.command.works())?;
    if arguments.command.ends_itself() {
        return arguments.command.run(&context).await;
    }
    let (attended, keyboard) = (Arc::clone(&context.attended), Arc::clone(&context.keyboard));
    let mut interrupts = Interrupts::listen(attended, keyboard, context.has_person())?;
    let result = tokio::select! {
        result = run_and_tell(&arguments, &context) => result,
        why = interrupts.leaving() => Err(left(&arguments.command, why)),
    };
    // A question of the command's that Ctrl-C ended cannot say what goes on.
    let result = match (result, interrupts.left()) {
        (Err(error), Some(why)) if error.kind() == Kind::Aborted => {
            Err(left(&arguments.command, why))
        }
        (result, _) => result,
    };
    drop(interrupts);
    // A question that stands has nothing to be answered any more.
    context.attended.resume();
    context.reporter.pause();
    result
}

/// Runs a command, and tells what the local target has lost, which the command may have found out.
async fn run_and_tell(arguments: &Arguments, context: &Context) -> Result<outcome::Outcome, Error> {
    let result = arguments.command.run(context).await;
    if context.app.uses_local_target() {
        for loss in durable_local::losses(&local_settings(&context.app)) {
            let text = told(&loss);
            context.reporter.report(&Event::Warning { text });
        }
    }
    result
}

fn told(loss: &Loss) -> String {
    format!(
        "damage to the state of the local target was set aside as `{}`, and is told until that is deleted: {}",
        loss.evidence.display(),
        loss.text
    )
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(Kind::Bug, "the program could not be started").caused_by(error))
}

/// Shows what goes on inside.
fn trace(verbosity: u8, local_target: bool) {
    if let Some(level) = level(verbosity, local_target) {
        tracing_subscriber::fmt()
            .with_env_filter(level)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            // A line that a full disk does not take would be told to the same disk, which panics.
            .log_internal_errors(false)
            .init();
    }
}

/// Returns what is shown; the local target says at least what went wrong.
fn level(verbosity: u8, local_target: bool) -> Option<&'static str> {
    match verbosity {
        0 => local_target.then_some("warn"),
        1 => Some("deployer=debug,durable_local=debug"),
        _ => Some("debug,hyper=info"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Loss, level, told};
    use clap::Parser as _;

    fn of(words: &str) -> Option<&'static str> {
        let arguments = Arguments::try_parse_from(words.split(' ')).unwrap();
        let local_target = arguments.command.is_local_target();
        level(arguments.global.verbose, local_target)
    }

    #[test]
    fn a_loss_is_told_with_where_its_evidence_lies() {
        let loss = Loss {
            text: "the logs: lost".to_owned(),
            evidence: "/state/damaged".into(),
        };
        assert_eq!(
            told(&loss),
            "damage to the state of the local target was set aside as `/state/damaged`, and is told \
             until that is deleted: the logs: lost"
        );
    }

    #[test]
    fn the_local_target_logs_what_went_wrong_and_other_commands_only_what_they_are_told_to() {
        assert_eq!(of("deployer local run"), Some("warn"));
        assert_eq!(of("deployer local status"), None);
        assert_eq!(of("deployer logs --follow"), None);
        assert!(
            of("deployer -v local run")
                .unwrap()
                .contains("durable_local=debug")
        );
    }
}

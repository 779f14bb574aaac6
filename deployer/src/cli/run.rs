//! The program from its first word to its exit code.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;

use super::arguments::Arguments;
use super::context::Context;
use super::interrupt::{Interrupts, left};
use super::outcome;
use crate::error::{Error, Kind};

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
    let context = Context::new(&arguments.global, arguments.command.works())?;
    if arguments.command.ends_itself() {
        return arguments.command.run(&context).await;
    }
    let (attended, keyboard) = (Arc::clone(&context.attended), Arc::clone(&context.keyboard));
    let mut interrupts = Interrupts::listen(attended, keyboard, context.has_person())?;
    let result = tokio::select! {
        result = arguments.command.run(&context) => result,
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
    use super::{Arguments, level};
    use clap::Parser as _;

    fn of(words: &str) -> Option<&'static str> {
        let arguments = Arguments::try_parse_from(words.split(' ')).unwrap();
        let local_target = arguments.command.is_local_target();
        level(arguments.global.verbose, local_target)
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

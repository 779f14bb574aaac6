//! The command line. Everything that is printed is printed here.

mod arguments;
mod commands;
mod confirm;
mod context;
mod environment;
mod outcome;
mod report;

use std::process::ExitCode;

use clap::Parser as _;

use self::arguments::{Arguments, Command};
use self::context::Context;
use crate::error::{Error, Kind};

/// Runs the program with the process's arguments and returns its exit code.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    outcome::choose_color(arguments.global.color);
    trace(arguments.global.verbose);
    let format = arguments.global.format;
    let result = runtime().and_then(|runtime| runtime.block_on(run(arguments)));
    ExitCode::from(match result {
        Ok(outcome) => outcome.print(format),
        Err(error) => outcome::print_error(&error, format),
    })
}

async fn run(arguments: Arguments) -> Result<outcome::Outcome, Error> {
    if let Some(result) = commands::run_anywhere(&arguments.command) {
        return result;
    }
    let context = Context::new(&arguments.global, arguments.command.works())?;
    tokio::select! {
        result = commands::run(&context, &arguments.command) => result,
        _ = tokio::signal::ctrl_c(), if !arguments.command.ends_itself() => Err(interrupted(&arguments.command)),
    }
}

fn interrupted(command: &Command) -> Error {
    let error = Error::new(Kind::Aborted, "stopped by Ctrl-C");
    match command {
        Command::Up(_) | Command::Destroy(_) => error.hint(
            "what CloudFormation has begun goes on by itself; run the same command again to go on from there",
        ),
        Command::SmokeTest(_) => error.hint(
            "executions and messages of the interrupted run stay; the next runs leave them alone",
        ),
        _ => error,
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(Kind::Bug, "the program could not be started").caused_by(error))
}

fn trace(verbosity: u8) {
    let level = match verbosity {
        0 => return,
        1 => "deployer=debug,durable_local=debug",
        _ => "debug,hyper=info",
    };
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_writer(std::io::stderr)
        .init();
}

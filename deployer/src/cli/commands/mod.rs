//! One file a command.

pub(super) mod completions;
pub(super) mod destroy;
pub(super) mod doctor;
pub(super) mod gc;
pub(super) mod local;
pub(super) mod logs;
pub(super) mod plan;
pub(super) mod smoke_test;
pub(super) mod status;
pub(super) mod synth;
pub(super) mod up;
pub(super) mod validate;

use super::arguments::Command;
use super::context::Context;
use super::outcome::Outcome;
use crate::error::Result;

/// Runs a command that needs no project; nothing for the others.
pub(super) fn run_anywhere(command: &Command) -> Option<Result<Outcome>> {
    match command {
        Command::Completions(arguments) => Some(Ok(completions::run(arguments))),
        Command::Man(arguments) => Some(completions::run_man(arguments)),
        _ => None,
    }
}

/// Runs the chosen command.
pub(super) async fn run(context: &Context, command: &Command) -> Result<Outcome> {
    match command {
        Command::Up(arguments) => up::run(context, arguments).await,
        Command::Plan(arguments) => plan::run(context, arguments).await,
        Command::Destroy(arguments) => destroy::run(context, arguments).await,
        Command::SmokeTest(arguments) => smoke_test::run(context, arguments).await,
        Command::Validate(arguments) => validate::run(context, arguments),
        Command::Synth(arguments) => synth::run(context, arguments),
        Command::Status(arguments) => status::run(context, arguments).await,
        Command::Logs(arguments) => logs::run(context, arguments).await,
        Command::Gc(arguments) => gc::run(context, arguments).await,
        Command::Doctor(arguments) => doctor::run(context, arguments).await,
        Command::Local(arguments) => local::run(context, arguments).await,
        Command::Completions(arguments) => Ok(completions::run(arguments)),
        Command::Man(arguments) => completions::run_man(arguments),
    }
}

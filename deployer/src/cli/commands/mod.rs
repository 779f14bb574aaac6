//! One file a command.

pub(super) mod destroy;
pub(super) mod local;
pub(super) mod smoke_test;
pub(super) mod synth;
pub(super) mod up;
pub(super) mod validate;

use super::arguments::Command;
use super::context::Context;
use super::outcome::Outcome;
use crate::error::Result;

/// Runs the chosen command.
pub(super) async fn run(context: &Context, command: &Command) -> Result<Outcome> {
    match command {
        Command::Up(arguments) => up::run(context, arguments).await,
        Command::Destroy(arguments) => destroy::run(context, arguments).await,
        Command::SmokeTest(arguments) => smoke_test::run(context, arguments).await,
        Command::Validate(arguments) => validate::run(context, arguments),
        Command::Synth(arguments) => synth::run(context, arguments),
        Command::Local(arguments) => local::run(context, arguments).await,
    }
}

//! `deployer executions stop`, `pause`, `resume` and `delete`: one execution or many.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};

/// Stops executions
#[derive(Debug, Args)]
pub(in crate::cli) struct ChangeArguments {}

pub(in crate::cli) async fn run(
    _context: &Context,
    _arguments: &ChangeArguments,
) -> Result<Outcome> {
    Err(Error::new(Kind::Bug, "not there yet"))
}

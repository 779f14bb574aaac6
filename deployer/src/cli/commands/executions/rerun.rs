//! `deployer executions rerun`: once more.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};

/// Runs an execution once more, under a new name, with the same input
#[derive(Debug, Args)]
pub(in crate::cli) struct RerunArguments {}

pub(in crate::cli) async fn run(
    _context: &Context,
    _arguments: &RerunArguments,
) -> Result<Outcome> {
    Err(Error::new(Kind::Bug, "not there yet"))
}

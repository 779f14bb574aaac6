//! `deployer executions start`: a message into the queue.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};

/// Sends a message into the queue of a workflow, as a producer would
#[derive(Debug, Args)]
pub(in crate::cli) struct StartArguments {}

pub(in crate::cli) async fn run(
    _context: &Context,
    _arguments: &StartArguments,
) -> Result<Outcome> {
    Err(Error::new(Kind::Bug, "not there yet"))
}

//! `deployer trace`: one message from its beginning to its end.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};

/// Follows one message from the queue to the end of its execution
#[derive(Debug, Args)]
pub(in crate::cli) struct TraceArguments {}

pub(in crate::cli) async fn run(
    _context: &Context,
    _arguments: &TraceArguments,
) -> Result<Outcome> {
    Err(Error::new(Kind::Bug, "not there yet"))
}

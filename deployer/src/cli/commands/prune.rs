//! `deployer prune`: versions that nothing needs.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};

/// Deletes versions of functions that no execution and no alias needs
#[derive(Debug, Args)]
pub(in crate::cli) struct PruneArguments {}

pub(in crate::cli) async fn run(
    _context: &Context,
    _arguments: &PruneArguments,
) -> Result<Outcome> {
    Err(Error::new(Kind::Bug, "not there yet"))
}

//! `deployer executions export`: one execution, as a file.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};

/// Prints all that the service tells of one execution, for `show --file`
#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArguments {}

pub(in crate::cli) async fn run(
    _context: &Context,
    _arguments: &ExportArguments,
) -> Result<Outcome> {
    Err(Error::new(Kind::Bug, "not there yet"))
}

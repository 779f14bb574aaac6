//! `deployer executions watch`: one execution, until it ends.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};

/// Shows one execution while it goes on, until it ends
#[derive(Debug, Args)]
pub(in crate::cli) struct WatchArguments {}

pub(in crate::cli) async fn run(
    _context: &Context,
    _arguments: &WatchArguments,
) -> Result<Outcome> {
    Err(Error::new(Kind::Bug, "not there yet"))
}

//! `deployer executions list`: which executions there are.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};

/// Lists executions, the newest first
#[derive(Debug, Args)]
pub(in crate::cli) struct ListArguments {}

pub(in crate::cli) async fn run(_context: &Context, _arguments: &ListArguments) -> Result<Outcome> {
    Err(Error::new(Kind::Bug, "not there yet"))
}

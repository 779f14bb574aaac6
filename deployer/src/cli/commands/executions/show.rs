//! `deployer executions show`: one execution, as a tree.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};

/// Shows one execution: its operations as a tree, what it waits for, its errors
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArguments {}

pub(in crate::cli) async fn run(_context: &Context, _arguments: &ShowArguments) -> Result<Outcome> {
    Err(Error::new(Kind::Bug, "not there yet"))
}

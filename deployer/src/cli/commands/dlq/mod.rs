//! `deployer dlq`: messages and executions that ended badly.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};

/// Looks at dead letters and failed executions, and puts them back
#[derive(Debug, Args)]
pub(in crate::cli) struct DlqArguments {}

pub(in crate::cli) async fn run(_context: &Context, _arguments: &DlqArguments) -> Result<Outcome> {
    Err(Error::new(Kind::Bug, "not there yet"))
}

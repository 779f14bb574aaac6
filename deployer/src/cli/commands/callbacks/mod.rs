//! `deployer callbacks`: who is waited for, and answers.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};

/// Lists open callbacks, and answers them
#[derive(Debug, Args)]
pub(in crate::cli) struct CallbacksArguments {}

pub(in crate::cli) async fn run(
    _context: &Context,
    _arguments: &CallbacksArguments,
) -> Result<Outcome> {
    Err(Error::new(Kind::Bug, "not there yet"))
}

//! What every command takes.

use camino::Utf8PathBuf;
use clap::{ArgAction, Args, ColorChoice, ValueEnum};

/// The stage that needs no account.
pub(super) const DEFAULT_STAGE: &str = "dev";

#[derive(Debug, Args)]
pub(super) struct Global {
    /// The stage: a file in config/stages/
    #[arg(
        long,
        short,
        global = true,
        env = "DEPLOYER_STAGE",
        default_value = DEFAULT_STAGE
    )]
    pub(super) stage: String,
    /// How results are written to stdout
    #[arg(long, global = true, value_enum, default_value = "human")]
    pub(super) format: Format,
    /// Answers every question with yes
    #[arg(long, short, global = true)]
    pub(super) yes: bool,
    /// Says nothing but results and errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Shows what happens underneath; twice for the libraries' words too
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
    /// Whether to color
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub(super) color: ColorChoice,
    /// The project's folder; by default the nearest one above with config/app.yaml
    #[arg(long, global = true)]
    pub(super) project: Option<Utf8PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Human,
    /// For programs: one document at the end for commands that answer, one event a line for those that work
    Json,
}

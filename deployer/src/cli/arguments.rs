//! What the user typed.

use camino::Utf8PathBuf;
use clap::{ArgAction, Args, ColorChoice, Parser, Subcommand, ValueEnum};

use super::commands::{
    completions, destroy, doctor, gc, local, logs, plan, smoke_test, status, synth, up, validate,
};

/// Deploys Rust workflows built on AWS Lambda durable functions: one command from source to a verified deployment
#[derive(Debug, Parser)]
#[command(name = "deployer", version, max_term_width = 100)]
#[command(after_help = "Examples:
  deployer up                     everything, on this machine
  deployer plan                   what `up` would change
  deployer smoke-test             real messages through the queue
  deployer destroy --yes          leave nothing behind
  deployer --stage prod up        to the account that config/stages/prod.yaml names

Exit codes:
  0 done · 1 bug · 2 usage or configuration · 3 confirmation needed, nothing changed
  4 not found or wrong state · 5 AWS or network · 6 credentials or permission · 7 aborted
  8 build failed · 9 deployment failed · 10 verification failed
  11 differences (`plan --exit-code`)")]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

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

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Up(up::UpArguments),
    Plan(plan::PlanArguments),
    Destroy(destroy::DestroyArguments),
    SmokeTest(smoke_test::SmokeTestArguments),
    Validate(validate::ValidateArguments),
    Synth(synth::SynthArguments),
    Status(status::StatusArguments),
    Logs(logs::LogsArguments),
    Gc(gc::GcArguments),
    Doctor(doctor::DoctorArguments),
    Local(local::LocalArguments),
    Completions(completions::CompletionsArguments),
    Man(completions::ManArguments),
}

impl Command {
    /// Whether the command works rather than answers, so that its events are its output.
    pub(super) fn works(&self) -> bool {
        matches!(self, Self::Up(_) | Self::Destroy(_))
    }

    /// Whether the command ends on Ctrl-C its own way, because it otherwise never does.
    pub(super) fn ends_itself(&self) -> bool {
        match self {
            Self::Local(arguments) => matches!(arguments.action, local::LocalAction::Run),
            Self::Logs(arguments) => arguments.follows(),
            _ => false,
        }
    }
}

//! What the user typed, and which command that runs.

use clap::{CommandFactory as _, Parser, Subcommand};

use super::commands::{
    callbacks, completions, destroy, dlq, doctor, executions, gc, local, logs, plan, policy, prune,
    replay_check, rollback, smoke_test, status, synth, trace, ui, up, validate,
};
use super::context::Context;
use super::global::Global;
use super::outcome::Outcome;
use crate::error::Result;

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

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Up(up::UpArguments),
    Plan(plan::PlanArguments),
    Destroy(destroy::DestroyArguments),
    SmokeTest(smoke_test::SmokeTestArguments),
    Validate(validate::ValidateArguments),
    Synth(synth::SynthArguments),
    Policy(policy::PolicyArguments),
    Status(status::StatusArguments),
    Logs(logs::LogsArguments),
    Executions(executions::ExecutionsArguments),
    Callbacks(callbacks::CallbacksArguments),
    Dlq(dlq::DlqArguments),
    Trace(trace::TraceArguments),
    Ui(ui::UiArguments),
    Prune(prune::PruneArguments),
    ReplayCheck(replay_check::ReplayCheckArguments),
    Rollback(rollback::RollbackArguments),
    Gc(gc::GcArguments),
    Doctor(doctor::DoctorArguments),
    Local(local::LocalArguments),
    Completions(completions::CompletionsArguments),
    Man(completions::ManArguments),
    /// Checks histories in a process apart, for `replay-check`
    #[command(hide = true)]
    ReplayWorker,
}

impl Command {
    /// Whether the command works rather than answers, so that its events are its output.
    pub(super) fn works(&self) -> bool {
        match self {
            Self::Up(_) | Self::Destroy(_) => true,
            Self::Executions(arguments) => arguments.works(),
            Self::Dlq(arguments) => arguments.works(),
            _ => false,
        }
    }

    /// Whether the command ends on Ctrl-C its own way, because it otherwise never does.
    pub(super) fn ends_itself(&self) -> bool {
        match self {
            Self::Logs(arguments) => arguments.follows(),
            Self::Executions(arguments) => arguments.ends_itself(),
            // What was taken out of a queue to look at it is given back first.
            Self::Dlq(_) | Self::Ui(_) => true,
            _ => self.is_local_target(),
        }
    }

    /// Whether the command is the local target itself, whose errors nobody sees but in its log.
    pub(super) fn is_local_target(&self) -> bool {
        matches!(self, Self::Local(arguments) if matches!(arguments.action, local::LocalAction::Run))
    }

    /// Whether the command is the process in which `replay-check` checks, which needs no project.
    pub(super) fn is_replay_worker(&self) -> bool {
        matches!(self, Self::ReplayWorker)
    }

    /// Runs a command that needs no project; nothing for the others.
    pub(super) fn run_anywhere(&self, verbose: bool) -> Option<Result<Outcome>> {
        match self {
            Self::Completions(arguments) => {
                Some(Ok(completions::run(arguments, Arguments::command())))
            }
            Self::Man(arguments) => Some(completions::run_man(arguments, Arguments::command())),
            Self::Executions(arguments) => arguments.run_anywhere(verbose),
            _ => None,
        }
    }

    /// Runs the command.
    pub(super) async fn run(&self, context: &Context) -> Result<Outcome> {
        match self {
            Self::Up(arguments) => up::run(context, arguments).await,
            Self::Plan(arguments) => plan::run(context, arguments).await,
            Self::Destroy(arguments) => destroy::run(context, arguments).await,
            Self::SmokeTest(arguments) => smoke_test::run(context, arguments).await,
            Self::Validate(arguments) => validate::run(context, arguments),
            Self::Synth(arguments) => synth::run(context, arguments),
            Self::Policy(arguments) => policy::run(context, arguments),
            Self::Status(arguments) => status::run(context, arguments).await,
            Self::Logs(arguments) => logs::run(context, arguments).await,
            Self::Executions(arguments) => executions::run(context, arguments).await,
            Self::Callbacks(arguments) => callbacks::run(context, arguments).await,
            Self::Dlq(arguments) => dlq::run(context, arguments).await,
            Self::Trace(arguments) => trace::run(context, arguments).await,
            Self::Ui(arguments) => ui::run(context, arguments).await,
            Self::Prune(arguments) => prune::run(context, arguments).await,
            Self::ReplayCheck(arguments) => replay_check::run(context, arguments).await,
            Self::Rollback(arguments) => rollback::run(context, arguments).await,
            Self::Gc(arguments) => gc::run(context, arguments).await,
            Self::Doctor(arguments) => doctor::run(context, arguments).await,
            Self::Local(arguments) => local::run(context, arguments).await,
            Self::Completions(arguments) => Ok(completions::run(arguments, Arguments::command())),
            Self::Man(arguments) => completions::run_man(arguments, Arguments::command()),
            Self::ReplayWorker => replay_check::work().await,
        }
    }
}

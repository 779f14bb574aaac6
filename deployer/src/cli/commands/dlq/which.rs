//! Which queues and messages, on the command line.

use clap::Args;

use crate::aws::Clients;
use crate::cli::context::Context;
use crate::error::{Error, Result};
use crate::operate::dead_letters::{DeadQueue, QueueKind, Reason, Selection, dead_queues};
use crate::operate::deployed::deployed;
use crate::pipeline::connect;

/// Which queues
#[derive(Debug, Clone, Args)]
pub(super) struct QueueArguments {
    /// Only those of this workflow; may be given several times
    #[arg(long, value_name = "WORKFLOW")]
    pub(super) workflow: Vec<String>,
    /// Only this queue: intake, failed or undelivered
    #[arg(long, value_name = "QUEUE")]
    pub(super) queue: Option<QueueKind>,
}

impl QueueArguments {
    /// Connects to the stage, and returns the queues that are asked for.
    pub(super) async fn queues(&self, context: &Context) -> Result<(Clients, Vec<DeadQueue>)> {
        let app = &context.app;
        let workflows = app.select(&self.workflow)?;
        let clients = connect(app).await?;
        let deployed = deployed(app, &clients, &workflows).await?;
        Ok((clients, dead_queues(&deployed, self.queue)))
    }
}

/// Which messages
#[derive(Debug, Clone, Args)]
pub(super) struct MessageArguments {
    /// The messages, by their ids; a few characters are enough where no other id begins so
    #[arg(value_name = "ID")]
    pub(super) id: Vec<String>,
    /// Only those of this reason, such as unreadable, no-name, name-taken, gave-up, failed or timed-out; may be given several times
    #[arg(long, value_name = "REASON")]
    pub(super) reason: Vec<Reason>,
}

impl MessageArguments {
    pub(super) fn selection(&self, limit: Option<usize>) -> Selection {
        Selection {
            ids: self.id.clone(),
            reasons: self.reason.clone(),
            limit,
        }
    }
}

/// Which messages a command works on: all of them only where that is said
#[derive(Debug, Clone, Args)]
pub(super) struct ChosenArguments {
    #[command(flatten)]
    messages: MessageArguments,
    /// All messages
    #[arg(long, conflicts_with_all = ["id", "reason"])]
    all: bool,
    /// At most so many
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,
}

impl ChosenArguments {
    /// Returns the messages that are to be `worked` on, such as `deleted`.
    ///
    /// # Errors
    ///
    /// It is not said which.
    pub(super) fn selection(&self, worked: &str) -> Result<Selection> {
        let chosen = self.messages.selection(self.limit);
        if self.all || !chosen.ids.is_empty() || !chosen.reasons.is_empty() {
            return Ok(chosen);
        }
        let what = format!("it is not said which messages are to be {worked}");
        Err(Error::usage(what)
            .hint("name them by their ids, by --reason, or all of them with --all"))
    }
}

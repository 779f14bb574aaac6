//! What all scenarios of a workflow share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use aws_sdk_lambda::primitives::DateTime;
use messages::Envelope;
use tokio::sync::OnceCell;

use super::execution::Orchestrator;
use super::id::run_id;
use super::look::{Look, Patience, unseen, wait};
use super::mailbox::{Mailbox, Own, Sender};
use super::version::LiveVersion;
use crate::aws::{Clients, Messages, messages};
use crate::config::{App, Table};
use crate::error::Result;
use crate::event::Stop;
use crate::operate::deployed::{DeployedIntake, DeployedWorkflow, deployed_one, not_deployed};

/// How far the clock of this machine may be ahead of the service's.
const CLOCK_SKEW: Duration = Duration::from_mins(5);
/// The most messages of others that are kept from their intermediary for a moment, to find ours.
const MOST_HELD_AT_WORK: usize = 100;
/// After this time a queue counts as handled even where it is not empty: others are using it.
const OTHERS_ARE_SENDING: Duration = Duration::from_secs(45);

/// What all workflows of a run share.
pub(super) struct Run<'a> {
    pub(super) app: &'a App,
    pub(super) clients: &'a Clients,
    /// What tells the run from every other one; its labels and execution names contain it.
    pub(super) id: String,
    /// Whether what the run made stays where it is.
    pub(super) keep: bool,
    pub(super) stop: &'a Stop,
}

impl<'a> Run<'a> {
    pub(super) fn new(app: &'a App, clients: &'a Clients, keep: bool, stop: &'a Stop) -> Self {
        Self {
            app,
            clients,
            id: run_id(),
            keep,
            stop,
        }
    }

    /// Returns what the scenarios of a workflow share; `execution_name` makes the names of executions.
    #[expect(
        clippy::disallowed_methods,
        reason = "what the run starts is told by its time"
    )]
    pub(super) async fn setting(
        &'a self,
        workflow: &'a str,
        execution_name: &'a str,
    ) -> Result<Setting<'a>> {
        let Run { app, clients, .. } = *self;
        let deployment = deployed_one(app, clients, workflow).await?;
        let (intake, undelivered_url) = whole(app, &deployment)?;
        let live =
            LiveVersion::read(&clients.lambda, &deployment.function, &deployment.alias).await?;
        let is_near = clients.is_near();
        let own = if self.keep { Own::Left } else { Own::Taken };
        let execution = || Sender::Execution {
            template: intake.execution_name.clone(),
            stage: app.stage_name.clone(),
        };
        let mailbox = |url: &str, sender, own| Mailbox::new(url, sender, own, &self.id);
        Ok(Setting {
            run: self,
            workflow,
            clients,
            tables: &app.workflow(workflow)?.tables,
            stage: &app.stage_name,
            execution_name,
            envelope: intake.envelope,
            executions: Orchestrator {
                clients: clients.clone(),
                function: deployment.function.clone(),
            },
            live,
            intake: mailbox(&intake.queue_url, Sender::Label, Own::Taken)
                .holding_at_most(MOST_HELD_AT_WORK),
            dead_letters: mailbox(&intake.dead_letter_url, Sender::Label, own),
            failures: mailbox(&deployment.failure_url, execution(), own),
            undelivered: mailbox(&undelivered_url, execution(), own),
            queue_url: intake.queue_url,
            idempotency_table: intake.idempotency_table,
            deployment,
            since: DateTime::from(SystemTime::now() - CLOCK_SKEW),
            pace: if is_near { Paces::NEAR } else { Paces::FAR },
            fault_endpoint: clients
                .endpoint
                .as_deref()
                .filter(|_| app.uses_local_target()),
            last_sent: Mutex::new(None),
            drained: OnceCell::new(),
        })
    }
}

/// Returns the intake and the queue of undelivered failures of a workflow that is deployed as a whole.
fn whole(app: &App, deployment: &DeployedWorkflow) -> Result<(DeployedIntake, String)> {
    let workflow = &deployment.workflow;
    let missing = |what: &str| {
        let stage = &app.stage_name;
        not_deployed(
            app,
            format!("the workflow `{workflow}` has no {what} on stage `{stage}` yet"),
        )
    };
    let mut tables = app.workflow(workflow)?.tables.keys();
    if let Some(table) = tables.find(|table| !deployment.tables.contains_key(*table)) {
        return Err(missing(&format!("table `{table}`")));
    }
    let intake = deployment.intake.clone();
    let undelivered_url = deployment.undelivered_url.clone();
    Ok((
        intake.ok_or_else(|| missing("intake"))?,
        undelivered_url.ok_or_else(|| missing("queue of undelivered failures"))?,
    ))
}

/// How patient to be with the services.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paces {
    /// Time between two looks.
    pub(super) interval: Duration,
    /// How long the numbers that a queue tells may lag behind.
    count_lag: Duration,
    /// How long a failed execution may take to get into the failure queue.
    pub(super) event_lag: Duration,
    /// How long to wait, where the run is to end early, for what was sent to be handled.
    drained_within: Duration,
    /// How long a function may go on that is at work while its execution is stopped.
    pub(super) last_writes: Duration,
    /// How long a queue of failures may take, in seconds, to answer that it holds nothing more.
    pub(super) last_wait: i32,
}

impl Paces {
    const NEAR: Self = Self {
        interval: Duration::from_millis(200),
        count_lag: Duration::ZERO,
        event_lag: Duration::from_secs(1),
        drained_within: Duration::from_secs(5),
        last_writes: Duration::from_secs(2),
        last_wait: 0,
    };
    const FAR: Self = Self {
        interval: Duration::from_secs(2),
        count_lag: Duration::from_secs(20),
        event_lag: Duration::from_secs(10),
        drained_within: Duration::from_secs(30),
        last_writes: Duration::from_secs(10),
        last_wait: 2,
    };
}

/// What all scenarios of a workflow share: the deployed workflow, how patient to be with its services,
/// and the queues of failures, which one reader takes from for all of them.
pub(super) struct Setting<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) workflow: &'a str,
    pub(super) clients: &'a Clients,
    pub(super) deployment: DeployedWorkflow,
    pub(super) queue_url: String,
    pub(super) idempotency_table: String,
    /// The workflow's tables.
    pub(super) tables: &'a BTreeMap<String, Table>,
    pub(super) stage: &'a str,
    /// The template of the executions' names.
    pub(super) execution_name: &'a str,
    /// What the messages of the workflow come in.
    pub(super) envelope: Envelope,
    pub(super) executions: Orchestrator,
    /// What must have run.
    pub(super) live: LiveVersion,
    /// The queue that messages go into; read only where the run is to end early.
    pub(super) intake: Mailbox,
    pub(super) dead_letters: Mailbox,
    pub(super) failures: Mailbox,
    /// Failures that did not reach the queue of failures.
    pub(super) undelivered: Mailbox,
    /// A time before the first message of the run.
    pub(super) since: DateTime,
    pub(super) pace: Paces,
    /// Where faults can be injected, if anywhere.
    pub(super) fault_endpoint: Option<&'a str>,
    last_sent: Mutex<Option<Instant>>,
    drained: OnceCell<Result<(), String>>,
}

impl Setting<'_> {
    /// Returns the queues of failures.
    pub(super) fn mailboxes(&self) -> [&Mailbox; 3] {
        [&self.dead_letters, &self.failures, &self.undelivered]
    }

    /// Returns the messages of the scenario `id` that were given up, by their place in `send`.
    pub(super) fn dead_letters_of(&self, id: &str) -> Vec<usize> {
        let labels = self.dead_letters.of(id);
        labels
            .iter()
            .filter_map(|label| label.rsplit_once('/')?.1.parse().ok())
            .collect()
    }

    /// Returns the executions of the scenario `id` whose failure is in the failure queue. The event of one
    /// failure may be delivered twice.
    pub(super) fn failures_of(&self, id: &str) -> BTreeSet<String> {
        self.failures.of(id).into_iter().collect()
    }

    /// Returns the executions of the scenario `id` whose failure did not reach that queue.
    pub(super) fn undelivered_of(&self, id: &str) -> BTreeSet<String> {
        self.undelivered.of(id).into_iter().collect()
    }

    /// Notes that messages are sent now.
    pub(super) fn sends(&self) {
        let mut sent = self
            .last_sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *sent = Some(Instant::now());
    }

    fn last_sent(&self) -> Option<Instant> {
        *self
            .last_sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks whether the queue has handled what was sent: that nothing is in it tells it surely, however much
    /// others send. Where they never stop, the time that messages have had must do.
    pub(super) async fn queue_is_handled(&self, sent: Instant) -> Look<()> {
        if sent.elapsed() >= OTHERS_ARE_SENDING {
            return Look::Found(());
        }
        self.queue_is_empty(sent).await
    }

    async fn queue_is_empty(&self, sent: Instant) -> Look<()> {
        let url = &self.queue_url;
        match messages(self.clients, url).await.map(Messages::total) {
            Err(error) => unseen(&error),
            Ok(0) if sent.elapsed() >= self.pace.count_lag => Look::Found(()),
            Ok(waiting) => Look::NotYet(format!("the queue still holds {waiting} messages")),
        }
    }

    /// Waits until no message of the run can be given up any more.
    ///
    /// # Errors
    ///
    /// Why one still may be: others are sending, or a message is tried again and again.
    pub(super) async fn settle(&self) -> Result<(), String> {
        let Some(sent) = self.last_sent() else {
            return Ok(());
        };
        let patience = Patience {
            interval: self.pace.interval,
            deadline: sent + OTHERS_ARE_SENDING,
        };
        wait(patience, || self.queue_is_empty(sent)).await
    }

    /// Sees to it that no message of the run starts an execution any more, once for all scenarios.
    ///
    /// Who receives a message of others uses up one of the few tries that it has. So the messages are left
    /// to their intermediary first, and only what it does not get to is taken out of the queue.
    ///
    /// # Errors
    ///
    /// Why one still may: others are sending, or a message is tried again and again.
    pub(super) async fn drain(&self) -> Result<(), String> {
        let drained = self.drained.get_or_init(async || {
            let Some(sent) = self.last_sent() else {
                return Ok(());
            };
            let empty = async |within| {
                let patience = Patience {
                    interval: self.pace.interval,
                    deadline: Instant::now() + within,
                };
                wait(patience, || self.queue_is_empty(sent)).await
            };
            if empty(self.pace.drained_within).await.is_ok() {
                return Ok(());
            }
            self.intake.sweep(&self.clients.sqs, 0).await;
            empty(self.pace.count_lag).await
        });
        drained.await.clone()
    }
}

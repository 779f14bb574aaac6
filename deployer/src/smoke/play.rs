//! Plays one scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_lambda::primitives::DateTime;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;
use tokio::sync::Mutex;

use super::batch::{self, Outgoing};
use super::callback::{self, Answered};
use super::deployment::Deployment;
use super::execution::Executions;
use super::fault;
use super::history::{self, Wanted};
use super::item;
use super::judge::{self, SeenExecution};
use super::look::{Look, Patience, wait};
use super::mailbox::Mailbox;
use super::name::execution_name;
use super::scenario::{Answer, ExpectedExecution, ExpectedItem, Scenario};
use crate::aws::{Clients, failed};
use crate::error::{Error, Kind, Result};

/// After this time a queue counts as handled even where it is not empty: others are using it.
const OTHERS_ARE_SENDING: Duration = Duration::from_secs(45);

/// What all scenarios of a workflow share.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    pub(super) clients: &'a Clients,
    pub(super) deployment: Deployment,
    pub(super) stage: &'a str,
    /// The template of the executions' names.
    pub(super) execution_name: &'a str,
    pub(super) executions: Executions,
    pub(super) dead_letters: Mailbox,
    pub(super) failures: Mailbox,
    /// A time before the first message of the run.
    pub(super) since: DateTime,
    /// Time between two looks.
    pub(super) interval: Duration,
    /// How long the numbers that a queue tells may lag behind.
    pub(super) count_lag: Duration,
    /// Where faults can be injected, if anywhere.
    pub(super) fault_endpoint: Option<&'a str>,
}

/// A message ready to be sent.
#[derive(Debug, Clone)]
struct Prepared {
    body: String,
    name: Option<String>,
}

/// A scenario under way; its placeholders are filled in.
pub(super) struct Play<'a> {
    setting: &'a Setting<'a>,
    scenario: &'a Scenario,
    id: &'a str,
    messages: Vec<Prepared>,
    patience: Patience,
    /// Executions that ended do not change any more, so they are read once.
    ended: Mutex<BTreeMap<String, Arc<SeenExecution>>>,
}

impl<'a> Play<'a> {
    pub(super) fn new(setting: &'a Setting<'a>, scenario: &'a Scenario, id: &'a str) -> Self {
        let prepare = |body: String| {
            let message = serde_json::from_str::<Value>(&body).unwrap_or_default();
            Prepared {
                name: execution_name(setting.execution_name, setting.stage, &message),
                body,
            }
        };
        let timeout = Duration::from_secs(scenario.timeout.seconds());
        Self {
            setting,
            scenario,
            id,
            messages: scenario
                .send
                .iter()
                .map(|message| prepare(message.text()))
                .collect(),
            patience: Patience {
                interval: setting.interval,
                deadline: Instant::now() + timeout,
            },
            ended: Mutex::new(BTreeMap::new()),
        }
    }

    /// Sends, answers, and waits until everything expected is so.
    ///
    /// # Errors
    ///
    /// The first thing that is not as expected.
    pub(super) async fn perform(&self) -> Result<(), String> {
        if let (Some(kill), Some(endpoint)) = (&self.scenario.kill, self.setting.fault_endpoint) {
            let name = self.name_of(kill.of)?;
            fault::kill_after_step(endpoint, name, &kill.after_step)
                .await
                .map_err(|error| in_words(&error))?;
        }
        self.send().await?;
        let sent = Instant::now();
        self.answer().await?;
        wait(self.patience, || self.look()).await?;
        if self.sends_more_than_it_traces() {
            // Only a message that was handled shows that it changed nothing.
            wait(self.patience, || self.queue_is_handled(sent)).await?;
            wait(
                Patience {
                    deadline: Instant::now(),
                    ..self.patience
                },
                || self.look(),
            )
            .await?;
        }
        self.look_for_strangers().await
    }

    async fn send(&self) -> Result<(), String> {
        let mut batch = Vec::new();
        for (index, (message, prepared)) in
            self.scenario.send.iter().zip(&self.messages).enumerate()
        {
            if message.after_previous {
                self.send_batch(&std::mem::take(&mut batch)).await?;
                let previous = self.name_of(index.saturating_sub(1))?;
                wait(self.patience, || self.look_for_start(previous)).await?;
            }
            let outgoing = Outgoing {
                body: prepared.body.clone(),
                label: format!("{}/{index}", self.id),
            };
            batch.extend((0..message.times).map(|_| outgoing.clone()));
        }
        self.send_batch(&batch).await
    }

    async fn send_batch(&self, batch: &[Outgoing]) -> Result<(), String> {
        let sent = batch::send(
            &self.setting.clients.sqs,
            &self.setting.deployment.queue_url,
            batch,
        )
        .await;
        sent.map_err(|error| in_words(&error))
    }

    async fn look_for_start(&self, name: &str) -> Look<String> {
        match self.setting.executions.named(name).await {
            Ok(arns) if arns.len() > 1 => {
                Look::Never(format!("{} executions are named `{name}`", arns.len()))
            }
            Ok(arns) => match arns.into_iter().next() {
                Some(arn) => Look::Found(arn),
                None => Look::NotYet(format!("execution `{name}` was not started")),
            },
            Err(error) => unseen(&error),
        }
    }

    async fn answer(&self) -> Result<(), String> {
        let mut answered = BTreeSet::new();
        for answer in &self.scenario.answers {
            let name = self.name_of(answer.of)?;
            let callback = wait(self.patience, || {
                self.look_for_callback(name, answer, &answered)
            })
            .await?;
            let sent = callback::send(&self.setting.clients.lambda, &callback, answer).await;
            match (sent.map_err(|error| in_words(&error))?, answer.refused) {
                (Answered::Refused, false) => {
                    return Err(format!("the service refused the answer to `{}`", answer.to));
                }
                (Answered::Accepted, true) => {
                    return Err(format!(
                        "the service took the answer to `{}`, and must refuse it",
                        answer.to
                    ));
                }
                (Answered::Accepted, false) | (Answered::Refused, true) => {}
            }
            answered.insert(callback);
        }
        Ok(())
    }

    async fn look_for_callback(
        &self,
        name: &str,
        answer: &Answer,
        answered: &BTreeSet<String>,
    ) -> Look<String> {
        let arn = match self.look_for_start(name).await {
            Look::Found(arn) => arn,
            other => return other,
        };
        let executions = &self.setting.executions;
        let seen = match executions.read(&arn).await {
            Ok(seen) => seen,
            Err(error) => return unseen(&error),
        };
        if answer.late && !seen.ended {
            return Look::NotYet(format!(
                "execution `{name}` is {}, and `{}` is answered after its end",
                seen.status, answer.to
            ));
        }
        let history = if seen.ended {
            Ok(seen.history)
        } else {
            executions.history(&arn).await
        };
        let history = match history {
            Ok(history) => history,
            Err(error) => return unseen(&error),
        };
        let wanted = if answer.late || answer.refused {
            Wanted::Any
        } else {
            Wanted::Open(answered)
        };
        match history::callback(&history, &answer.to, wanted) {
            Some(callback) => Look::Found(callback.to_owned()),
            None if seen.ended => Look::Never(format!(
                "execution `{name}` is {} without a callback `{}`",
                seen.status, answer.to
            )),
            None => Look::NotYet(format!(
                "execution `{name}` has no open callback `{}`",
                answer.to
            )),
        }
    }

    /// Looks whether everything expected is so.
    async fn look(&self) -> Look<()> {
        // A message that was given up starts no execution, so there would be nothing to wait for.
        let dead_letters = self.judge_dead_letters();
        if matches!(dead_letters, Look::Never(_)) {
            return dead_letters;
        }
        for expected in &self.scenario.expect.executions {
            match self.look_at_execution(expected).await {
                Look::Found(()) => {}
                other => return other,
            }
        }
        for expected in &self.scenario.expect.items {
            match self.look_at_item(expected).await {
                Look::Found(()) => {}
                other => return other,
            }
        }
        match dead_letters {
            Look::Found(()) => self.judge_failures(),
            other => other,
        }
    }

    async fn look_at_execution(&self, expected: &ExpectedExecution) -> Look<()> {
        let name = match self.name_of(expected.of) {
            Ok(name) => name,
            Err(reason) => return Look::Never(reason),
        };
        let seen = match self.look_at(name).await {
            Look::Found(seen) => seen,
            Look::NotYet(reason) => return Look::NotYet(reason),
            Look::Never(reason) => return Look::Never(reason),
        };
        let judged = judge::execution(name, expected, &seen);
        match (&self.scenario.kill, judged) {
            (Some(kill), Look::Found(())) if kill.of == expected.of => {
                judge::interruption(name, &seen).map_or(Look::Found(()), Look::Never)
            }
            (_, judged) => judged,
        }
    }

    async fn look_at(&self, name: &str) -> Look<Arc<SeenExecution>> {
        if let Some(seen) = self.ended.lock().await.get(name) {
            return Look::Found(Arc::clone(seen));
        }
        let arn = match self.look_for_start(name).await {
            Look::Found(arn) => arn,
            Look::NotYet(reason) => return Look::NotYet(reason),
            Look::Never(reason) => return Look::Never(reason),
        };
        match self.setting.executions.read(&arn).await {
            Ok(seen) => {
                let seen = Arc::new(seen);
                if seen.ended {
                    self.ended
                        .lock()
                        .await
                        .insert(name.to_owned(), Arc::clone(&seen));
                }
                Look::Found(seen)
            }
            Err(error) => unseen(&error),
        }
    }

    async fn look_at_item(&self, expected: &ExpectedItem) -> Look<()> {
        let table = self.table(&expected.table);
        match item::read(&self.setting.clients.dynamodb, table, &expected.key).await {
            Ok(seen) => judge::item(expected, seen.as_ref()).map_or(Look::Found(()), Look::NotYet),
            Err(error) => unseen(&error),
        }
    }

    fn judge_dead_letters(&self) -> Look<()> {
        let labels = self.setting.dead_letters.of(self.id);
        let seen: Vec<usize> = labels
            .iter()
            .filter_map(|label| label.rsplit_once('/')?.1.parse().ok())
            .collect();
        with_trouble(
            judge::dead_letters(&self.scenario.expect.dead_letters, &seen),
            &self.setting.dead_letters,
        )
    }

    fn judge_failures(&self) -> Look<()> {
        let failing = self
            .scenario
            .expect
            .executions
            .iter()
            .filter(|expected| expected.status.is_failure());
        let expected: Vec<&str> = failing
            .filter_map(|expected| self.name_of(expected.of).ok())
            .collect();
        // The event of one failure may be delivered twice.
        let seen: BTreeSet<String> = self.setting.failures.of(self.id).into_iter().collect();
        with_trouble(
            judge::failure_events(&expected, &seen),
            &self.setting.failures,
        )
    }

    /// Returns whether a message may be left that neither started an execution nor was given up.
    fn sends_more_than_it_traces(&self) -> bool {
        let sent: usize = self
            .scenario
            .send
            .iter()
            .map(|message| message.times as usize)
            .sum();
        sent > self.scenario.expect.executions.len() + self.scenario.expect.dead_letters.len()
    }

    /// Looks whether the queue has handled what was sent: that nothing is in it tells it surely, however much
    /// others send. Where they never stop, the time that messages have had must do.
    async fn queue_is_handled(&self, sent: Instant) -> Look<()> {
        let url = &self.setting.deployment.queue_url;
        if sent.elapsed() >= OTHERS_ARE_SENDING {
            return Look::Found(());
        }
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let call = self
            .setting
            .clients
            .sqs
            .get_queue_attributes()
            .queue_url(url);
        let read = call.set_attribute_names(Some(counts.to_vec())).send().await;
        match read.map_err(failed(format!("the queue `{url}` could not be read"))) {
            Err(error) => unseen(&error),
            Ok(read) => {
                let attributes = read
                    .attributes()
                    .into_iter()
                    .flat_map(|attributes| attributes.values());
                let waiting: u64 = attributes
                    .filter_map(|count| count.parse::<u64>().ok())
                    .sum();
                if waiting == 0 && sent.elapsed() >= self.setting.count_lag {
                    return Look::Found(());
                }
                Look::NotYet(format!("the queue still holds {waiting} messages"))
            }
        }
    }

    /// Every execution of the scenario has the scenario's id in its name, so one that nobody expects is found.
    async fn look_for_strangers(&self) -> Result<(), String> {
        let executions = &self.scenario.expect.executions;
        let expected: Vec<&str> = executions
            .iter()
            .filter_map(|expected| self.name_of(expected.of).ok())
            .collect();
        let started = self
            .setting
            .executions
            .started_since(self.setting.since, self.id)
            .await;
        judge::started(&expected, &started.map_err(|error| in_words(&error))?).map_or(Ok(()), Err)
    }

    /// Returns the histories of the scenario's executions, for people.
    pub(super) async fn histories(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for name in self.names() {
            match self.look_for_start(name).await {
                Look::Found(arn) => {
                    lines.push(format!("execution `{name}`:"));
                    match self.setting.executions.history(&arn).await {
                        Ok(history) => lines.extend(history::lines(&history)),
                        Err(error) => lines.push(in_words(&error)),
                    }
                }
                Look::NotYet(reason) | Look::Never(reason) => lines.push(reason),
            }
        }
        lines
    }

    /// Stops what still runs, and deletes the items and idempotency records that the scenario made.
    pub(super) async fn clean_up(&self) -> Result<()> {
        for name in self.names() {
            if !self.ended.lock().await.contains_key(name) {
                for arn in self.setting.executions.named(name).await? {
                    if !self.setting.executions.read(&arn).await?.ended {
                        self.setting.executions.stop(&arn).await?;
                    }
                }
            }
            let record = BTreeMap::from([("id".to_owned(), Value::from(name))]);
            item::delete(
                &self.setting.clients.dynamodb,
                &self.setting.deployment.idempotency_table,
                &record,
            )
            .await?;
        }
        for expected in &self.scenario.expect.items {
            item::delete(
                &self.setting.clients.dynamodb,
                self.table(&expected.table),
                &expected.key,
            )
            .await?;
        }
        Ok(())
    }

    fn names(&self) -> BTreeSet<&str> {
        self.messages
            .iter()
            .filter_map(|message| message.name.as_deref())
            .collect()
    }

    fn name_of(&self, message: usize) -> Result<&str, String> {
        let name = self
            .messages
            .get(message)
            .and_then(|message| message.name.as_deref());
        name.ok_or_else(|| format!("message {message} gives no execution name"))
    }

    fn table<'t>(&'t self, name: &'t str) -> &'t str {
        self.setting
            .deployment
            .tables
            .get(name)
            .map_or(name, String::as_str)
    }
}

fn with_trouble(look: Look<()>, mailbox: &Mailbox) -> Look<()> {
    match (look, mailbox.trouble()) {
        (Look::NotYet(reason), Some(trouble)) => Look::NotYet(format!("{reason} ({trouble})")),
        (look, _) => look,
    }
}

/// Returns what a failed request means for a look: most failures pass, missing permissions do not.
fn unseen<T>(error: &Error) -> Look<T> {
    match error.kind() {
        Kind::Service => Look::NotYet(in_words(error)),
        _ => Look::Never(in_words(error)),
    }
}

/// Returns an error and its causes in one line.
pub(super) fn in_words(error: &Error) -> String {
    std::iter::once(error.to_string())
        .chain(error.causes())
        .collect::<Vec<_>>()
        .join(": ")
}

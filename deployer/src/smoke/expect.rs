//! Whether everything that a scenario expects is so.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::judge::{self, SeenExecution};
use super::look::{Look, unseen};
use super::mailbox::Mailbox;
use super::play::Play;
use super::scenario::{ExpectedExecution, ExpectedItem};
use super::{fault, item};
use crate::aws::{Messages, messages};

/// After this time a queue counts as handled even where it is not empty: others are using it.
const OTHERS_ARE_SENDING: Duration = Duration::from_secs(45);

impl Play<'_> {
    /// Looks whether everything expected is so.
    pub(super) async fn look(&self) -> Look<()> {
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
        match self.look_at_tallies().await {
            Look::Found(()) => {}
            other => return other,
        }
        for expected in &self.scenario.expect.items {
            match self.look_at_item(expected).await {
                Look::Found(()) => {}
                other => return other,
            }
        }
        match self.look_for_kill().await {
            Look::Found(()) => {}
            other => return other,
        }
        match dead_letters {
            Look::Found(()) => self.judge_failures().await,
            other => other,
        }
    }

    /// Looks whether the process that was to die after a call did.
    async fn look_for_kill(&self) -> Look<()> {
        let kill = self.scenario.kill.as_ref();
        let call = kill.and_then(|kill| kill.after_call.as_deref());
        let (Some(call), Some(endpoint)) = (call, self.setting.fault_endpoint) else {
            return Look::Found(());
        };
        match fault::is_pending(endpoint, call, self.id).await {
            Ok(false) => Look::Found(()),
            Ok(true) => Look::NotYet(format!(
                "no process was killed after `{call}`, so nothing was shown"
            )),
            Err(error) => unseen(&error),
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
            (Some(kill), Look::Found(()))
                if kill.after_step.is_some() && kill.of == expected.of =>
            {
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

    async fn judge_failures(&self) -> Look<()> {
        let failing = self
            .scenario
            .expect
            .executions
            .iter()
            .filter(|expected| expected.status.is_failure());
        let mut expected: Vec<&str> = failing
            .filter_map(|expected| self.name_of(expected.of).ok())
            .collect();
        let ended = self.ended.lock().await;
        let failed = |name: &&str| ended.get(*name).is_some_and(|seen| seen.is_failure());
        expected.extend(self.tallied_names().into_iter().filter(failed));
        // The event of one failure may be delivered twice.
        let seen: BTreeSet<String> = self.setting.failures.of(self.id).into_iter().collect();
        with_trouble(
            judge::failure_events(&expected, &seen),
            &self.setting.failures,
        )
    }

    /// Returns whether a message may be left that neither started an execution nor was given up.
    pub(super) fn sends_more_than_it_traces(&self) -> bool {
        let sent: usize = self
            .scenario
            .send
            .iter()
            .map(|message| message.times as usize)
            .sum();
        let expected = &self.scenario.expect;
        let traced = expected.executions.len() + expected.dead_letters.len();
        sent > traced + self.tallied_names().len()
    }

    /// Looks whether the queue has handled what was sent: that nothing is in it tells it surely, however much
    /// others send. Where they never stop, the time that messages have had must do.
    pub(super) async fn queue_is_handled(&self, sent: Instant) -> Look<()> {
        let url = &self.setting.deployment.queue_url;
        if sent.elapsed() >= OTHERS_ARE_SENDING {
            return Look::Found(());
        }
        match messages(self.setting.clients, url)
            .await
            .map(Messages::total)
        {
            Err(error) => unseen(&error),
            Ok(0) if sent.elapsed() >= self.setting.count_lag => Look::Found(()),
            Ok(waiting) => Look::NotYet(format!("the queue still holds {waiting} messages")),
        }
    }

    /// Every execution of the scenario has the scenario's id in its name, so one that nobody expects is found.
    pub(super) async fn look_for_strangers(&self) -> Result<(), String> {
        let executions = &self.scenario.expect.executions;
        let mut expected: Vec<&str> = executions
            .iter()
            .filter_map(|expected| self.name_of(expected.of).ok())
            .collect();
        expected.extend(self.tallied_names());
        let started = self
            .setting
            .executions
            .started_since(self.setting.since, self.id)
            .await;
        let started = started.map_err(|error| error.in_a_line())?;
        let started: Vec<&str> = started
            .iter()
            .map(|started| started.name.as_str())
            .collect();
        judge::started(&expected, &started).map_or(Ok(()), Err)
    }
}

fn with_trouble(look: Look<()>, mailbox: &Mailbox) -> Look<()> {
    match (look, mailbox.trouble()) {
        (Look::NotYet(reason), Some(trouble)) => Look::NotYet(format!("{reason} ({trouble})")),
        (look, _) => look,
    }
}

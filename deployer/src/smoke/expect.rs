//! Whether everything that a scenario expects is so.

use std::sync::Arc;

use super::judge::{self, SeenExecution};
use super::look::{Look, unseen};
use super::mailbox::Mailbox;
use super::play::Play;
use super::scenario::{ExpectedExecution, ExpectedItem};
use super::{fault, item};

impl Play<'_> {
    /// Looks whether everything expected is so.
    pub(super) async fn look(&self) -> Look<()> {
        // A message that was given up starts no execution, so there would be nothing to wait for.
        let dead_letters = self.judge_dead_letters();
        if matches!(dead_letters, Look::Never(_)) {
            return dead_letters;
        }
        let undelivered = judge::undelivered(&self.setting.undelivered_of(self.id));
        if matches!(undelivered, Look::Never(_)) {
            return undelivered;
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
        let seen = self.setting.dead_letters_of(self.id);
        with_trouble(
            judge::dead_letters(&self.scenario.expect.dead_letters, &seen),
            &self.setting.dead_letters,
        )
    }

    async fn judge_failures(&self) -> Look<()> {
        let expected = self.failing().await;
        with_trouble(
            judge::failure_events(&expected, &self.setting.failures_of(self.id)),
            &self.setting.failures,
        )
    }

    /// Returns the executions whose failure must be in the failure queue.
    pub(super) async fn failing(&self) -> Vec<&str> {
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
        expected
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
        for execution in &started {
            let mismatch = self.setting.live.mismatch(&execution.name, &execution.arn);
            mismatch.await.map_or(Ok(()), Err)?;
        }
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

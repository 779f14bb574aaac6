//! Plays one scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::batch::{self, Outgoing};
use super::callback::{self, Answered};
use super::copies::{self, MessageCopy, all_copies};
use super::fault;
use super::history::{self, Sought};
use super::item;
use super::judge::SeenExecution;
use super::link;
use super::look::{Look, Patience, unseen, wait};
use super::scenario::{Answer, Kill, Scenario, Via};
use super::setting::Setting;
use crate::error::Result;
use crate::operate::executions::{RerunOptions, rerun};

/// A scenario under way; its placeholders are filled in.
pub(super) struct Play<'a> {
    pub(super) setting: &'a Setting<'a>,
    pub(super) scenario: &'a Scenario,
    pub(super) id: &'a str,
    /// The copies of each message, and of what a rerun is given.
    pub(super) messages: Vec<Vec<MessageCopy>>,
    patience: Patience,
    /// The ARNs of executions that were found.
    arns: Mutex<BTreeMap<String, String>>,
    /// Executions that ended do not change any more, so they are read once.
    pub(super) ended: Mutex<BTreeMap<String, Arc<SeenExecution>>>,
}

impl<'a> Play<'a> {
    pub(super) fn new(setting: &'a Setting<'a>, scenario: &'a Scenario, id: &'a str) -> Self {
        let timeout = Duration::from_secs(scenario.timeout.seconds());
        Self {
            setting,
            scenario,
            id,
            messages: all_copies(scenario, setting.execution_name, setting.stage),
            patience: Patience {
                interval: setting.pace.interval,
                deadline: Instant::now() + timeout,
            },
            arns: Mutex::new(BTreeMap::new()),
            ended: Mutex::new(BTreeMap::new()),
        }
    }

    /// Sends, answers, and waits until everything expected is so.
    ///
    /// # Errors
    ///
    /// The first thing that is not as expected.
    pub(super) async fn perform(&self) -> Result<(), String> {
        self.put_given().await.map_err(|error| error.in_a_line())?;
        if let (Some(kill), Some(endpoint)) = (&self.scenario.kill, self.setting.fault_endpoint) {
            self.inject(kill, endpoint).await?;
        }
        if let (Some(stop), Some(endpoint)) = (&self.scenario.stop, self.setting.fault_endpoint) {
            let stopping =
                fault::stop_after_step(endpoint, self.name_of(stop.of)?, &stop.after_step).await;
            stopping.map_err(|error| error.in_a_line())?;
        }
        self.send().await?;
        let sent = Instant::now();
        self.answer().await?;
        self.run_again().await?;
        wait(self.patience, || self.look()).await?;
        if self.sends_more_than_it_traces() {
            // Only a message that was handled shows that it changed nothing.
            wait(self.patience, || self.setting.queue_is_handled(sent)).await?;
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

    async fn put_given(&self) -> Result<()> {
        for given in &self.scenario.given {
            let dynamodb = &self.setting.clients.dynamodb;
            item::put(dynamodb, self.table(&given.table), &given.item).await?;
        }
        Ok(())
    }

    async fn inject(&self, kill: &Kill, endpoint: &str) -> Result<(), String> {
        let injected = match (&kill.after_step, &kill.after_call) {
            (Some(step), _) => fault::kill_after_step(endpoint, self.name_of(kill.of)?, step).await,
            (None, Some(call)) => fault::kill_after_call(endpoint, call, self.id).await,
            (None, None) => Ok(()),
        };
        injected.map_err(|error| error.in_a_line())
    }

    async fn send(&self) -> Result<(), String> {
        let mut batch = Vec::new();
        for (index, (message, copies)) in self.scenario.send.iter().zip(&self.messages).enumerate()
        {
            if message.after_previous {
                self.send_batch(&std::mem::take(&mut batch)).await?;
                let previous = self.name_of(index.saturating_sub(1))?;
                wait(self.patience, || self.look_for_start(previous)).await?;
            }
            batch.extend(copies.iter().map(|copy| Outgoing {
                body: self.setting.envelope.wrap(&copy.body),
                label: format!("{}/{index}", self.id),
            }));
        }
        self.send_batch(&batch).await
    }

    async fn send_batch(&self, batch: &[Outgoing]) -> Result<(), String> {
        self.setting.sends();
        let sent = batch::send(&self.setting.clients.sqs, &self.setting.queue_url, batch).await;
        sent.map_err(|error| error.in_a_line())
    }

    /// Looks for the execution of this name, which must be of the version that was deployed.
    pub(super) async fn look_for_start(&self, name: &str) -> Look<String> {
        match self.find(name).await {
            Look::Found(arn) => match self.setting.live.mismatch(name, &arn).await {
                Some(mismatch) => Look::Never(mismatch),
                None => Look::Found(arn),
            },
            other => other,
        }
    }

    /// Looks for the execution of this name, of whatever version.
    pub(super) async fn find(&self, name: &str) -> Look<String> {
        if let Some(arn) = self.arns.lock().await.get(name) {
            return Look::Found(arn.clone());
        }
        match self.setting.executions.named(name).await.as_deref() {
            Ok([]) => Look::NotYet(format!("execution `{name}` was not started")),
            Ok([arn]) => {
                self.arns.lock().await.insert(name.to_owned(), arn.clone());
                Look::Found(arn.clone())
            }
            Ok(arns) => Look::Never(format!("{} executions are named `{name}`", arns.len())),
            Err(error) => unseen(error),
        }
    }

    async fn answer(&self) -> Result<(), String> {
        let mut answered = BTreeSet::new();
        for answer in &self.scenario.answers {
            if let (Some(Via::Link), Some(endpoint)) = (answer.via, self.setting.fault_endpoint) {
                self.press(answer, endpoint).await?;
                continue;
            }
            let name = self.name_of(answer.of)?;
            let callback = wait(self.patience, || {
                self.look_for_callback(name, answer, &answered)
            })
            .await?;
            let sent = callback::send(&self.setting.clients.lambda, &callback, answer).await;
            judge(sent.map_err(|error| error.in_a_line())?, answer, &answer.to)?;
            answered.insert(callback);
        }
        Ok(())
    }

    /// Answers by the link in a message.
    async fn press(&self, answer: &Answer, endpoint: &str) -> Result<(), String> {
        let name = self.name_of(answer.of)?;
        if answer.late {
            wait(self.patience, || self.look_for_end(name)).await?;
        }
        let channel = answer.channel.as_deref().unwrap_or_default();
        let link = wait(self.patience, || link::look_for(endpoint, channel, self.id)).await?;
        let pressed = link::press(endpoint, &link, answer).await;
        judge(pressed.map_err(|error| error.in_a_line())?, answer, channel)
    }

    /// Runs the execution that was stopped once more, where the scenario says so.
    async fn run_again(&self) -> Result<(), String> {
        let Some(stop) = &self.scenario.stop else {
            return Ok(());
        };
        let (name, rerun_at) = (self.name_of(stop.of)?, self.scenario.send.len());
        let Some(rerun_copy) = self
            .messages
            .get(rerun_at)
            .and_then(|copies| copies.first())
        else {
            return Ok(());
        };
        let arn = wait(self.patience, || self.look_for_end(name)).await?;
        let options = RerunOptions {
            input: Some(rerun_copy.body.clone()),
            name: None,
        };
        let Setting {
            clients,
            deployment,
            ..
        } = self.setting;
        let started = rerun(clients, deployment, &arn, &options).await;
        started.map(drop).map_err(|error| error.in_a_line())
    }

    async fn look_for_end(&self, name: &str) -> Look<String> {
        let arn = match self.look_for_start(name).await {
            Look::Found(arn) => arn,
            other => return other,
        };
        match self.setting.executions.outcome(&arn).await {
            Ok(outcome) if outcome.ended => Look::Found(arn),
            Ok(_) => Look::NotYet(format!("execution `{name}` goes on, and is to be stopped")),
            Err(error) => unseen(&error),
        }
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
            Sought::Any
        } else {
            Sought::Open(answered)
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

    /// Returns what is to be said of results that AWS may not take, by execution.
    pub(super) async fn large_results(&self) -> Vec<String> {
        let ended = self.ended.lock().await;
        let large = ended.iter().flat_map(|(name, seen)| {
            let results = history::large_results(&seen.history).into_iter();
            results.map(move |result| format!("execution `{name}`: {result}"))
        });
        large.collect()
    }

    /// Returns the names of all executions that the messages may start.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.messages
            .iter()
            .flat_map(|copies| copies::names(copies))
            .collect()
    }

    /// Returns the name of the one execution that a message starts.
    pub(super) fn name_of(&self, message: usize) -> Result<&str, String> {
        let copies = self.messages.get(message);
        let name = copies.and_then(|copies| copies.first()?.name.as_deref());
        name.ok_or_else(|| format!("message {message} gives no execution name"))
    }

    pub(super) fn table<'t>(&'t self, name: &'t str) -> &'t str {
        self.setting
            .deployment
            .tables
            .get(name)
            .map_or(name, String::as_str)
    }
}

/// Compares what became of an answer with what must.
fn judge(answered: Answered, answer: &Answer, to: &str) -> Result<(), String> {
    match (answered, answer.refused) {
        (Answered::Refused, false) => Err(format!("the service refused the answer to `{to}`")),
        (Answered::Accepted, true) => Err(format!(
            "the service took the answer to `{to}`, and must refuse it"
        )),
        (Answered::Accepted, false) | (Answered::Refused, true) => Ok(()),
    }
}

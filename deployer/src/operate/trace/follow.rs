//! Follows a message or an execution through everything that it passes.

use std::collections::BTreeSet;
use std::time::Duration;

use durable_history::{EventDetail, ExecutionArn, Record, Timestamp};

use super::end::{self, Found};
use super::lines::{self, Written};
use super::model::{Place, Step, Trace};
use super::record;
use crate::aws::Clients;
use crate::config::App;
use crate::error::Result;
use crate::event::Stop;
use crate::operate::dead_letters::{DeadQueue, Letter, QueueKind, Verdict, dead_queues, letters};
use crate::operate::deployed::DeployedWorkflow;
use crate::operate::executions::{At, ExecutionView, Listed, find, named, read_record};
use crate::operate::message::{naming_values, read_message};

/// How far back logs are read where nothing says when it began.
const A_DAY: Duration = Duration::from_hours(24);
/// A message is sent, and its lines written, before its execution starts.
const BEFORE: Duration = Duration::from_mins(15);

/// What is to be followed.
#[derive(Debug, Clone)]
pub struct Question {
    /// The name or the ARN of an execution, or the id of a message.
    pub subject: String,
    /// How far back logs are read; else from a little before the execution's start, or a day.
    pub since: Option<Duration>,
    /// The present.
    pub now: Timestamp,
}

/// Follows a message or an execution. What cannot be found is said, and hides nothing else.
///
/// # Errors
///
/// A name that several executions have; an ARN of another account or region; a service that does not answer.
pub async fn trace(
    app: &App,
    clients: &Clients,
    workflows: &[DeployedWorkflow],
    question: &Question,
) -> Result<Trace> {
    let mut path = Path {
        app,
        clients,
        workflows,
        question,
        message: is_message_id(&question.subject).then(|| question.subject.clone()),
        name: None,
        execution: None,
        written: Written::default(),
        lost: Vec::new(),
    };
    path.find_execution().await?;
    path.read_lines().await?;
    path.tell().await
}

/// Message ids of SQS are UUIDs.
fn is_message_id(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// What was found so far.
struct Path<'a> {
    app: &'a App,
    clients: &'a Clients,
    workflows: &'a [DeployedWorkflow],
    question: &'a Question,
    message: Option<String>,
    name: Option<String>,
    execution: Option<Listed>,
    written: Written,
    lost: Vec<String>,
}

impl Path<'_> {
    async fn find_execution(&mut self) -> Result<()> {
        let subject = &self.question.subject;
        if ExecutionArn::parse(subject).is_some() {
            let found = find(self.app, self.clients, self.workflows, subject).await?;
            self.name = Some(found.execution.name.clone());
            self.execution = Some(found.execution);
        } else if self.message.is_none() {
            self.name = Some(subject.clone());
            self.find_by_name().await?;
        }
        Ok(())
    }

    async fn find_by_name(&mut self) -> Result<()> {
        let Some(name) = &self.name else {
            return Ok(());
        };
        let looks = self
            .workflows
            .iter()
            .map(|workflow| named(self.clients, workflow, name));
        let found = futures::future::try_join_all(looks).await?.concat();
        if found.len() > 1 {
            // Says which there are.
            find(self.app, self.clients, self.workflows, name).await?;
        }
        self.execution = found.into_iter().next().map(|found| found.execution);
        Ok(())
    }

    async fn read_lines(&mut self) -> Result<()> {
        let words = [&self.message, &self.name];
        let words: BTreeSet<String> = words.into_iter().flatten().cloned().collect();
        self.written = self.read(&words).await?;
        if let (Some(message), None) = (&self.message, &self.name) {
            let own = self.written.deliveries.iter().rev();
            let name = own
                .filter(|delivery| delivery.message == *message)
                .find_map(|delivery| delivery.execution.clone());
            if name.is_some() {
                self.name = name;
                self.find_by_name().await?;
                let words = words.into_iter().chain(self.name.clone()).collect();
                self.written = self.read(&words).await?;
            }
        }
        if self.written.deliveries.is_empty() {
            self.lost.push(
                "no line of an intermediary names it: older than was looked (see --since), past the retention of the log, or not delivered yet".to_owned(),
            );
        }
        Ok(())
    }

    /// Workers know nothing of executions: what they write names the values that the execution is named
    /// after, such as the number of an order.
    async fn read_lines_of_values(&mut self, record: &Record) -> Result<()> {
        let template = self.app.workflow(&self.workflow(&[]).unwrap_or_default());
        let template = template.ok().and_then(|workflow| workflow.intake.as_ref());
        let input = record.execution.input_payload.as_deref();
        let message = input.and_then(|input| read_message(input).ok());
        let (Some(intake), Some(message)) = (template, message) else {
            return Ok(());
        };
        let stage = &self.app.stage_name;
        let values: BTreeSet<String> = naming_values(&intake.execution_name, stage, &message)
            .into_iter()
            .collect();
        let mut more = self.read(&values).await?.others;
        more.retain(|line| {
            let fields = line.message.as_object().into_iter().flatten();
            let mut texts = fields.filter_map(|(_, value)| value.as_str());
            texts.any(|text| values.contains(text)) && !self.written.others.contains(line)
        });
        self.written.others.extend(more);
        Ok(())
    }

    async fn read(&self, words: &BTreeSet<String>) -> Result<Written> {
        let started = self
            .execution
            .as_ref()
            .map(|execution| execution.started_at);
        let since = self.question.since.unwrap_or_else(|| {
            started.map_or(A_DAY, |started| self.question.now.since(started) + BEFORE)
        });
        let workflows: Vec<String> = self
            .workflows
            .iter()
            .map(|workflow| workflow.workflow.clone())
            .collect();
        lines::read(self.app, self.clients, &workflows, words, since).await
    }

    async fn tell(mut self) -> Result<Trace> {
        let record = match &self.execution {
            Some(execution) => Some(read_record(self.clients, &execution.arn).await?),
            None => None,
        };
        if let Some(record) = &record {
            self.read_lines_of_values(record).await?;
        }
        let view = record.as_ref().map(ExecutionView::of);
        let letters = self.letters().await?;
        let workflow = self.workflow(&letters);
        let noted = self.record(workflow.as_deref()).await?;
        if self.execution.is_none() && self.name.is_some() {
            self.lost.push(
                "there is no execution of that name: it never started, was deleted, or its retention is over".to_owned(),
            );
        }
        let end = end::end(&Found {
            message: self.message.as_deref(),
            name: self.name.as_deref(),
            deliveries: &self.written.deliveries,
            has_record: noted.is_some(),
            execution: view.as_ref(),
            dead: dead(&letters),
            in_failure_queue: letters
                .iter()
                .any(|(queue, ..)| queue.kind != QueueKind::Intake),
        });
        let messages = self.messages(&letters);
        let steps = self.steps(&letters, noted, record.as_ref(), view.as_ref());
        Ok(Trace {
            subject: self.question.subject.clone(),
            workflow,
            execution: self.name,
            messages,
            end,
            steps,
            lost: self.lost,
        })
    }

    /// Returns what waits in the queues of what ended badly, and is of this message or execution.
    async fn letters(&mut self) -> Result<Vec<(DeadQueue, Letter, Verdict)>> {
        let known = self.workflow(&[]);
        let own = |deployed: &&DeployedWorkflow| {
            known
                .as_ref()
                .is_none_or(|known| *known == deployed.workflow)
        };
        let workflows: Vec<_> = self.workflows.iter().filter(own).cloned().collect();
        let queues = dead_queues(&workflows, None);
        let stage = &self.app.stage_name;
        let mut all = letters(self.clients, stage, &queues, &Stop::default()).await?;
        all.retain(
            |(queue, letter, verdict)| match (&self.message, queue.kind) {
                (Some(message), QueueKind::Intake) => {
                    letter.id == *message || letter.origin() == message
                }
                _ => self.name.is_some() && verdict.execution == self.name,
            },
        );
        Ok(all)
    }

    fn workflow(&self, letters: &[(DeadQueue, Letter, Verdict)]) -> Option<String> {
        let execution = self.execution.as_ref();
        let of_execution = execution.map(|execution| execution.workflow.clone());
        let of_lines = || {
            let last = self.written.deliveries.last();
            last.map(|delivery| delivery.workflow.clone())
        };
        let of_letters = || {
            let first = letters.first();
            first.map(|(queue, ..)| queue.workflow.workflow.clone())
        };
        of_execution.or_else(of_lines).or_else(of_letters)
    }

    async fn record(&mut self, workflow: Option<&str>) -> Result<Option<Step>> {
        let Some(name) = self.name.clone() else {
            return Ok(None);
        };
        let of_workflow = self
            .workflows
            .iter()
            .find(|deployed| Some(deployed.workflow.as_str()) == workflow);
        let Some(intake) = of_workflow.and_then(|workflow| workflow.intake.as_ref()) else {
            return Ok(None);
        };
        let noted = record::read(self.clients, intake, &name).await?;
        if noted.is_none() {
            self.lost.push(
                "there is no idempotency record of that name: never made, or expired".to_owned(),
            );
        }
        Ok(noted)
    }

    fn messages(&self, letters: &[(DeadQueue, Letter, Verdict)]) -> Vec<String> {
        let of_lines = self.written.deliveries.iter();
        let mut messages: BTreeSet<String> =
            of_lines.map(|delivery| delivery.message.clone()).collect();
        messages.extend(self.message.clone());
        let dead = letters
            .iter()
            .filter(|(queue, ..)| queue.kind == QueueKind::Intake);
        messages.extend(dead.map(|(_, letter, _)| letter.id.clone()));
        messages.into_iter().collect()
    }

    fn steps(
        &self,
        letters: &[(DeadQueue, Letter, Verdict)],
        noted: Option<Step>,
        record: Option<&Record>,
        view: Option<&ExecutionView>,
    ) -> Vec<Step> {
        let mut steps: Vec<Step> = letters.iter().filter_map(sent).collect();
        let deliveries = self.written.deliveries.iter();
        steps.extend(deliveries.map(lines::Delivery::step));
        steps.extend(self.written.others.iter().map(lines::step));
        steps.extend(record.into_iter().flat_map(invocations));
        steps.extend(view.into_iter().flat_map(of_execution));
        // Stable: what has the same time stays in the order of the way.
        steps.sort_by_key(|step| step.at);
        // What has no time of its own tells how things stand now.
        steps.extend(noted);
        steps.extend(letters.iter().map(lies));
        steps
    }
}

fn dead(letters: &[(DeadQueue, Letter, Verdict)]) -> Option<(String, String)> {
    let mut intake = letters
        .iter()
        .filter(|(queue, ..)| queue.kind == QueueKind::Intake);
    let (_, _, verdict) = intake.next()?;
    Some((verdict.reason.as_str().to_owned(), verdict.why.clone()))
}

fn sent((queue, letter, _): &(DeadQueue, Letter, Verdict)) -> Option<Step> {
    let at = letter.first_arrival?;
    (queue.kind == QueueKind::Intake).then(|| Step {
        at: Some(At(at)),
        place: Place::Queue,
        what: format!("sent, message {}", letter.id),
    })
}

fn lies((queue, letter, verdict): &(DeadQueue, Letter, Verdict)) -> Step {
    let place = match queue.kind {
        QueueKind::Intake => Place::DeadLetters,
        QueueKind::Failed | QueueKind::Undelivered => Place::FailedExecutions,
    };
    let reason = verdict.reason.as_str();
    Step {
        at: None,
        place,
        what: format!(
            "waits there, {reason}: {}; dlq peek {}",
            verdict.why, letter.id
        ),
    }
}

fn invocations(record: &Record) -> Vec<Step> {
    let history = record.history();
    let ends = history.invocations().enumerate();
    ends.filter_map(|(number, event)| {
        let EventDetail::InvocationCompleted {
            start_timestamp,
            end_timestamp,
            error,
            ..
        } = &event.detail
        else {
            return None;
        };
        let took = end_timestamp.since(*start_timestamp).as_secs_f64();
        let failed = if error.is_some() {
            ", which failed"
        } else {
            ""
        };
        Some(Step {
            at: Some(At(*end_timestamp)),
            place: Place::Execution,
            what: format!("end of invocation {} after {took:.3} s{failed}", number + 1),
        })
    })
    .collect()
}

fn of_execution(view: &ExecutionView) -> Vec<Step> {
    let step = |at, what| Step {
        at: Some(at),
        place: Place::Execution,
        what,
    };
    let (name, version) = (&view.name, &view.version);
    let mut steps = vec![step(
        view.started_at,
        format!("{name} started on version {version}"),
    )];
    for operation in view
        .operations
        .iter()
        .filter(|operation| operation.name.is_some())
    {
        let name = operation.name.as_deref().unwrap_or_default();
        let kind = operation.kind.to_lowercase().replace('_', " ");
        steps.push(step(operation.started_at, format!("{kind} {name} began")));
        if let Some(ended) = operation.ended_at {
            let status = operation.status.to_lowercase().replace('_', " ");
            let error = operation.error.as_ref();
            let error = error.map_or_else(String::new, |error| format!(": {}", error.in_words()));
            steps.push(step(ended, format!("{kind} {name} {status}{error}")));
        }
    }
    if let Some(ended) = view.ended_at {
        let error = view.error.as_ref();
        let error = error.map_or_else(String::new, |error| format!(": {}", error.in_words()));
        let status = view.status.to_lowercase().replace('_', " ");
        steps.push(step(ended, format!("{status}{error}")));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::is_message_id;

    #[test]
    fn the_id_of_a_message_is_told_from_a_name() {
        assert!(is_message_id("0f8fad5b-d9cb-469f-a165-70867728950e"));
        for name in [
            "dev-tx-1",
            "0f8fad5b-d9cb-469f-a165-7086772895",
            "0f8fad5x-d9cb-469f-a165-70867728950e",
            "",
        ] {
            assert!(!is_message_id(name), "{name}");
        }
    }
}

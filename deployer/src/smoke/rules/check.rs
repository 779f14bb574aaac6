//! What a scenario must keep to, beyond its types.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::copies::{self, MessageCopy, all_copies, is_numbered};
use super::super::placeholder::Placeholders;
use super::super::scenario::{Answer, ExpectedExecution, Kill, Message, Scenario, ScenarioFile};
use crate::config::{Workflow, nearest};
use crate::error::{Error, Result};

/// An id like those of a real run.
pub(in crate::smoke) const SAMPLE_ID: &str = "smoke-zzzzzzzzzzzzz-000";

/// Checks every rule; `locate` returns where in the file a path stands.
///
/// # Errors
///
/// The first rule that is broken, with its file and line.
pub(in crate::smoke) fn check(
    file: &ScenarioFile,
    workflow: &Workflow,
    stage: &str,
    locate: &dyn Fn(&str) -> String,
) -> Result<()> {
    let Some(intake) = &workflow.intake else {
        return Err(Error::usage(format!(
            "{}: the workflow has no intake to send messages to",
            locate("scenarios")
        )));
    };
    let mut seen = BTreeSet::new();
    for (index, scenario) in file.scenarios.iter().enumerate() {
        let path = format!("scenarios.{index}");
        if !seen.insert(scenario.name.as_str()) {
            let text = format!("there are two scenarios `{}`", scenario.name);
            return Err(broken(locate, &format!("{path}.name"), &text));
        }
        let mut rules = Rules {
            scenario,
            workflow,
            path,
            copies: Vec::new(),
            locate,
        };
        rules.check_messages()?;
        let sample = Placeholders {
            id: SAMPLE_ID,
            stage,
        }
        .scenario(scenario)?;
        let template = &intake.execution_name;
        rules.copies = all_copies(&sample, template, stage);
        rules.check_names()?;
        rules.check_order()?;
        rules.check_kill()?;
        rules.check_stop()?;
        rules.check_answers()?;
        rules.check_executions()?;
        rules.check_tallies()?;
        rules.check_traces()?;
        rules.check_tables()?;
        rules.check_numbers()?;
    }
    Ok(())
}

/// The rules over one scenario.
pub(super) struct Rules<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) workflow: &'a Workflow,
    pub(super) path: String,
    /// What would be sent for each message.
    pub(super) copies: Vec<Vec<MessageCopy>>,
    pub(super) locate: &'a dyn Fn(&str) -> String,
}

impl Rules<'_> {
    pub(super) fn broken<T>(&self, path: &str, text: &str) -> Result<T> {
        Err(broken(self.locate, &format!("{}.{path}", self.path), text))
    }

    fn check_messages(&self) -> Result<()> {
        if self.scenario.timeout.seconds() == 0 {
            return self.broken("timeout", "a scenario needs time");
        }
        if self.scenario.send.is_empty() {
            return self.broken("send", "a scenario sends at least one message");
        }
        for (index, message) in self.scenario.send.iter().enumerate() {
            let path = format!("send.{index}");
            if message.message.is_some() == message.body.is_some() {
                return self.broken(&path, "give either `message` or `body`");
            }
            let path = format!("{path}.times");
            if message.times == 0 {
                return self.broken(&path, "a message is sent at least once");
            }
            if message.times > Message::MOST_TIMES {
                let text = format!("a message is sent at most {} times", Message::MOST_TIMES);
                return self.broken(&path, &text);
            }
        }
        Ok(())
    }

    /// A name without the id may be taken by an earlier run, which would be judged instead.
    fn check_names(&self) -> Result<()> {
        for index in 0..self.copies.len() {
            if self
                .names(index)
                .iter()
                .any(|name| !name.contains(SAMPLE_ID))
            {
                let text = "the execution's name needs `{id}`, or it may be another run's";
                return self.broken(&format!("send.{index}"), text);
            }
        }
        Ok(())
    }

    fn check_order(&self) -> Result<()> {
        for (index, message) in self.scenario.send.iter().enumerate() {
            let path = format!("send.{index}.after_previous");
            match (message.after_previous, index.checked_sub(1)) {
                (false, _) => {}
                (true, None) => return self.broken(&path, "there is no message before the first"),
                (true, Some(previous)) => {
                    self.check_single(previous, &path)?;
                }
            }
        }
        Ok(())
    }

    fn check_kill(&self) -> Result<()> {
        let Some(kill) = &self.scenario.kill else {
            return Ok(());
        };
        if kill.after_step.is_some() == kill.after_call.is_some() {
            return self.broken("kill", "give either `after_step` or `after_call`");
        }
        if kill.after_step.is_some() {
            self.check_single(kill.of, "kill.of")?;
        }
        self.check_victim(kill)
    }

    fn check_stop(&self) -> Result<()> {
        let Some(stop) = &self.scenario.stop else {
            return Ok(());
        };
        self.check_single(stop.of, "stop.of")?;
        let is_object = |message: &Message| message.message.as_ref().is_some_and(Value::is_object);
        if stop.rerun.is_some() && !self.scenario.send.get(stop.of).is_some_and(is_object) {
            return self.broken("stop.rerun", "a rerun sets fields of a `message`");
        }
        Ok(())
    }

    fn check_victim(&self, kill: &Kill) -> Result<()> {
        let Some(function) = &kill.function else {
            return Ok(());
        };
        if kill.after_step.is_some() {
            let text = "the process that dies after a step is the orchestrator's";
            return self.broken("kill.function", text);
        }
        let workflow = self.workflow;
        let intake = workflow.intake.as_ref();
        let functions: Vec<&str> = std::iter::once(workflow.orchestrator.function.as_str())
            .chain(intake.map(|intake| intake.function.as_str()))
            .chain(
                workflow
                    .questions
                    .iter()
                    .map(|asking| asking.function.as_str()),
            )
            .chain(workflow.workers.keys().map(String::as_str))
            .collect();
        if functions.contains(&function.as_str()) {
            return Ok(());
        }
        let place = (self.locate)(&format!("{}.kill.function", self.path));
        let error = Error::usage(format!(
            "{place}: the workflow has no function `{function}`"
        ));
        Err(match nearest(function, functions) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        })
    }

    fn check_answers(&self) -> Result<()> {
        for (index, answer) in self.scenario.answers.iter().enumerate() {
            let path = format!("answers.{index}");
            self.check_answer(answer, &path)?;
            self.check_single(answer.of, &format!("{path}.of"))?;
        }
        Ok(())
    }

    fn check_answer(&self, answer: &Answer, path: &str) -> Result<()> {
        let by_api = !answer.to.is_empty() || answer.success.is_some() || answer.failure.is_some();
        let by_link = answer.channel.is_some()
            || answer.choice.is_some()
            || answer.identity.is_some()
            || answer.opened > 0;
        if answer.via.is_some() {
            let channel = answer.channel.as_deref().unwrap_or_default();
            if by_api || answer.choice.is_none() || !["sms", "email"].contains(&channel) {
                let text = "an answer via a link has a `channel`, `sms` or `email`, and a `choice`, and nothing else";
                return self.broken(path, text);
            }
            return Ok(());
        }
        if by_link || answer.to.is_empty() {
            return self.broken(path, "say what it is `to`, or answer `via: link`");
        }
        if answer.success.is_some() == answer.failure.is_some() {
            return self.broken(path, "give either `success` or `failure`");
        }
        Ok(())
    }

    fn check_executions(&self) -> Result<()> {
        let mut seen = BTreeSet::new();
        for (index, execution) in self.scenario.expect.executions.iter().enumerate() {
            let path = format!("expect.executions.{index}.of");
            let name = self.check_single(execution.of, &path)?;
            if !seen.insert(name) {
                return self.broken(
                    &path,
                    &format!("the execution of message {} is there twice", execution.of),
                );
            }
            let path = format!("expect.executions.{index}.steps");
            self.check_steps(execution, &path)?;
        }
        Ok(())
    }

    /// What could never hold is a mistake.
    fn check_steps(&self, execution: &ExpectedExecution, path: &str) -> Result<()> {
        let mut seen = BTreeSet::new();
        for (index, step) in execution.steps.iter().enumerate() {
            let path = format!("{path}.{index}");
            if step.names().is_empty() {
                return self.broken(&path, "a list of steps in any order names at least one");
            }
            for name in step.names() {
                if !seen.insert(name) {
                    let text = format!("the step `{name}` is there twice, and succeeds once");
                    return self.broken(&path, &text);
                }
                if execution.never.contains(name) {
                    let text = format!("the step `{name}` is in `steps` and in `never`");
                    return self.broken(&path, &text);
                }
            }
        }
        Ok(())
    }

    fn check_tallies(&self) -> Result<()> {
        let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
        for (index, tally) in self.scenario.expect.tallies.iter().enumerate() {
            self.check_sent(tally.of, &format!("expect.tallies.{index}.of"))?;
            *counts.entry(tally.of).or_default() += u64::from(tally.count);
        }
        let mut seen = BTreeSet::new();
        for execution in &self.scenario.expect.executions {
            seen.extend(self.names(execution.of));
        }
        for (message, count) in counts {
            let copies = self.copies.get(message).map_or(0, Vec::len);
            let names = self.names(message);
            if names.len() != copies {
                let text = format!(
                    "the {copies} copies of message {message} start {} executions: tallies count copies \
                     that start one each",
                    names.len()
                );
                return self.broken("expect.tallies", &text);
            }
            if u64::try_from(copies) != Ok(count) {
                let text = format!(
                    "the tallies of message {message} count {count} executions, and it starts {copies}"
                );
                return self.broken("expect.tallies", &text);
            }
            if names.iter().any(|name| !seen.insert(name)) {
                let text = format!("an execution of message {message} is there twice");
                return self.broken("expect.tallies", &text);
            }
        }
        Ok(())
    }

    /// There must be something to wait for.
    fn check_traces(&self) -> Result<()> {
        let expect = &self.scenario.expect;
        for (index, message) in expect.dead_letters.iter().enumerate() {
            self.check_sent(*message, &format!("expect.dead_letters.{index}"))?;
        }
        if expect.executions.is_empty()
            && expect.tallies.is_empty()
            && expect.dead_letters.is_empty()
        {
            return self.broken(
                "expect",
                "a scenario expects an execution or a dead letter: without, it waits for nothing",
            );
        }
        Ok(())
    }

    /// Elsewhere, `{n}` would be taken as it is, and nothing would be what it seems.
    fn check_numbers(&self) -> Result<()> {
        let scenario = self.scenario;
        for (path, text) in [
            ("given", serde_json::to_string(&scenario.given)),
            ("kill", serde_json::to_string(&scenario.kill)),
            ("stop", serde_json::to_string(&scenario.stop)),
            ("answers", serde_json::to_string(&scenario.answers)),
            ("expect", serde_json::to_string(&scenario.expect)),
        ] {
            if text.is_ok_and(|text| is_numbered(&text)) {
                return self.broken(path, "`{n}` has a number only in `send` and `remove`");
            }
        }
        Ok(())
    }

    /// Returns the name of the one execution that a message starts.
    fn check_single(&self, message: usize, path: &str) -> Result<&str> {
        self.check_sent(message, path)?;
        let copies = self.copies.get(message).map_or(&[][..], Vec::as_slice);
        let names = self.names(message);
        match (names.first(), copies.iter().all(|copy| copy.name.is_some())) {
            (Some(name), true) if names.len() == 1 => Ok(name),
            (Some(_), true) => {
                let text = format!("the copies of message {message} start an execution each");
                self.broken(path, &text)
            }
            _ => self.broken(path, &format!("message {message} gives no execution name")),
        }
    }

    fn names(&self, message: usize) -> BTreeSet<&str> {
        self.copies
            .get(message)
            .map(|copies| copies::names(copies))
            .unwrap_or_default()
    }

    pub(super) fn check_sent(&self, message: usize, path: &str) -> Result<()> {
        let count = self.copies.len();
        if message >= count {
            return self.broken(
                path,
                &format!(
                    "there is no message {message}: they count from 0 to {}",
                    count.saturating_sub(1)
                ),
            );
        }
        Ok(())
    }
}

fn broken(locate: &dyn Fn(&str) -> String, path: &str, text: &str) -> Error {
    Error::usage(format!("{}: {text}", locate(path)))
}

//! What a scenario must keep to, beyond its types.

use std::collections::BTreeSet;

use super::name::execution_name;
use super::placeholder::Placeholders;
use super::scenario::{ExpectedItem, Message, Scenario, ScenarioFile};
use crate::config::{Workflow, nearest};
use crate::error::{Error, Result};

/// An id like those of a real run.
const SAMPLE_ID: &str = "smoke-zzzzzzzzzzzzz-000";

/// Checks every rule; `locate` returns where in the file a path stands.
///
/// # Errors
///
/// The first rule that is broken, with its file and line.
pub(super) fn check(
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
        let sample = Placeholders {
            id: SAMPLE_ID,
            stage,
        }
        .scenario(scenario)?;
        let named = |message: &Message| {
            let message = serde_json::from_str(&message.text()).unwrap_or_default();
            execution_name(&intake.execution_name, stage, &message).is_some()
        };
        let rules = Rules {
            scenario,
            path,
            named: sample.send.iter().map(named).collect(),
            locate,
        };
        rules.check_messages()?;
        rules.check_answers()?;
        rules.check_expectations()?;
        for (index, item) in scenario.expect.items.iter().enumerate() {
            rules.check_item(item, index, workflow)?;
        }
    }
    Ok(())
}

struct Rules<'a> {
    scenario: &'a Scenario,
    path: String,
    /// Whether each message gives an execution name.
    named: Vec<bool>,
    locate: &'a dyn Fn(&str) -> String,
}

impl Rules<'_> {
    fn broken<T>(&self, path: &str, text: &str) -> Result<T> {
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
            if message.times == 0 {
                return self.broken(&format!("{path}.times"), "a message is sent at least once");
            }
            if message.after_previous {
                match index.checked_sub(1) {
                    None => {
                        return self.broken(
                            &format!("{path}.after_previous"),
                            "there is no message before the first",
                        );
                    }
                    Some(previous) => {
                        self.check_named(previous, &format!("{path}.after_previous"))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn check_answers(&self) -> Result<()> {
        if let Some(kill) = &self.scenario.kill {
            self.check_named(kill.of, "kill.of")?;
        }
        for (index, answer) in self.scenario.answers.iter().enumerate() {
            let path = format!("answers.{index}");
            if answer.success.is_some() == answer.failure.is_some() {
                return self.broken(&path, "give either `success` or `failure`");
            }
            self.check_named(answer.of, &format!("{path}.of"))?;
        }
        Ok(())
    }

    fn check_expectations(&self) -> Result<()> {
        let mut seen = BTreeSet::new();
        for (index, execution) in self.scenario.expect.executions.iter().enumerate() {
            let path = format!("expect.executions.{index}.of");
            self.check_named(execution.of, &path)?;
            if !seen.insert(execution.of) {
                return self.broken(
                    &path,
                    &format!("the execution of message {} is there twice", execution.of),
                );
            }
        }
        for (index, message) in self.scenario.expect.dead_letters.iter().enumerate() {
            self.check_sent(*message, &format!("expect.dead_letters.{index}"))?;
        }
        if self.scenario.expect.executions.is_empty()
            && self.scenario.expect.dead_letters.is_empty()
        {
            return self.broken(
                "expect",
                "a scenario expects an execution or a dead letter: without, it waits for nothing",
            );
        }
        Ok(())
    }

    fn check_item(&self, item: &ExpectedItem, index: usize, workflow: &Workflow) -> Result<()> {
        let path = format!("expect.items.{index}");
        let Some(table) = workflow.tables.get(&item.table) else {
            let place = (self.locate)(&format!("{}.{path}.table", self.path));
            let error = Error::usage(format!(
                "{place}: the workflow has no table `{}`",
                item.table
            ));
            return Err(
                match nearest(&item.table, workflow.tables.keys().map(String::as_str)) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error,
                },
            );
        };
        let wanted: BTreeSet<&str> = std::iter::once(table.partition_key.as_str())
            .chain(table.sort_key.as_deref())
            .collect();
        let given: BTreeSet<&str> = item.key.keys().map(String::as_str).collect();
        if wanted != given {
            let wanted = wanted.into_iter().collect::<Vec<_>>().join("` and `");
            return self.broken(
                &format!("{path}.key"),
                &format!("the key of the table `{}` is `{wanted}`", item.table),
            );
        }
        if item
            .key
            .values()
            .any(|value| !value.is_string() && !value.is_number())
        {
            return self.broken(&format!("{path}.key"), "a key is a text or a number");
        }
        if item.absent && (item.item.is_some() || !item.without.is_empty()) {
            return self.broken(
                &format!("{path}.absent"),
                "an item that is not there has no attributes",
            );
        }
        Ok(())
    }

    fn check_named(&self, message: usize, path: &str) -> Result<()> {
        self.check_sent(message, path)?;
        if self.named.get(message) == Some(&false) {
            return self.broken(path, &format!("message {message} gives no execution name"));
        }
        Ok(())
    }

    fn check_sent(&self, message: usize, path: &str) -> Result<()> {
        let count = self.scenario.send.len();
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

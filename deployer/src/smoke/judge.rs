//! Whether what was seen is what was expected. Pure.

use std::collections::BTreeSet;

use durable_history::History;
use serde_json::Value;

use super::compare::{difference, shown};
use super::history::{has_operation, succeeded_steps, was_interrupted};
use super::look::Look;
use super::scenario::{ExpectedExecution, ExpectedItem, Status};

/// An execution as it was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct SeenExecution {
    /// The status, as the service spells it.
    pub(super) status: String,
    /// Whether nothing more will happen in it.
    pub(super) ended: bool,
    /// The result.
    pub(super) result: Option<String>,
    /// The type of the error.
    pub(super) error_type: Option<String>,
    /// The error in words.
    pub(super) error: Option<String>,
    /// The history; only of an execution that ended.
    pub(super) history: History,
}

impl SeenExecution {
    /// Returns whether it ended so that it has an event in the failure queue.
    pub(super) fn is_failure(&self) -> bool {
        let failures = [Status::Failed, Status::TimedOut, Status::Stopped];
        failures
            .iter()
            .any(|failure| failure.as_str() == self.status)
    }
}

/// Judges the execution `name`; what an execution that ended lacks will never come.
pub(super) fn execution(
    name: &str,
    expected: &ExpectedExecution,
    seen: &SeenExecution,
) -> Look<()> {
    let wrong = |text: String| format!("execution `{name}`: {text}");
    if !seen.ended {
        return Look::NotYet(wrong(format!(
            "is {}, expected {}",
            seen.status,
            expected.status.as_str()
        )));
    }
    let found = end(expected.status, expected.result.as_ref(), seen)
        .or_else(|| error_type(expected, seen))
        .or_else(|| steps(expected, &seen.history))
        .or_else(|| never(expected, &seen.history));
    match found {
        Some(text) => Look::Never(wrong(text)),
        None => Look::Found(()),
    }
}

/// Judges the status and the result of an execution that ended.
pub(super) fn end(
    expected: Status,
    expected_result: Option<&Value>,
    seen: &SeenExecution,
) -> Option<String> {
    status(expected, seen).or_else(|| result(expected_result?, seen))
}

fn status(expected: Status, seen: &SeenExecution) -> Option<String> {
    if expected.as_str() == seen.status {
        return None;
    }
    let error = seen
        .error
        .as_deref()
        .map(|error| format!(" ({error})"))
        .unwrap_or_default();
    Some(format!(
        "is {}{error}, expected {}",
        seen.status,
        expected.as_str()
    ))
}

fn result(expected: &Value, seen: &SeenExecution) -> Option<String> {
    let Some(text) = &seen.result else {
        return Some("has no result".to_owned());
    };
    match serde_json::from_str::<Value>(text) {
        Ok(actual) => difference(expected, &actual).map(|text| format!("result: {text}")),
        Err(error) => Some(format!("result is no JSON: {error}")),
    }
}

fn error_type(expected: &ExpectedExecution, seen: &SeenExecution) -> Option<String> {
    let expected = expected.error_type.as_deref()?;
    match seen.error_type.as_deref() {
        Some(actual) if actual == expected => None,
        Some(actual) => Some(format!("error type is `{actual}`, expected `{expected}`")),
        None => Some(format!("has no error type, expected `{expected}`")),
    }
}

fn steps(expected: &ExpectedExecution, history: &History) -> Option<String> {
    let succeeded = succeeded_steps(history);
    // Behind this place the next steps must be; nothing where they may be anywhere.
    let mut behind = None;
    for next in &expected.steps {
        let mut last = behind;
        for step in next.names() {
            match place_of(step, &succeeded) {
                Err(wrong) => return Some(wrong),
                Ok(place) if behind.is_some_and(|behind| place < behind) => {
                    return Some(format!(
                        "step `{step}` succeeded too early: {}",
                        listed(&succeeded)
                    ));
                }
                Ok(place) => last = last.max(Some(place)),
            }
        }
        behind = last;
    }
    None
}

/// Returns the place of a step among those that succeeded.
fn place_of(step: &str, succeeded: &[&str]) -> Result<usize, String> {
    let mut places = succeeded
        .iter()
        .enumerate()
        .filter(|(_, name)| **name == step)
        .map(|(place, _)| place);
    let (first, others) = (places.next(), places.count());
    match first {
        None => Err(format!(
            "step `{step}` did not succeed; those that did: {}",
            listed(succeeded)
        )),
        Some(_) if others > 0 => Err(format!(
            "step `{step}` succeeded {} times, expected once",
            others + 1
        )),
        Some(place) => Ok(place),
    }
}

fn never(expected: &ExpectedExecution, history: &History) -> Option<String> {
    let happened = expected
        .never
        .iter()
        .find(|name| has_operation(history, name))?;
    Some(format!("`{happened}` is in the history, and must never be"))
}

/// Judges whether the process of the execution `name` really died.
pub(super) fn interruption(name: &str, seen: &SeenExecution) -> Option<String> {
    let interrupted = was_interrupted(&seen.history);
    (!interrupted)
        .then(|| format!("execution `{name}`: no invocation was interrupted, so nothing was shown"))
}

/// Judges an item.
pub(super) fn item(expected: &ExpectedItem, seen: Option<&Value>) -> Option<String> {
    let key: Value = expected
        .key
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let wrong = |text: String| format!("table `{}`, item {}: {text}", expected.table, shown(&key));
    match (expected.absent, seen) {
        (true, None) => None,
        (true, Some(item)) => Some(wrong(format!("is there, and must not be: {}", shown(item)))),
        (false, None) => Some(wrong("is not there".to_owned())),
        (false, Some(item)) => {
            let unwanted = expected
                .without
                .iter()
                .find(|name| item.get(name.as_str()).is_some());
            unwanted
                .map(|name| format!("has `{name}`, and must not"))
                .or_else(|| difference(expected.item.as_ref()?, item))
                .map(wrong)
        }
    }
}

/// Judges the messages that were given up, by their place in `send`.
pub(super) fn dead_letters(expected: &[usize], seen: &[usize]) -> Look<()> {
    let mut missing = expected.to_vec();
    for message in seen {
        match missing.iter().position(|wanted| wanted == message) {
            Some(place) => {
                missing.swap_remove(place);
            }
            None => {
                return Look::Never(format!(
                    "message {message} is in the dead-letter queue, and must not be"
                ));
            }
        }
    }
    missing.sort_unstable();
    match missing.first() {
        Some(message) => Look::NotYet(format!("message {message} is not in the dead-letter queue")),
        None => Look::Found(()),
    }
}

/// Judges the executions whose failure is in the failure queue.
pub(super) fn failure_events(expected: &[&str], seen: &BTreeSet<String>) -> Look<()> {
    if let Some(other) = seen.iter().find(|name| !expected.contains(&name.as_str())) {
        return Look::Never(format!(
            "execution `{other}` is in the failure queue, and must not be"
        ));
    }
    match expected.iter().find(|name| !seen.contains(**name)) {
        Some(name) => Look::NotYet(format!("execution `{name}` is not in the failure queue")),
        None => Look::Found(()),
    }
}

/// Judges the executions whose failure is in the queue of undelivered ones.
pub(super) fn undelivered(seen: &BTreeSet<String>) -> Look<()> {
    match seen.first() {
        Some(name) => Look::Never(format!(
            "the failure of execution `{name}` did not reach the failure queue: it is in the queue of \
             undelivered failures"
        )),
        None => Look::Found(()),
    }
}

/// Judges the names of all executions that were started: each must be expected, and once.
pub(super) fn started(expected: &[&str], started: &[&str]) -> Option<String> {
    let mut left = expected.to_vec();
    for name in started {
        match left.iter().position(|expected| expected == name) {
            Some(place) => {
                left.swap_remove(place);
            }
            None if expected.contains(name) => {
                return Some(format!("execution `{name}` was started more than once"));
            }
            None => return Some(format!("execution `{name}` was started, and must not be")),
        }
    }
    None
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        format!("`{}`", names.join("`, `"))
    }
}

#[cfg(test)]
mod tests;

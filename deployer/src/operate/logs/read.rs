//! Reads log groups, from a moving start.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

use super::line::LogLine;
use crate::aws::{Clients, failed, is_missing};
use crate::config::App;
use crate::error::Result;

/// How long CloudWatch may take to show a line: a look begins this much before the newest one seen.
const LATE: Duration = Duration::from_secs(30);

/// Which lines are wanted.
#[derive(Debug, Clone)]
pub struct Question {
    /// The workflows.
    pub workflows: Vec<String>,
    /// A name or an ARN of an execution that the lines speak of.
    pub execution: Option<String>,
    /// How far back to look.
    pub since: Duration,
}

impl Question {
    /// Returns the word that a line must have in it: a name, because an ARN has the name in it too.
    fn word(&self) -> Option<String> {
        let execution = self.execution.as_deref()?;
        // …:function:NAME:VERSION/durable-execution/NAME/ID
        let parts: Vec<&str> = execution.split('/').collect();
        let name = match parts.as_slice() {
            [_, "durable-execution", name, ..] => name,
            _ => execution,
        };
        Some(name.to_owned())
    }
}

struct Group {
    workflow: String,
    function: String,
    name: String,
    /// Where the next look begins, in milliseconds since 1970.
    start: i64,
    seen: BTreeSet<(i64, String)>,
}

/// Reads on from where it last was, and tells every line once.
pub struct Tail<'a> {
    clients: &'a Clients,
    word: Option<String>,
    groups: Vec<Group>,
}

impl<'a> Tail<'a> {
    /// Begins to read at the question's start.
    #[expect(
        clippy::disallowed_methods,
        reason = "how far back is counted from now"
    )]
    pub fn new(app: &App, clients: &'a Clients, question: &Question) -> Self {
        let start = SystemTime::now()
            .checked_sub(question.since)
            .and_then(|start| start.duration_since(UNIX_EPOCH).ok())
            .and_then(|start| i64::try_from(start.as_millis()).ok())
            .unwrap_or_default();
        let mut groups = Vec::new();
        for workflow in &question.workflows {
            let functions = app.functions(std::slice::from_ref(workflow));
            groups.extend(functions.into_keys().map(|function| Group {
                name: app.log_group(workflow, &function),
                workflow: workflow.clone(),
                function,
                start,
                seen: BTreeSet::new(),
            }));
        }
        Self {
            clients,
            word: question.word(),
            groups,
        }
    }

    /// Returns the lines that nobody was told yet, in the order of their times.
    pub async fn next(&mut self) -> Result<Vec<LogLine>> {
        let (clients, word) = (self.clients, self.word.as_deref());
        let looks = self
            .groups
            .iter_mut()
            .map(|group| look(clients, word, group));
        let mut lines = futures::future::try_join_all(looks).await?.concat();
        // Stable: lines of one millisecond keep the order in which their group has them.
        lines.sort_by_key(|line| line.timestamp);
        Ok(lines)
    }
}

async fn look(clients: &Clients, word: Option<&str>, group: &mut Group) -> Result<Vec<LogLine>> {
    let mut lines = Vec::new();
    let mut token = None;
    loop {
        let read = clients
            .logs
            .filter_log_events()
            .log_group_name(&group.name)
            .start_time(group.start)
            .set_filter_pattern(word.map(pattern))
            .set_next_token(token)
            .send()
            .await;
        let page = match read {
            Ok(page) => page,
            // It is not deployed, or wrote nothing yet.
            Err(error) if is_missing(&error) => return Ok(lines),
            Err(error) => {
                return Err(failed(format!(
                    "the log group `{}` could not be read",
                    group.name
                ))(error));
            }
        };
        for event in page.events() {
            let timestamp = event.timestamp().unwrap_or_default();
            let text = event.message().unwrap_or_default();
            let id = id_of(event);
            let wanted = word.is_none_or(|word| text.contains(word));
            if wanted && group.seen.insert((timestamp, id.clone())) {
                let whose = (group.workflow.as_str(), group.function.as_str());
                lines.push(LogLine::new(whose, timestamp, &id, text));
            }
        }
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    group.move_on();
    Ok(lines)
}

/// Returns the id of an event; an emulator may give none, and then stream and text tell it from others.
fn id_of(event: &FilteredLogEvent) -> String {
    match event.event_id() {
        Some(id) if !id.is_empty() => id.to_owned(),
        _ => format!(
            "{}/{}",
            event.log_stream_name().unwrap_or_default(),
            event.message().unwrap_or_default()
        ),
    }
}

impl Group {
    /// Moves the start up to the newest line seen, less what may still come in late.
    fn move_on(&mut self) {
        if let Some((newest, _)) = self.seen.last() {
            let late = i64::try_from(LATE.as_millis()).unwrap_or_default();
            self.start = self.start.max(newest - late);
            self.seen = self.seen.split_off(&(self.start, String::new()));
        }
    }
}

/// Returns the filter of CloudWatch for lines with the word in them.
fn pattern(word: &str) -> String {
    format!("\"{}\"", word.replace('"', ""))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::{Group, Question, pattern};

    fn question(execution: &str) -> Question {
        Question {
            workflows: Vec::new(),
            execution: Some(execution.to_owned()),
            since: Duration::from_mins(15),
        }
    }

    #[test]
    fn an_execution_is_looked_for_by_its_name() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:orders:3/durable-execution/dev-tx-1/7c0f";
        for execution in ["dev-tx-1", arn] {
            assert_eq!(question(execution).word().unwrap(), "dev-tx-1");
        }
        assert_eq!(pattern("dev-tx-1"), "\"dev-tx-1\"");
    }

    #[test]
    fn the_start_moves_and_only_lines_that_can_come_again_are_kept_in_mind() {
        let mut group = Group {
            workflow: "orders".to_owned(),
            function: "orders".to_owned(),
            name: "/orders".to_owned(),
            start: 1_000,
            seen: BTreeSet::from([(1_500, "a".to_owned()), (100_000, "b".to_owned())]),
        };
        group.move_on();
        assert_eq!(group.start, 70_000);
        assert_eq!(group.seen, BTreeSet::from([(100_000, "b".to_owned())]));
    }
}

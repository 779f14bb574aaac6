//! Why messages are where they are.
//!
//! A dead letter of SQS carries no reason, so it is found again by the rules by which the intermediary
//! refuses messages. What its idempotency record says stands for the execution: records last longer than
//! the names of executions stay taken.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use messages::Envelope;
use messages::dead_letter::REASON;
use serde_json::Value;

use super::letter::Letter;
use super::queues::{DeadQueue, QueueKind};
use super::reason::Reason;
use crate::aws::{Clients, failed};
use crate::error::{Error, Kind, Result};
use crate::operate::deployed::DeployedIntake;
use crate::operate::message::{name_of, opened, read_message};

/// What an asynchronous invocation takes at most, in bytes.
const LARGEST_PAYLOAD: usize = 1024 * 1024;
/// The most items that DynamoDB reads at a time.
const LARGEST_READ: usize = 100;

/// Why a message is where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The reason.
    pub reason: Reason,
    /// The same in words.
    pub why: String,
    /// The name of the execution that it would start, or that it tells of.
    pub execution: Option<String>,
    /// The ARN of the execution that it tells of.
    pub arn: Option<String>,
    /// Whether it is the input that Lambda kept of an execution that ended badly, beside which the event
    /// that tells of the same may be in the queue.
    pub original: bool,
    /// What tells its payload from others, where it can be read.
    pub(super) payload_hash: Option<String>,
}

/// What an idempotency record says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    completed: bool,
    payload_hash: Option<String>,
}

/// Returns why each of the messages is in the queue, in their order.
pub(super) async fn judge(
    clients: &Clients,
    stage: &str,
    queue: &DeadQueue,
    letters: &[Letter],
) -> Result<Vec<Verdict>> {
    let template = queue.workflow.intake.as_ref();
    let template = template.map(|intake| intake.execution_name.as_str());
    let (QueueKind::Intake, Some(intake)) = (queue.kind, &queue.workflow.intake) else {
        let told = letters.iter().map(|letter| {
            if queue.kind == QueueKind::Failed && letter.is_original() {
                of_original(letter, template, stage)
            } else {
                of_event(queue.kind, letter)
            }
        });
        return Ok(told.collect());
    };
    let mut verdicts: Vec<Verdict> = letters
        .iter()
        .map(|letter| of_message(letter, intake.envelope, &intake.execution_name, stage))
        .collect();
    let names: BTreeSet<&str> = verdicts
        .iter()
        .filter_map(|verdict| verdict.execution.as_deref())
        .collect();
    let records = records(clients, intake, &names).await?;
    for (verdict, letter) in verdicts.iter_mut().zip(letters) {
        let record = verdict
            .execution
            .as_ref()
            .and_then(|name| records.get(name));
        if let Some(record) = record {
            weigh(verdict, record);
        }
        let said = letter.attribute(REASON);
        if let Some((reason, words)) = said.and_then(read_reason) {
            verdict.reason = reason;
            verdict.why = words.to_owned();
        }
    }
    Ok(verdicts)
}

/// Reads `REASON` or `REASON: words`.
fn read_reason(said: &str) -> Option<(Reason, &str)> {
    let (name, words) = said.split_once(':').unwrap_or((said, said));
    Some((Reason::parse(name.trim())?, words.trim()))
}

/// Judges by the message alone.
fn of_message(letter: &Letter, envelope: Envelope, template: &str, stage: &str) -> Verdict {
    let verdict = |reason, why: String| Verdict {
        reason,
        why,
        execution: None,
        arn: None,
        original: false,
        payload_hash: None,
    };
    if letter.body.len() > LARGEST_PAYLOAD {
        let bytes = letter.body.len();
        return verdict(Reason::TooLarge, format!("the body has {bytes} bytes"));
    }
    let message = match opened(envelope, &letter.body) {
        Ok(message) => message,
        Err(why) => return verdict(Reason::Unreadable, why),
    };
    let name = match name_of(template, stage, &message) {
        Ok(name) => name,
        Err(why) => return verdict(Reason::NoName, why),
    };
    let why = "what it needs was out of reach at every try; nothing was started".to_owned();
    Verdict {
        execution: Some(name),
        payload_hash: Some(message.hash()),
        ..verdict(Reason::GaveUp, why)
    }
}

fn weigh(verdict: &mut Verdict, record: &Record) {
    let why = if record.payload_hash.is_some() && record.payload_hash != verdict.payload_hash {
        verdict.reason = Reason::NameTaken;
        "the name is taken by a message with another payload"
    } else if record.completed {
        "its execution was started all the same"
    } else {
        "it was given up while its execution was being started"
    };
    why.clone_into(&mut verdict.why);
}

/// Judges the input of an execution that ended badly. How it ended, only its event or its history tell.
fn of_original(letter: &Letter, template: Option<&str>, stage: &str) -> Verdict {
    let message = read_message(&letter.body).ok();
    let name = message
        .zip(template)
        .and_then(|(message, template)| name_of(template, stage, &message).ok());
    let said = letter.attribute("ErrorMessage");
    let why = said.map_or_else(
        || "the execution failed; this is its input".to_owned(),
        |said| format!("the execution failed; this is its input: {said}"),
    );
    Verdict {
        reason: Reason::Failed,
        why,
        execution: name,
        arn: None,
        original: true,
        payload_hash: None,
    }
}

/// Judges an event of an execution that ended badly.
fn of_event(kind: QueueKind, letter: &Letter) -> Verdict {
    let event: Value = serde_json::from_str(&letter.body).unwrap_or_default();
    let detail = |name: &str| {
        let value = event.pointer(&format!("/detail/{name}"))?;
        value.as_str().map(str::to_owned)
    };
    let status = detail("status");
    let (reason, why) = match (kind, status.as_deref()) {
        (QueueKind::Undelivered, _) => {
            let said = ["ERROR_CODE", "ERROR_MESSAGE"];
            let said = said.iter().filter_map(|name| letter.attribute(name));
            let said: Vec<_> = said.collect();
            let why = if said.is_empty() {
                "EventBridge could not put it into the queue of failed executions".to_owned()
            } else {
                said.join(": ")
            };
            (Reason::Undelivered, why)
        }
        (_, Some("FAILED")) => (Reason::Failed, "the execution failed".to_owned()),
        (_, Some("TIMED_OUT")) => (Reason::TimedOut, "the execution timed out".to_owned()),
        (_, Some("STOPPED")) => (Reason::Stopped, "the execution was stopped".to_owned()),
        _ => (
            Reason::Unknown,
            "it is no event of an execution that ended badly".to_owned(),
        ),
    };
    Verdict {
        reason,
        why,
        execution: detail("durableExecutionName"),
        arn: detail("durableExecutionArn"),
        original: false,
        payload_hash: None,
    }
}

/// Reads the idempotency records of these names; those that are not there are left out.
async fn records(
    clients: &Clients,
    intake: &DeployedIntake,
    names: &BTreeSet<&str>,
) -> Result<BTreeMap<String, Record>> {
    let table = intake.idempotency_table.as_str();
    let names: Vec<&str> = names.iter().copied().collect();
    let mut records = BTreeMap::new();
    for names in names.chunks(LARGEST_READ) {
        let keys = names.iter().map(|name| {
            let id = AttributeValue::S((*name).to_owned());
            HashMap::from([("id".to_owned(), id)])
        });
        let mut keys = keys.collect::<Vec<_>>();
        // What DynamoDB leaves out because it is busy is asked for again.
        while !keys.is_empty() {
            let asked = KeysAndAttributes::builder()
                .set_keys(Some(std::mem::take(&mut keys)))
                .consistent_read(true)
                .build()
                .map_err(|error| {
                    Error::new(Kind::Bug, "a question could not be made").caused_by(error)
                })?;
            let call = clients.dynamodb.batch_get_item();
            let read = call.request_items(table, asked).send().await;
            let read = read.map_err(failed(format!("the table `{table}` could not be read")))?;
            let items = read.responses().and_then(|tables| tables.get(table));
            for item in items.into_iter().flatten() {
                records.extend(record(item));
            }
            let left = read
                .unprocessed_keys
                .and_then(|mut left| left.remove(table));
            keys = left.map(|left| left.keys).unwrap_or_default();
        }
    }
    Ok(records)
}

fn record(item: &HashMap<String, AttributeValue>) -> Option<(String, Record)> {
    let text = |name: &str| item.get(name)?.as_s().ok().cloned();
    let record = Record {
        completed: text("status").as_deref() == Some("COMPLETED"),
        payload_hash: text("validation"),
    };
    Some((text("id")?, record))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(body: &str) -> Letter {
        Letter {
            id: "m".to_owned(),
            body: body.to_owned(),
            attributes: HashMap::new(),
            receives: 1,
            first_arrival: None,
        }
    }

    #[test]
    fn a_message_is_judged_by_the_rules_of_the_intermediary() {
        let judged = |body: &str| of_message(&letter(body), Envelope::None, "{stage}-{id}", "dev");
        for (body, reason, name) in [
            (r#"{"id":"7"}"#, Reason::GaveUp, Some("dev-7")),
            (r#"{"id":7}"#, Reason::GaveUp, Some("dev-7")),
            (r#"{"id":"a b"}"#, Reason::NoName, None),
            ("{}", Reason::NoName, None),
            ("[]", Reason::Unreadable, None),
            (r#"{"id":1,"id":2}"#, Reason::Unreadable, None),
        ] {
            let verdict = judged(body);
            assert_eq!(verdict.reason, reason, "{body}");
            assert_eq!(verdict.execution.as_deref(), name, "{body}");
        }
        let large = format!(r#"{{"id":"{}"}}"#, "x".repeat(LARGEST_PAYLOAD));
        assert_eq!(judged(&large).reason, Reason::TooLarge);
        let around = Envelope::Sns.wrap(r#"{"id":7}"#);
        let verdict = of_message(&letter(&around), Envelope::Sns, "{stage}-{id}", "dev");
        assert_eq!(verdict.execution.as_deref(), Some("dev-7"));
    }

    #[test]
    fn a_record_says_whether_the_name_is_taken_or_the_execution_started() {
        let verdict = of_message(&letter(r#"{"id":7}"#), Envelope::None, "{id}", "dev");
        let weighed = |completed, hash: Option<&str>| {
            let mut verdict = verdict.clone();
            let payload_hash = hash.map(str::to_owned);
            weigh(
                &mut verdict,
                &Record {
                    completed,
                    payload_hash,
                },
            );
            verdict
        };
        let same = verdict.payload_hash.as_deref();
        assert_eq!(weighed(true, Some("other")).reason, Reason::NameTaken);
        assert_eq!(weighed(false, Some("other")).reason, Reason::NameTaken);
        let started = weighed(true, same);
        assert_eq!(started.reason, Reason::GaveUp);
        assert!(started.why.contains("started all the same"));
        assert_ne!(weighed(false, same).why, started.why);
    }

    #[test]
    fn a_reason_that_a_message_carries_is_read() {
        assert_eq!(
            read_reason("no-name: the message has no `id`"),
            Some((Reason::NoName, "the message has no `id`"))
        );
        assert_eq!(read_reason("gave-up"), Some((Reason::GaveUp, "gave-up")));
        assert_eq!(read_reason("tired"), None);
    }

    #[test]
    fn an_input_that_lambda_kept_is_of_the_execution_that_it_names() {
        let name = |body: &str, template| of_original(&letter(body), template, "dev").execution;
        let order = r#"{"id":7}"#;
        assert_eq!(name(order, Some("{stage}-{id}")).as_deref(), Some("dev-7"));
        assert_eq!(name(order, None), None);
        assert_eq!(name("[]", Some("{id}")), None);
    }

    #[test]
    fn an_event_is_judged_by_its_status_and_its_queue() {
        let body = |status: &str| {
            format!(
                r#"{{"detail":{{"status":"{status}","durableExecutionName":"n","durableExecutionArn":"a"}}}}"#
            )
        };
        for (status, reason) in [
            ("FAILED", Reason::Failed),
            ("TIMED_OUT", Reason::TimedOut),
            ("STOPPED", Reason::Stopped),
            ("RUNNING", Reason::Unknown),
        ] {
            let verdict = of_event(QueueKind::Failed, &letter(&body(status)));
            assert_eq!(verdict.reason, reason);
            assert_eq!(verdict.execution.as_deref(), Some("n"));
            assert_eq!(verdict.arn.as_deref(), Some("a"));
        }
        let verdict = of_event(QueueKind::Undelivered, &letter(&body("FAILED")));
        assert_eq!(verdict.reason, Reason::Undelivered);
        let verdict = of_event(QueueKind::Failed, &letter("no json"));
        assert_eq!(verdict.reason, Reason::Unknown);
    }
}

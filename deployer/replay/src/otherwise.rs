//! Histories as other code would have written them: for tests of what a change of the code means for executions.
//!
//! The check sees a history and a program, and of the code before nothing but its history. So the code as it is, run
//! against the history of other code, is the change from that code to this one. A step that a history has more is one
//! that was taken out of the code, and one that it has less was added.

#![expect(
    clippy::indexing_slicing,
    reason = "the events of a history are objects, whose fields an index reads and makes"
)]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// How many operations a context of a kept history has at most, and how deep contexts are.
const MOST: usize = 24;
const DEEPEST: usize = 3;

/// A history that is written anew. Positions are those of the operations outside of every context, from 1 on, where the
/// branches of a parallel count too: the Rust SDK makes ids of them.
#[derive(Debug, Clone)]
pub struct Otherwise(Value);

impl Otherwise {
    /// Reads what `executions export` wrote.
    ///
    /// # Errors
    ///
    /// It is no JSON.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    /// Returns the history as it is kept.
    pub fn text(&self) -> String {
        self.0.to_string()
    }

    /// Gives an operation another name.
    #[must_use]
    pub fn renamed(self, name: &str, other: &str) -> Self {
        self.each(|event| {
            if event["Name"] == name {
                event["Name"] = other.into();
            }
        })
    }

    /// Lets two operations have come in the other order.
    #[must_use]
    pub fn swapped(self, one: usize, other: usize) -> Self {
        self.moved(|position| match position {
            _ if position == one => Some(other),
            _ if position == other => Some(one),
            _ => Some(position),
        })
    }

    /// Takes an operation out, with all that is in it.
    #[must_use]
    pub fn without(self, gone: usize) -> Self {
        self.moved(|position| match position.cmp(&gone) {
            std::cmp::Ordering::Less => Some(position),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(position - 1),
        })
    }

    /// Puts a step that ended in front of the operation at a position, or behind the last one.
    #[must_use]
    pub fn with_step(self, position: usize, name: &str) -> Self {
        let step = |kind: &str, details: Value| {
            json!({
                "EventType": kind, "SubType": "Step", "Name": name, "Id": id(&position.to_string()),
                format!("{kind}Details"): details,
            })
        };
        let ended = json!({
            "Result": { "Payload": "null", "Truncated": false }, "RetryDetails": { "CurrentAttempt": 1 },
        });
        let events = [step("StepStarted", json!({})), step("StepSucceeded", ended)];
        self.make_room(position).put(position, &events)
    }

    /// Puts a branch that waits in front of the operation at a position; `parent` is where the parallel is.
    #[must_use]
    pub fn with_branch(self, parent: usize, position: usize, name: &str) -> Self {
        let branch = id(&position.to_string());
        let started = json!({
            "EventType": "ContextStarted", "SubType": "ParallelBranch", "Name": name, "Id": branch,
            "ParentId": id(&parent.to_string()), "ContextStartedDetails": {},
        });
        let waits = json!({
            "EventType": "WaitStarted", "SubType": "Wait", "Id": id(&format!("{position}-1")), "ParentId": branch,
            "WaitStartedDetails": { "Duration": 60, "ScheduledEndTimestamp": 4_000_000_000_u64 },
        });
        self.make_room(position).put(position, &[started, waits])
    }

    /// Lets a step have failed once before it ended as it did.
    #[must_use]
    pub fn tried_twice(mut self, name: &str) -> Self {
        let failed = json!({
            "Error": { "Payload": { "ErrorType": "Busy", "ErrorMessage": "busy" }, "Truncated": false },
            "RetryDetails": { "CurrentAttempt": 1, "NextAttemptDelaySeconds": 1 },
        });
        let mut events = Vec::new();
        for mut event in self.take_events() {
            if event["Name"] == name && event["EventType"] == "StepSucceeded" {
                let mut before = event.clone();
                let fields = before.as_object_mut();
                fields.map(|fields| fields.remove("StepSucceededDetails"));
                let mut again = before.clone();
                before["EventType"] = "StepFailed".into();
                before["StepFailedDetails"] = failed.clone();
                again["EventType"] = "StepStarted".into();
                again["StepStartedDetails"] = json!({});
                event["StepSucceededDetails"]["RetryDetails"]["CurrentAttempt"] = 2.into();
                events.extend([before, again]);
            }
            events.push(event);
        }
        self.numbered(events)
    }

    /// Lets a step have come to another result.
    #[must_use]
    pub fn with_result(self, name: &str, payload: &str) -> Self {
        self.each(|event| {
            if event["Name"] == name && event["EventType"] == "StepSucceeded" {
                event["StepSucceededDetails"]["Result"]["Payload"] = payload.into();
            }
        })
    }

    fn make_room(self, from: usize) -> Self {
        self.moved(|position| {
            Some(if position < from {
                position
            } else {
                position + 1
            })
        })
    }

    /// Puts events in front of the first one of an operation, or behind the last one of all operations.
    fn put(mut self, position: usize, events: &[Value]) -> Self {
        let next = id(&(position + 1).to_string());
        let mut all = self.take_events();
        let before = |event: &Value| event["Id"] == next.as_str();
        let place = all.iter().position(before).unwrap_or_else(|| {
            let last = all.iter().rposition(|event| event["Id"].is_string());
            last.map_or(all.len(), |last| last + 1)
        });
        let time = all
            .first()
            .map_or(Value::Null, |event| event["EventTimestamp"].clone());
        let events = events.iter().cloned().map(|mut event| {
            event["EventTimestamp"] = time.clone();
            event
        });
        all.splice(place..place, events);
        self.numbered(all)
    }

    /// Moves operations to other positions, with all that is in them; nothing takes one out.
    fn moved(mut self, to: impl Fn(usize) -> Option<usize>) -> Self {
        let mut places = BTreeMap::new();
        for position in 1..=MOST {
            note(&mut places, &position.to_string(), position, 0);
        }
        let moved = |id_of: &Value| -> Option<Value> {
            let Some((position, rest)) = id_of.as_str().and_then(|id| places.get(id)) else {
                return Some(id_of.clone());
            };
            Some(id(&format!("{}{rest}", to(*position)?)).into())
        };
        let events = self.take_events().into_iter().filter_map(|mut event| {
            for key in ["Id", "ParentId"] {
                if event[key].is_string() {
                    event[key] = moved(&event[key])?;
                }
            }
            Some(event)
        });
        let events = events.collect();
        self.numbered(events)
    }

    fn each(mut self, change: impl Fn(&mut Value)) -> Self {
        let mut events = self.take_events();
        events.iter_mut().for_each(change);
        self.numbered(events)
    }

    fn take_events(&mut self) -> Vec<Value> {
        let events = self.0.get_mut("Events").and_then(Value::as_array_mut);
        events.map(std::mem::take).unwrap_or_default()
    }

    fn numbered(mut self, mut events: Vec<Value>) -> Self {
        for (number, event) in events.iter_mut().enumerate() {
            event["EventId"] = (number + 1).into();
        }
        self.0["Events"] = events.into();
        self
    }
}

/// Notes where the operations at and below a place are: the position outside of every context, and the rest.
fn note(
    places: &mut BTreeMap<String, (usize, String)>,
    place: &str,
    position: usize,
    depth: usize,
) {
    let rest = place
        .strip_prefix(&position.to_string())
        .unwrap_or_default();
    places.insert(id(place), (position, rest.to_owned()));
    if depth < DEEPEST {
        for below in 1..=MOST / 4 {
            note(places, &format!("{place}-{below}"), position, depth + 1);
        }
    }
}

/// What the Rust SDK makes of a place.
fn id(place: &str) -> String {
    let digest = Sha256::digest(place);
    let pairs = digest.iter().map(|byte| format!("{byte:02x}"));
    pairs.collect()
}

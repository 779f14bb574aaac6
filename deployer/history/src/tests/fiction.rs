//! Histories that are made up.

use std::collections::BTreeMap;

use super::{error, text};
use crate::{
    EventDetail, HistoryEvent, OperationStatus, OperationType, RetryDetails, Subject, Timestamp,
};

/// Numbers that are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        // Xorshift: https://www.jstatsoft.org/article/view/v008i14
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// What an operation was made up to come to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Truth {
    pub(super) kind: OperationType,
    pub(super) parent: Option<String>,
    pub(super) status: OperationStatus,
    pub(super) attempts: usize,
}

/// A history that is being made up.
pub(super) struct Fiction {
    dice: Dice,
    now: Timestamp,
    pub(super) events: Vec<HistoryEvent>,
    pub(super) truths: BTreeMap<String, Truth>,
}

impl Fiction {
    /// Makes up the history of a seed.
    pub(super) fn make_up(seed: u64) -> Self {
        let mut fiction = Self {
            dice: Dice(seed * 2 + 1),
            now: Timestamp::from_millis(1_767_225_600_000),
            events: Vec::new(),
            truths: BTreeMap::new(),
        };
        let started = EventDetail::ExecutionStarted {
            input: text("{}"),
            execution_timeout: 60,
        };
        fiction.tell(None, started);
        fiction.tell_operations(None, 0);
        match fiction.dice.throw(5) {
            0 => fiction.tell(None, EventDetail::ExecutionSucceeded { result: text("1") }),
            1 => fiction.tell(
                None,
                EventDetail::ExecutionFailed {
                    error: error("Failed"),
                },
            ),
            2 => fiction.tell(
                None,
                EventDetail::ExecutionStopped {
                    error: error("Stopped"),
                },
            ),
            3 => fiction.tell(
                None,
                EventDetail::ExecutionTimedOut {
                    error: error("TimedOut"),
                },
            ),
            _ => {}
        }
        fiction
    }

    fn tell(&mut self, id: Option<&str>, detail: EventDetail) {
        self.now = self.now.plus_seconds(self.dice.throw(3));
        let mut event = match id {
            Some(id) => {
                let parent = self.truths.get(id).and_then(|truth| truth.parent.clone());
                let subject = Subject {
                    id,
                    parent_id: parent.as_deref(),
                    name: Some("named"),
                    sub_type: None,
                };
                HistoryEvent::of_operation(self.now, subject, detail)
            }
            None => HistoryEvent::of_execution(self.now, detail),
        };
        event.event_id = self.events.len() as u64 + 1;
        self.events.push(event);
    }

    fn tell_operations(&mut self, parent: Option<&str>, depth: u64) {
        for _ in 0..=self.dice.throw(4) {
            let id = format!("operation-{}", self.truths.len());
            let kinds = if depth < 3 { 6 } else { 5 };
            let kind = self.dice.throw(kinds);
            let truth = |kind| Truth {
                kind,
                parent: parent.map(str::to_owned),
                status: OperationStatus::Started,
                attempts: 0,
            };
            match kind {
                0 => {
                    self.truths.insert(id.clone(), truth(OperationType::Step));
                    self.tell_step(&id);
                }
                1 => {
                    self.truths.insert(id.clone(), truth(OperationType::Wait));
                    self.tell_wait(&id);
                }
                2 => {
                    self.truths
                        .insert(id.clone(), truth(OperationType::Callback));
                    self.tell_callback(&id);
                }
                3 => {
                    self.truths
                        .insert(id.clone(), truth(OperationType::ChainedInvoke));
                    self.tell_chained(&id);
                }
                4 => {
                    let invocation = EventDetail::InvocationCompleted {
                        start_timestamp: self.now,
                        end_timestamp: self.now,
                        request_id: id,
                        error: (self.dice.throw(2) == 0).then(|| error("Crash")),
                    };
                    self.tell(None, invocation);
                }
                _ => {
                    self.truths
                        .insert(id.clone(), truth(OperationType::Context));
                    self.tell_context(&id, depth);
                }
            }
        }
    }

    fn end(&mut self, id: &str, status: OperationStatus) {
        self.truths.get_mut(id).unwrap().status = status;
    }

    fn tell_step(&mut self, id: &str) {
        loop {
            // An attempt may be told by its end alone; one that goes on cannot.
            let started = self.dice.throw(4) > 0;
            if started {
                self.tell(Some(id), EventDetail::StepStarted {});
                self.end(id, OperationStatus::Started);
            }
            self.truths.get_mut(id).unwrap().attempts += 1;
            let attempt = u32::try_from(self.truths[id].attempts).unwrap();
            let retry = |delay| RetryDetails {
                current_attempt: attempt,
                next_attempt_delay_seconds: delay,
            };
            let end = if started {
                self.dice.throw(5)
            } else {
                1 + self.dice.throw(4)
            };
            match end {
                0 => return,
                1 => {
                    let failed = EventDetail::StepFailed {
                        error: error("Final"),
                        retry_details: retry(None),
                    };
                    self.tell(Some(id), failed);
                    return self.end(id, OperationStatus::Failed);
                }
                2 | 3 => {
                    let succeeded = EventDetail::StepSucceeded {
                        result: text("2"),
                        retry_details: retry(None),
                    };
                    self.tell(Some(id), succeeded);
                    return self.end(id, OperationStatus::Succeeded);
                }
                _ => {
                    let failed = EventDetail::StepFailed {
                        error: error("Again"),
                        retry_details: retry(Some(1)),
                    };
                    self.tell(Some(id), failed);
                    self.end(id, OperationStatus::Pending);
                    if self.dice.throw(4) == 0 {
                        return;
                    }
                }
            }
        }
    }

    fn tell_wait(&mut self, id: &str) {
        let started = EventDetail::WaitStarted {
            duration: 5,
            scheduled_end_timestamp: self.now.plus_seconds(5),
        };
        self.tell(Some(id), started);
        match self.dice.throw(3) {
            0 => {}
            1 => {
                self.tell(Some(id), EventDetail::WaitCancelled { error: None });
                self.end(id, OperationStatus::Cancelled);
            }
            _ => {
                self.tell(Some(id), EventDetail::WaitSucceeded { duration: 5 });
                self.end(id, OperationStatus::Succeeded);
            }
        }
    }

    fn tell_callback(&mut self, id: &str) {
        let started = EventDetail::CallbackStarted {
            callback_id: format!("answer-{id}"),
            timeout: Some(60),
            heartbeat_timeout: None,
        };
        self.tell(Some(id), started);
        let (detail, status) = match self.dice.throw(4) {
            0 => return,
            1 => (
                EventDetail::CallbackSucceeded { result: text("3") },
                OperationStatus::Succeeded,
            ),
            2 => (
                EventDetail::CallbackFailed { error: error("No") },
                OperationStatus::Failed,
            ),
            _ => (
                EventDetail::CallbackTimedOut {
                    error: error("Late"),
                },
                OperationStatus::TimedOut,
            ),
        };
        self.tell(Some(id), detail);
        self.end(id, status);
    }

    fn tell_chained(&mut self, id: &str) {
        let started = EventDetail::ChainedInvokeStarted {
            function_name: "worker".to_owned(),
            tenant_id: None,
            input: text("4"),
            executed_version: None,
            durable_execution_arn: None,
        };
        self.tell(Some(id), started);
        let (detail, status) = match self.dice.throw(5) {
            0 => return,
            1 => (
                EventDetail::ChainedInvokeSucceeded { result: text("5") },
                OperationStatus::Succeeded,
            ),
            2 => (
                EventDetail::ChainedInvokeFailed { error: error("No") },
                OperationStatus::Failed,
            ),
            3 => (
                EventDetail::ChainedInvokeStopped {
                    error: error("Stop"),
                },
                OperationStatus::Stopped,
            ),
            _ => (
                EventDetail::ChainedInvokeTimedOut {
                    error: error("Late"),
                },
                OperationStatus::TimedOut,
            ),
        };
        self.tell(Some(id), detail);
        self.end(id, status);
    }

    fn tell_context(&mut self, id: &str, depth: u64) {
        self.tell(Some(id), EventDetail::ContextStarted {});
        self.tell_operations(Some(id), depth + 1);
        match self.dice.throw(3) {
            0 => {}
            1 => {
                self.tell(Some(id), EventDetail::ContextFailed { error: error("No") });
                self.end(id, OperationStatus::Failed);
            }
            _ => {
                self.tell(
                    Some(id),
                    EventDetail::ContextSucceeded { result: text("6") },
                );
                self.end(id, OperationStatus::Succeeded);
            }
        }
    }
}

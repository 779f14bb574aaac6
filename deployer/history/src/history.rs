//! What the events of an execution come to, and back.

use std::collections::BTreeMap;

use crate::detail::EventDetail;
use crate::error_object::ErrorObject;
use crate::event::HistoryEvent;
use crate::operation::Operation;
use crate::status::{ExecutionStatus, OperationStatus};
use crate::timestamp::Timestamp;

/// An execution with its operations, as far as its events tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// The execution as a whole.
    pub execution: Execution,
    /// Its operations, in the order in which they began.
    pub operations: Vec<Operation>,
    /// Its events that tell of no operation: its start and end, the invocations of its function, and
    /// what is not known here.
    pub events: Vec<HistoryEvent>,
}

/// An execution as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Execution {
    /// How it ended; nothing while it goes on.
    pub ended: Option<ExecutionStatus>,
    /// What it was given.
    pub input: Option<String>,
    /// The seconds that it may take.
    pub timeout: Option<u64>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Its result.
    pub result: Option<String>,
    /// Its error.
    pub error: Option<ErrorObject>,
}

impl History {
    /// Returns what events come to, in the order of the history.
    pub fn of(events: impl IntoIterator<Item = HistoryEvent>) -> Self {
        let mut history = Self::default();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for event in events {
            let known = event.id.as_ref().and_then(|id| places.get(id)).copied();
            if let Some(operation) = known.and_then(|place| history.operations.get_mut(place)) {
                operation.add(event);
            } else if let Some(mut operation) = Operation::begin(&event) {
                places.insert(operation.id.clone(), history.operations.len());
                operation.add(event);
                history.operations.push(operation);
            } else {
                history.execution.add(&event);
                history.events.push(event);
            }
        }
        history
    }

    /// Returns the events again, in their order.
    pub fn into_events(self) -> Vec<HistoryEvent> {
        let of_operations = self
            .operations
            .into_iter()
            .flat_map(|operation| operation.events);
        let mut events: Vec<HistoryEvent> = of_operations.chain(self.events).collect();
        events.sort_by_key(|event| event.event_id);
        events
    }

    /// Returns an operation by its id.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// Returns the operations that succeeded, in the order in which they did.
    pub fn succeeded(&self) -> Vec<&Operation> {
        let succeeded = self.operations.iter();
        let mut succeeded: Vec<&Operation> = succeeded
            .filter(|operation| operation.status == OperationStatus::Succeeded)
            .collect();
        // By the place in the history: what ends at once has equal times.
        succeeded.sort_by_key(|operation| operation.events.last().map(|event| event.event_id));
        succeeded
    }

    /// Returns the ends of the function's invocations, in order.
    pub fn invocations(&self) -> impl Iterator<Item = &HistoryEvent> {
        self.events
            .iter()
            .filter(|event| matches!(event.detail, EventDetail::InvocationCompleted { .. }))
    }

    /// Returns the events that are not known here, in order.
    pub fn unknown_events(&self) -> impl Iterator<Item = &HistoryEvent> {
        self.events
            .iter()
            .filter(|event| matches!(event.detail, EventDetail::Other(_)))
    }

    /// Returns an operation and those around it, the nearest first.
    pub fn ancestry<'a>(&'a self, operation: &'a Operation) -> impl Iterator<Item = &'a Operation> {
        let around = |inner: &&'a Operation| self.operation(inner.parent_id.as_deref()?);
        // A history that is its own ancestor must not keep anybody for ever.
        std::iter::successors(Some(operation), around).take(self.operations.len())
    }
}

impl Execution {
    fn add(&mut self, event: &HistoryEvent) {
        let at = event.event_timestamp;
        match &event.detail {
            EventDetail::ExecutionStarted {
                input,
                execution_timeout,
            } => {
                self.started_at = Some(at);
                self.input.clone_from(&input.payload);
                self.timeout = Some(*execution_timeout);
            }
            EventDetail::ExecutionSucceeded { result } => {
                self.end(ExecutionStatus::Succeeded, at);
                self.result.clone_from(&result.payload);
            }
            EventDetail::ExecutionFailed { error } => {
                self.end(ExecutionStatus::Failed, at);
                self.error.clone_from(&error.payload);
            }
            EventDetail::ExecutionTimedOut { error } => {
                self.end(ExecutionStatus::TimedOut, at);
                self.error.clone_from(&error.payload);
            }
            EventDetail::ExecutionStopped { error } => {
                self.end(ExecutionStatus::Stopped, at);
                self.error.clone_from(&error.payload);
            }
            _ => {}
        }
    }

    fn end(&mut self, status: ExecutionStatus, at: Timestamp) {
        self.ended = Some(status);
        self.ended_at = Some(at);
    }
}

//! Invocations of the function: their beginning, their answers and their failures.

use std::time::Duration;

use durable_history::{ErrorObject, EventDetail, HistoryEvent, Timestamp, whole};
use serde::Deserialize;

use crate::execution::model::{Change, Execution, Outcome, Phase};
use crate::execution::transition::pause::begin_awaited;

const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);

/// What a durable function answers to an invocation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    tag = "Status",
    rename_all = "SCREAMING_SNAKE_CASE",
    rename_all_fields = "PascalCase"
)]
pub(crate) enum Answer {
    Pending,
    Succeeded {
        #[serde(default)]
        result: Option<String>,
    },
    Failed {
        #[serde(default)]
        error: Option<ErrorObject>,
    },
}

/// One invocation that ended.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    pub(crate) started_at: Timestamp,
    /// What the function answered, or how the invocation failed.
    pub(crate) answer: Result<Answer, Failure>,
}

/// Why an invocation brought no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The function failed, or was throttled; the history tells of it.
    Function(ErrorObject),
    /// The function was not reached at all.
    Host,
}

/// Marks the function as running.
pub(crate) fn begin_invocation(execution: &Execution) -> Change {
    let failures = match execution.phase {
        Phase::Due { failures, .. } | Phase::Invoked { failures, .. } => failures,
        Phase::CutOff | Phase::Suspended => 0,
    };
    Change {
        phase: Some(Phase::Invoked {
            failures,
            stale: false,
        }),
        ..Change::default()
    }
}

/// Takes the end of an invocation; an empty change when the execution ended meanwhile. What one
/// that a pause cut off answers does not count: the function is due again.
pub(crate) fn end_invocation(
    execution: &Execution,
    invocation: Invocation,
    now: Timestamp,
) -> Change {
    let mut change = Change::default();
    if execution.is_closed() {
        return change;
    }
    let (_, stale) = progress(execution);
    let cut_off = execution.phase == Phase::CutOff;
    let answer = match invocation.answer {
        // Whatever it is, the function says it of an execution that went on without it.
        Ok(_) | Err(Failure::Function(_)) if cut_off => Ok(Answer::Pending),
        Ok(Answer::Pending) if !stale && !execution.waits_for_something() => {
            Err(Failure::Function(ErrorObject::new(
                "InvalidParameterValueException",
                "Cannot return PENDING status with no pending operations",
            )))
        }
        answer => answer,
    };
    let error = match &answer {
        Err(Failure::Function(error)) => Some(error.clone()),
        _ => None,
    };
    if answer != Err(Failure::Host) {
        change.events.push(HistoryEvent::of_execution(
            now,
            EventDetail::InvocationCompleted {
                start_timestamp: invocation.started_at,
                end_timestamp: now,
                request_id: invocation.request_id,
                error: error.map(|error| whole(Some(error))),
            },
        ));
    }
    conclude(execution, answer, now, &mut change);
    if change.closing.is_none() {
        begin_awaited(execution, &mut change, now);
    }
    change
}

/// Adds what an answer means for the execution.
fn conclude(
    execution: &Execution,
    answer: Result<Answer, Failure>,
    now: Timestamp,
    change: &mut Change,
) {
    let (failures, stale) = progress(execution);
    match answer {
        Ok(Answer::Pending) if stale => {
            change.phase = Some(Phase::Due {
                failures: 0,
                at: now,
            });
        }
        Ok(Answer::Pending) => change.phase = Some(Phase::Suspended),
        Ok(Answer::Succeeded { result }) => {
            // A result too large for an answer was checkpointed before.
            let result = result.filter(|result| !result.is_empty());
            let outcome = match (&execution.promised, result) {
                (Some(promised @ Outcome::Succeeded(_)), None) => promised.clone(),
                (_, result) => Outcome::Succeeded(result),
            };
            change.close(outcome, now);
        }
        Ok(Answer::Failed { error }) => {
            let outcome = match (&execution.promised, error) {
                (Some(promised @ Outcome::Failed(_)), None) => promised.clone(),
                (_, error) => Outcome::Failed(error.unwrap_or_default()),
            };
            change.close(outcome, now);
        }
        Err(_) if execution.phase == Phase::CutOff => {
            change.phase = Some(Phase::Due {
                failures: 0,
                at: now,
            });
        }
        Err(_) => {
            let at = now.plus(backoff(failures));
            change.phase = Some(Phase::Due {
                failures: failures.saturating_add(1),
                at,
            });
        }
    }
}

/// Returns how often the invocation failed before, and whether something happened meanwhile.
fn progress(execution: &Execution) -> (u32, bool) {
    match execution.phase {
        Phase::Invoked { failures, stale } => (failures, stale),
        Phase::Due { failures, .. } => (failures, true),
        Phase::CutOff => (0, true),
        Phase::Suspended => (0, false),
    }
}

fn backoff(failures: u32) -> Duration {
    FIRST_BACKOFF
        .checked_mul(2_u32.saturating_pow(failures))
        .unwrap_or(LONGEST_BACKOFF)
        .min(LONGEST_BACKOFF)
}

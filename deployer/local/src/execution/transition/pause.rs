//! Pausing an execution and letting it go on.
//!
//! While an execution is paused none of its code runs, but timers, callbacks and chained invokes go
//! on. An invocation that is under way is cut off at its next checkpoint: the checkpoint is stored,
//! and refused with a stale token all the same. That is the one answer after which the SDKs run no
//! more code of the function and leave it to the service to invoke it again; an answer that let the
//! process go on would run the next step while the execution is paused, and lose its result. What the
//! process answers to the invocation then is dropped. A step whose start is that checkpoint is one
//! that was cut off, as if the process had died there.

use durable_history::{EventDetail, HistoryEvent, Timestamp, whole};

use crate::execution::model::{Change, Execution, Phase};
use crate::execution::pausing::{Pause, Wish};

/// Why an execution is not paused or resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PauseRejection {
    #[error("Durable execution has already ended")]
    Ended,
    #[error("Durable execution is already paused or pausing")]
    Paused,
    #[error("Durable execution is not paused")]
    NotPaused,
}

/// Does what somebody asks for, unless the same came with the same client token before.
///
/// A pause begins at once, or when the invocation that is under way gets to its next checkpoint or
/// to its end. A resumed execution is invoked if the pause cut an invocation off or something
/// happened meanwhile; a pause that did not begin yet is called off without a trace.
pub(crate) fn pause_or_resume(
    execution: &Execution,
    client_token: Option<&str>,
    wish: Wish,
    now: Timestamp,
) -> Result<Change, PauseRejection> {
    if execution.pausing.was_asked(client_token, &wish, now) {
        return Ok(Change::default());
    }
    if execution.is_closed() {
        return Err(PauseRejection::Ended);
    }
    let mut pausing = execution.pausing.clone();
    pausing.remember(client_token, wish.clone(), now);
    let mut change = Change::default();
    match (wish, pausing.pause.take()) {
        (Wish::Pause { .. }, Some(_)) => return Err(PauseRejection::Paused),
        (Wish::Resume { .. }, None) => return Err(PauseRejection::NotPaused),
        (
            Wish::Pause {
                reason,
                stops_timeout,
            },
            None,
        ) => {
            pausing.pause = Some(Pause {
                requested_at: now,
                reason,
                stops_timeout,
                since: None,
            });
            change.pausing = Some(pausing);
            if !matches!(execution.phase, Phase::Invoked { .. }) {
                begin(&mut change, now);
            }
        }
        (Wish::Resume { reason }, Some(pause)) => {
            if let Some(since) = pause.since {
                if pause.stops_timeout {
                    let paused = u64::try_from(now.since(since).as_millis()).unwrap_or(u64::MAX);
                    pausing.put_off_millis = pausing.put_off_millis.saturating_add(paused);
                }
                let detail = EventDetail::ExecutionResumed {
                    resume_request_timestamp: now,
                    reason: whole(reason),
                };
                change.events.push(HistoryEvent::of_execution(now, detail));
            }
            change.pausing = Some(pausing);
        }
    }
    Ok(change)
}

/// Cuts the invocation off whose checkpoint this is, if a pause waits for it. Returns whether it did.
pub(crate) fn cut_off(execution: &Execution, change: &mut Change, now: Timestamp) -> bool {
    let cut = begin_awaited(execution, change, now);
    if cut {
        change.phase = Some(Phase::CutOff);
    }
    cut
}

/// Takes the loss of an invocation with the process of the service.
pub(crate) fn lose_invocation(execution: &Execution, now: Timestamp) -> Change {
    let failures = match execution.phase {
        Phase::Invoked { failures, .. } => failures,
        Phase::CutOff => 0,
        Phase::Due { .. } | Phase::Suspended => return Change::default(),
    };
    let mut change = Change::default();
    if !execution.is_closed() {
        change.phase = Some(Phase::Due { failures, at: now });
        begin_awaited(execution, &mut change, now);
    }
    change
}

/// Begins the pause that waits for the invocation, if there is one. Returns whether it did.
pub(super) fn begin_awaited(execution: &Execution, change: &mut Change, now: Timestamp) -> bool {
    let awaits = |pause: &Pause| pause.since.is_none();
    if !execution.pausing.pause.as_ref().is_some_and(awaits) {
        return false;
    }
    change.pausing = Some(execution.pausing.clone());
    begin(change, now);
    true
}

fn begin(change: &mut Change, now: Timestamp) {
    let pause = change.pausing.as_mut().and_then(|p| p.pause.as_mut());
    if let Some(pause) = pause {
        pause.since = Some(now);
        let detail = EventDetail::ExecutionPaused {
            pause_request_timestamp: pause.requested_at,
            reason: whole(pause.reason.clone()),
            execution_timeout_paused: pause.stops_timeout,
        };
        change.events.push(HistoryEvent::of_execution(now, detail));
    }
}

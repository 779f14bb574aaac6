//! Everything put back where it came from.

use durable_history::Timestamp;

use super::put_back::put_back;
use super::queues::QueueKind;
use super::rerun::rerun_failed;
use super::work::{Work, Worked};

/// Puts messages back: dead letters into the intake's queue, undelivered failures into the queue of failed
/// executions; failed executions are run again. `edited` is a body in place of theirs.
pub async fn redrive(
    work: Work<'_>,
    now: Timestamp,
    edited: Option<&str>,
    progress: &(dyn Fn(usize) + Sync),
) -> Worked {
    let workflow = &work.queue.workflow;
    match (work.queue.kind, &workflow.intake) {
        (QueueKind::Intake, Some(intake)) => {
            put_back(work, &intake.queue_url, now, edited, progress).await
        }
        (QueueKind::Undelivered, _) => {
            put_back(work, &workflow.failure_url, now, edited, progress).await
        }
        _ => rerun_failed(work, progress).await,
    }
}

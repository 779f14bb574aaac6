//! Executions that ended badly, run again.

use std::sync::{Mutex, PoisonError};

use super::judge::Verdict;
use super::letter::Letter;
use super::sweep::{Flow, Sweep, sweep};
use super::work::{Work, Worked, tell};
use crate::error::{Kind, Result};
use crate::operate::executions::{RerunOptions, named, rerun};

/// What became of an execution that was to run again.
enum Attempt {
    /// It runs again.
    Started,
    /// It was run again before.
    Already(String),
    /// It cannot be.
    Impossible(String),
}

/// Runs the executions again that the events in the queue tell of. An event is deleted once its execution
/// runs again: whoever is killed in between finds it again, and that the execution was run again already.
pub(super) async fn rerun_failed(work: Work<'_>, progress: &(dyn Fn(usize) + Sync)) -> Worked {
    let left = work.selection.limit.unwrap_or(usize::MAX);
    let state = Mutex::new((left, Worked::default()));
    let swept = sweep(
        work.clients,
        &work.queue.url,
        work.stop,
        async |sweep, letters| take(work, &state, sweep, letters, progress).await,
        async |_| Ok(()),
    );
    let error = swept.await.err();
    let (_, mut worked) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    worked.error = error;
    worked
}

async fn take(
    work: Work<'_>,
    state: &Mutex<(usize, Worked)>,
    sweep: &Sweep<'_>,
    letters: Vec<Letter>,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Flow> {
    let (clients, queue) = (work.clients, work.queue);
    let part = work.selection.part(clients, work.stage, queue, letters);
    for (letter, verdict) in part.await? {
        {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.0 == 0 || work.stop.is_requested() {
                return Ok(Flow::Enough);
            }
            state.0 -= 1;
        }
        tokio::select! {
            () = work.rate.turn() => {}
            () = work.stop.requested() => return Ok(Flow::Enough),
        }
        let attempt = run_again(work, &verdict).await?;
        let kept = match &attempt {
            Attempt::Started | Attempt::Already(_) => sweep.delete(&[&letter]).await?,
            Attempt::Impossible(_) => Vec::new(),
        };
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let worked = &mut state.1;
        worked.failed.extend(kept);
        match attempt {
            Attempt::Started => {
                worked.done += 1;
                tell(progress, worked.done - 1, worked.done);
            }
            Attempt::Already(_) if verdict.original => worked.copies += 1,
            Attempt::Already(why) | Attempt::Impossible(why) => {
                worked.skipped.push((letter.id, why));
            }
        }
    }
    Ok(Flow::On)
}

/// What concerns one execution only does not end the work.
async fn run_again(work: Work<'_>, verdict: &Verdict) -> Result<Attempt> {
    let workflow = &work.queue.workflow;
    let arn = match (&verdict.arn, &verdict.execution) {
        (Some(arn), _) => Some(arn.clone()),
        // The newest of the name: an input that Lambda kept does not say which.
        (None, Some(name)) => {
            let found = named(work.clients, workflow, name).await?;
            found.into_iter().next().map(|found| found.execution.arn)
        }
        (None, None) => None,
    };
    let Some(arn) = arn else {
        let why = match &verdict.execution {
            Some(name) => format!(
                "nothing is known of the execution `{name}` any more; `deployer executions start --input` takes the message"
            ),
            None => "the message names no execution".to_owned(),
        };
        return Ok(Attempt::Impossible(why));
    };
    // The rerun of exactly this execution, which has one name for ever.
    let options = RerunOptions::default();
    match rerun(work.clients, workflow, &arn, &options).await {
        Ok(rerun) => Ok(if rerun.existed {
            Attempt::Already(format!("it was run again already, as {}", rerun.name))
        } else {
            Attempt::Started
        }),
        Err(error) if error.kind() == Kind::WrongState => {
            Ok(Attempt::Impossible(error.in_a_line()))
        }
        Err(error) => Err(error),
    }
}

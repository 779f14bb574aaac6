//! Messages, deleted for good.

use std::sync::{Mutex, PoisonError};

use super::sweep::{Flow, sweep};
use super::work::{Work, Worked, tell};

/// Deletes messages.
pub async fn discard(work: Work<'_>, progress: &(dyn Fn(usize) + Sync)) -> Worked {
    let left = work.selection.limit.unwrap_or(usize::MAX);
    let state = Mutex::new((left, Worked::default()));
    let (clients, queue) = (work.clients, work.queue);
    let swept = sweep(
        clients,
        &queue.url,
        work.stop,
        async |sweep, letters| {
            let letters = work.selection.letters(clients, work.stage, queue, letters);
            let mut letters = letters.await?;
            {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                letters.truncate(state.0);
                state.0 -= letters.len();
            }
            let kept = sweep.delete(&letters.iter().collect::<Vec<_>>()).await?;
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let (left, worked) = &mut *state;
            let before = worked.done;
            worked.done += letters.len() - kept.len();
            worked.failed.extend(kept);
            tell(progress, before, worked.done);
            Ok(if *left > 0 { Flow::On } else { Flow::Enough })
        },
        async |_| Ok(()),
    );
    let error = swept.await.err();
    let (_, mut worked) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    worked.error = error;
    worked
}

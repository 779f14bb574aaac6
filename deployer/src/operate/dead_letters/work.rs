//! What work on a queue comes to.

use super::queues::DeadQueue;
use super::selection::Selection;
use crate::aws::{Clients, Limiter};
use crate::error::Error;
use crate::event::Stop;

/// Work on the messages of a queue.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    /// The clients.
    pub clients: &'a Clients,
    /// The stage.
    pub stage: &'a str,
    /// The queue.
    pub queue: &'a DeadQueue,
    /// The messages.
    pub selection: &'a Selection,
    /// How fast, at the most.
    pub rate: &'a Limiter,
    /// The wish to stop.
    pub stop: &'a Stop,
}

/// What work on a queue came to.
#[derive(Debug, Default)]
pub struct Worked {
    /// How many messages were put back, rerun or deleted.
    pub done: usize,
    /// How many further copies of one that was put back were deleted.
    pub copies: usize,
    /// How many came back meanwhile: they were put back, and given up again.
    pub dead_again: usize,
    /// Messages that need nothing any more or cannot be worked on, each with why.
    pub skipped: Vec<(String, String)>,
    /// Messages with which it did not work, each with why.
    pub failed: Vec<(String, String)>,
    /// What ended the work before its time.
    pub error: Option<Error>,
}

/// How often progress is told, in messages.
const STEP: usize = 1_000;

/// Tells progress at every thousandth message.
pub(super) fn tell(progress: &(dyn Fn(usize) + Sync), before: usize, done: usize) {
    if before / STEP != done / STEP {
        progress(done);
    }
}

//! Dead letters: messages that were given up, executions that ended badly, and failures that did not reach
//! their queue.

mod discard;
mod export;
mod fold;
mod judge;
mod letter;
mod look;
mod peek;
mod put_back;
mod queues;
mod reason;
mod redrive;
mod rerun;
mod selection;
mod survey;
mod sweep;
#[cfg(test)]
mod tests;
mod words;
mod work;

pub use discard::discard;
pub use export::export;
pub use judge::Verdict;
pub use letter::{Letter, REDRIVEN_FROM};
pub use look::{QueueLook, look};
pub use peek::{Peeked, Standing, letters, peek};
pub use queues::{DeadQueue, QueueKind, dead_queues};
pub use reason::Reason;
pub use redrive::redrive;
pub use selection::Selection;
pub use survey::{Surveyed, survey};
pub use work::{Work, Worked};

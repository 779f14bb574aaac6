//! Dead letters: messages that were given up, executions that ended badly, and failures that did not reach
//! their queue.

mod body;
mod judge;
mod letter;
mod look;
mod peek;
mod queues;
mod reason;
mod selection;
mod stop;
mod sweep;

pub use body::read_body;
pub use judge::Verdict;
pub use letter::{Letter, REDRIVEN_FROM};
pub use look::{QueueLook, look};
pub use peek::{Peeked, Standing, peek};
pub use queues::{DeadQueue, QueueKind, dead_queues};
pub use reason::Reason;
pub use selection::Selection;
pub use stop::Stop;

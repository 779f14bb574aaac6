//! One message from the queue to its end: one line of sight through logs, records, executions and queues.

mod end;
mod follow;
mod lines;
mod model;
mod record;

pub use follow::{Question, trace};
pub use model::{End, Place, Step, Trace};

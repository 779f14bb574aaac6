//! The edge to AWS: clients, waiting, and what its errors mean.

mod batches;
mod clients;
mod endpoint;
mod executions;
mod failure;
mod history;
mod limiter;
mod listing;
mod poll;
mod queue;
mod rates;
mod retries;

pub use batches::{
    LARGEST_BATCH, LARGEST_BATCH_BYTES, Outgoing, Refused, delete, hide, receive, send,
};
pub use clients::Clients;
pub use executions::{Executions, is_finished, unfinished_executions};
pub use failure::{code_of, failed, is_missing, message_of};
pub(crate) use history::error_object;
#[cfg(test)]
pub(crate) use history::event;
pub use history::history;
pub use limiter::Limiter;
pub use listing::{listed, versions};
pub use poll::{Pace, until, until_or};
pub use queue::{Messages, messages};
pub use rates::Rates;

//! The edge to AWS: clients, waiting, and what its errors mean.

mod alarms;
mod alias;
mod batches;
mod caller;
mod clients;
mod durable_operations;
mod endpoint;
mod executions;
mod failure;
mod history;
mod limiter;
mod listing;
mod network;
mod poll;
mod profile;
mod queue;
mod rates;
mod retries;
#[cfg(test)]
mod served;
mod settings;
mod unfinished;

pub use alarms::{Alarm, alarms_on};
pub use alias::alias;
pub use batches::{
    LARGEST_BATCH, LARGEST_BATCH_BYTES, Outgoing, Refused, delete_messages, hide_messages,
    receive_messages, send_messages,
};
pub use caller::{Caller, caller};
pub use clients::Clients;
pub use durable_operations::{Effect, delete, pause, resume, stop};
pub use executions::{Executions, is_finished};
pub use failure::{code_of, failed, is_missing, message_of};
pub(crate) use history::error_object;
#[cfg(test)]
pub(crate) use history::event;
pub use history::{history, history_after};
pub use limiter::Limiter;
pub use listing::{listed, versions};
pub use poll::{Pace, until, until_or};
pub use queue::{Messages, messages};
pub use rates::Rates;
#[cfg(test)]
pub(crate) use served::served;
pub use settings::settings;
pub use unfinished::{Unfinished, count_unfinished, executions_in, unfinished_executions};

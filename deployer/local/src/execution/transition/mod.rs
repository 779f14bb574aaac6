//! What can happen to an execution, as pure functions: state and happening in, change or refusal out.

mod callbacks;
mod chained;
mod checkpoint;
mod invocation;
mod pause;
mod rejection;
mod stop;
mod timers;
mod validation;

#[cfg(test)]
mod tests;

pub(crate) use callbacks::{CallbackAnswer, CallbackRejection, answer_callback, beat};
pub(crate) use chained::complete_chained_invoke;
pub(crate) use checkpoint::checkpoint;
pub(crate) use invocation::{Answer, Failure, Invocation, begin_invocation, end_invocation};
pub(crate) use pause::{PauseRejection, cut_off, lose_invocation, pause_or_resume};
pub(crate) use rejection::Rejection;
pub(crate) use stop::stop;
pub(crate) use timers::{fire_due, next_due};
pub(crate) use validation::LARGEST_PAYLOAD;

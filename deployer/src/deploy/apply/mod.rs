//! Brings stacks to the wanted state, with live events, and out of every state an earlier try left them in.

mod applier;
mod bring_up;
mod cancel;
mod change_set;
mod draining;
mod heal;
mod remove;
mod request;
mod source;
mod start;
mod triggers;
mod watch;

pub use applier::Applier;
pub use bring_up::{bring_up, current};
pub use change_set::CHANGE_SETS;
pub use remove::{Removed, remove};
pub use request::{Applied, Request};

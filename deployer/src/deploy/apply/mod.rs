//! Brings stacks to the wanted state, with live events, and out of every state an earlier try left them in.

mod cancel;
mod change_set;
mod deploy;
mod heal;
mod remove;
mod request;
mod source;
mod start;
mod watch;

pub use deploy::{current, deploy};
pub use remove::{Removed, remove};
pub use request::{Applied, Request};

//! Brings stacks to the wanted state, with live events, and out of every state an earlier try left them in.

mod deploy;
mod remove;
mod stack;
mod standing;
mod watch;

pub use deploy::{Applied, Request, current, deploy};
pub use remove::remove;
pub use stack::{LiveStack, describe, physical_resources};
pub use standing::{Standing, standing};

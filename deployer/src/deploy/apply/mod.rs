//! Brings stacks to the wanted state, with live events, and out of every state an earlier try left them in.

mod cancel;
mod change_set;
mod deploy;
mod heal;
mod origin;
mod remove;
mod request;
mod source;
mod stack;
mod standing;
mod start;
mod watch;

pub use deploy::{current, deploy};
pub(crate) use origin::Deployed;
pub use origin::{Origin, REVISION_TAG, revision_of};
pub use remove::{Removed, remove};
pub use request::{Applied, Request};
pub use stack::{
    LiveStack, Resource, deployed_template, describe, physical_resources, resources,
    set_protection, stage_stacks, unconfigured_workflows,
};
pub use standing::{Standing, standing};

//! The way from the source to a verified deployment, of which `up`, `plan` and `up --plan` are three
//! screens: a command gives arguments, makes one call, and shows the data that it gets back.

mod carry_out;
mod check;
mod connect;
mod draft;
mod drain;
mod gradual;
mod lock;
mod marker;
mod prepare;
mod proven;
mod replay;
mod revision;
mod rollback;
mod rollout;
mod schemas;
mod session;
mod synthesize;
mod up;
mod watched;

pub use carry_out::carry_out;
pub use check::{Checked, check};
pub use connect::{connect, connect_or_start, local_settings, start_local};
pub use draft::draft;
pub use lock::StageLock;
pub use marker::Marker;
pub use proven::{Deployed, TakenBack, take_back_failed};
pub use replay::{Histories, Replayed, SAMPLE, replay_check};
pub use rollback::{RolledBack, rollback};
pub use rollout::{Rollout, UpOptions};
pub use schemas::schemas;
pub use session::Session;
pub use synthesize::{StackTemplate, synthesize};
pub use up::up;

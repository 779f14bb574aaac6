//! The local target: durable functions and everything around them on this machine.
//!
//! One port of 127.0.0.1 answers AWS's API. Invocations of durable functions and everything about
//! their executions are served by [`execution`], everything else by MiniStack, an emulator of AWS
//! in Python that this crate installs into the project and keeps running. The two meet in
//! [`gateway`].
//!
//! [`start`], [`stop`], [`status`] and [`reset`] are the command line's side; [`serve`] is the
//! daemon that `start` runs.

mod control;
mod daemon;
mod error;
pub mod execution;
mod function_host;
pub mod gateway;
mod http;
mod lock;
mod losses;
mod ministack;
mod peer;
mod port;
mod processes;
mod reference;
mod router;
mod settings;
mod status;
mod wait;

pub use control::{
    Letter, Progress, find_python, inbox, install, is_installed, ministack_version, reset, start,
    status, stop,
};
pub use daemon::serve;
pub use error::LocalError;
pub use losses::{Loss, check_room, losses};
pub use ministack::{InstallError, MiniStackError};
pub use settings::LocalSettings;
pub use status::{Executions, Status};

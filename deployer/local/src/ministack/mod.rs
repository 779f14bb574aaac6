//! MiniStack: installing it, keeping it running, and talking to it.

mod client;
mod environment;
mod error;
mod install;
mod log;
mod orphans;
mod process;
mod python;
mod supervise;

pub use error::{InstallError, MiniStackError};

pub(crate) use client::MiniStackClient;
pub(crate) use install::{ensure_installed, is_installed, version};
pub(crate) use log::{last_lines, rotate};
pub(crate) use orphans::end as end_orphans;
pub(crate) use process::Launch;
pub(crate) use python::find as find_python;
pub(crate) use supervise::MiniStack;

//! What can go wrong with the local target, and the way out of it.

use std::io;
use std::path::PathBuf;

use crate::execution::StoreError;
use crate::ministack::{InstallError, MiniStackError};

/// Why the local target could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalError {
    /// The file system refused an operation; the source names the file.
    #[error("a file of the local target cannot be used")]
    File {
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The disk takes nothing more of what the target would have to keep.
    #[error("the local target cannot keep anything in `{folder}`", folder = folder.display())]
    Full {
        /// The folder of its state.
        folder: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Somebody else listens on the port.
    #[error("port {port} is taken by another program")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The local target of another project listens on the port.
    #[error("port {port} is taken by the local target in `{state}`", state = state.display())]
    PortOfOtherProject {
        /// The port.
        port: u16,
        /// The other project's state folder.
        state: PathBuf,
    },
    /// The port cannot be listened on for another reason.
    #[error("cannot listen on port {port}")]
    Port {
        /// The port.
        port: u16,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// MiniStack could not be installed.
    #[error("MiniStack cannot be installed")]
    Install(#[from] InstallError),
    /// MiniStack does not run.
    #[error("MiniStack does not run")]
    MiniStack(#[from] MiniStackError),
    /// The executions of earlier runs cannot be read or written.
    #[error("the store of durable executions cannot be used")]
    Store(#[from] StoreError),
    /// The daemon's program cannot be run.
    #[error("cannot run `{program}`", program = program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The daemon ended, or did not answer in time, while it was starting.
    #[error("the local target did not start: {reason}\n{}", log.join("\n"))]
    NotStarted {
        /// What was seen of it.
        reason: String,
        /// The last lines of its log.
        log: Vec<String>,
        /// Where the whole log is.
        log_file: PathBuf,
    },
    /// A daemon for this project runs already.
    #[error("the local target of this project runs already")]
    AlreadyRunning,
    /// The daemon is there but does not do what it is asked.
    #[error("the local target does not {what}")]
    Unresponsive {
        /// What it does not do, as a verb.
        what: &'static str,
        /// Its process, where known.
        pid: Option<u32>,
    },
    /// The server failed while it was running.
    #[error("the local target's server failed")]
    Serve {
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl LocalError {
    pub(crate) fn file(source: io::Error) -> Self {
        Self::File { source }
    }

    /// Returns what the user can do about it.
    pub fn hint(&self) -> Option<String> {
        const OTHER_PORT: &str =
            "set `local.port` in the stage's file or DEPLOYER_LOCAL_PORT to a free port";
        match self {
            Self::PortTaken { .. } | Self::Port { .. } => Some(OTHER_PORT.to_owned()),
            Self::PortOfOtherProject { .. } => Some(format!(
                "run `deployer local stop` in that project, or {OTHER_PORT}"
            )),
            Self::Install(error) => error.hint(),
            Self::MiniStack(error) => Some(error.hint()),
            Self::Store(error) => Some(error.hint().to_owned()),
            Self::NotStarted { log_file, .. } => {
                Some(format!("the whole log is in `{}`", log_file.display()))
            }
            Self::AlreadyRunning => Some("run `deployer local status` to see it".to_owned()),
            Self::Unresponsive { pid, .. } => Some(pid.map_or_else(
                || "wait a moment and try again".to_owned(),
                |pid| format!("end it with `kill -9 {pid}`; the next start cleans up after it"),
            )),
            Self::Full { .. } => Some(
                "free space on that disk and run the command again: what was accepted is kept, and \
                 goes on by itself"
                    .to_owned(),
            ),
            Self::File { .. } => {
                Some("check that the project's folder is writable and has space left".to_owned())
            }
            Self::Spawn { .. } | Self::Serve { .. } => None,
        }
    }
}

//! What can go wrong with MiniStack, and the way out of it.

use std::io;
use std::path::PathBuf;

/// Why MiniStack could not be installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// There is no interpreter.
    #[error("`{program}` is not there or is no Python interpreter")]
    NoPython {
        /// The program that was looked for.
        program: String,
    },
    /// The interpreter is too old for MiniStack.
    #[error("`{program}` is Python {version}, and MiniStack needs 3.10 or newer")]
    PythonTooOld {
        /// The newest interpreter that was found first.
        program: String,
        /// Its version.
        version: String,
    },
    /// The interpreter came without the modules that make virtual environments.
    #[error("`{program}` has no venv or ensurepip module")]
    NoVenv {
        /// The interpreter.
        program: String,
    },
    /// Making the virtual environment failed.
    #[error("`{program} -m venv` failed:\n{output}")]
    Venv {
        /// The interpreter.
        program: String,
        /// The last lines of its output.
        output: String,
    },
    /// pip failed.
    #[error("pip could not install MiniStack:\n{output}")]
    Pip {
        /// The last lines of its output.
        output: String,
    },
    /// A program cannot be run.
    #[error("cannot run `{program}`")]
    Run {
        /// The program.
        program: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl InstallError {
    /// Returns what the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoPython { .. } | Self::PythonTooOld { .. } => Some(
                "install Python 3.10 or newer (Debian, Ubuntu: `apt install python3 python3-venv`; \
                 macOS: `brew install python`), or name an interpreter in DEPLOYER_PYTHON"
                    .to_owned(),
            ),
            Self::NoVenv { .. } => Some(
                "install the module (Debian, Ubuntu: `apt install python3-venv`), or name another \
                 interpreter in DEPLOYER_PYTHON"
                    .to_owned(),
            ),
            Self::Pip { .. } => Some(
                "the first start needs the Python package index; check the network, or pip's own \
                 settings (PIP_INDEX_URL, HTTPS_PROXY)"
                    .to_owned(),
            ),
            Self::Venv { .. } | Self::Run { .. } => None,
        }
    }
}

/// Why MiniStack does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MiniStackError {
    /// Its interpreter cannot be run, or its files cannot be written.
    #[error("cannot run `{program}`", program = program.display())]
    Spawn {
        /// The interpreter.
        program: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It ended while it was starting.
    #[error("MiniStack ended while it was starting ({status})\n{}", log.join("\n"))]
    Died {
        /// How it ended.
        status: String,
        /// The last lines of its log.
        log: Vec<String>,
    },
    /// It did not answer in time.
    #[error("MiniStack did not answer within {seconds} seconds\n{}", log.join("\n"))]
    NotReady {
        /// How long was waited.
        seconds: u64,
        /// The last lines of its log.
        log: Vec<String>,
    },
    /// It ended again and again.
    #[error("MiniStack ended {times} times within a minute\n{}", log.join("\n"))]
    KeepsDying {
        /// How often.
        times: usize,
        /// The last lines of its log.
        log: Vec<String>,
    },
}

impl MiniStackError {
    /// Returns what the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Spawn { .. } => {
                "remove `.deployer/ministack`; the next start installs it again".to_owned()
            }
            Self::Died { .. } | Self::NotReady { .. } | Self::KeepsDying { .. } => {
                "read `.deployer/local/ministack.log`; `deployer local reset` starts afresh"
                    .to_owned()
            }
        }
    }
}

//! What is checked, and what can go wrong with the check itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The binary of a durable function, and what it is started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The binary.
    pub binary: PathBuf,
    /// The environment variables that its function has. It sees no others of whoever checks it.
    pub environment: BTreeMap<String, String>,
}

impl Program {
    /// Makes a program without variables of its own.
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        Self {
            binary: binary.into(),
            environment: BTreeMap::new(),
        }
    }

    /// Returns the program with a variable.
    #[must_use]
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.environment
            .insert(variable.to_owned(), value.to_owned());
        self
    }
}

/// Why nothing could be checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file, a process or a port of this machine was not to be had.
    #[error("{what}")]
    Machine {
        /// What was wanted of it.
        what: String,
        /// Its answer.
        source: std::io::Error,
    },
    /// A file is no execution.
    #[error("{file} is no execution")]
    NoExecution {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// There is nothing to check by.
    #[error("{folder} has no *.json")]
    NoHistories {
        /// The folder.
        folder: PathBuf,
    },
    /// The program ended before it served anything.
    #[error("the program cannot be started: {words}")]
    NotStarted {
        /// How it ended, and its last words.
        words: String,
    },
    /// The process that checks ended without a report.
    #[error("the process that checks ended with {status}: {words}")]
    Worker {
        /// How it ended.
        status: std::process::ExitStatus,
        /// Its last words.
        words: String,
    },
}

impl Error {
    /// Makes an error of what this machine refused.
    pub(crate) fn machine(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Machine { what, source }
    }
}

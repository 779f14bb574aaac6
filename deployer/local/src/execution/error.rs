//! Errors of the service's own making; those of its API are in `api`.

use std::path::PathBuf;

/// Why the store of executions could not be opened or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file system refused an operation.
    #[error("cannot {operation} `{path}`", path = path.display())]
    File {
        /// What was tried, as a verb.
        operation: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The service was closed before the change could be written.
    #[error("store of executions is closed")]
    Closed,
}

impl StoreError {
    /// Returns what the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => "check that the folder is writable and has space left",
            Self::Closed => "start the local target again",
        }
    }
}

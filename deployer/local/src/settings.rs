//! What the local target is told, and where it keeps what it knows.

use std::path::{Path, PathBuf};

use crate::error::LocalError;

/// Where the local target runs and as which account and region it presents itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalSettings {
    /// The project's root. State is kept in `.deployer/local` below it, MiniStack is installed in
    /// `.deployer/ministack`.
    pub project: PathBuf,
    /// The port to listen on at 127.0.0.1. 0 means any free one, which is then kept over restarts
    /// for as long as nobody else takes it.
    pub port: u16,
    /// The region of everything that does not name one.
    pub region: String,
    /// The twelve-digit account id.
    pub account: String,
    /// Whether functions may do only what their roles allow.
    pub enforce_iam: bool,
}

impl LocalSettings {
    /// Returns the folder that `reset` removes.
    pub fn state_folder(&self) -> PathBuf {
        self.base().join("local")
    }

    /// Returns the folder that the durable executions are kept in, one log each.
    pub fn executions_folder(&self) -> PathBuf {
        self.state().executions()
    }

    pub(crate) fn installations(&self) -> PathBuf {
        self.base().join("ministack")
    }

    /// The lock that `start` and `reset` hold. It lies beside the state, which `reset` removes.
    pub(crate) fn start_lock(&self) -> PathBuf {
        self.base().join("local.lock")
    }

    pub(crate) fn state(&self) -> State {
        State {
            folder: self.state_folder(),
        }
    }

    pub(crate) fn create_state(&self) -> Result<State, LocalError> {
        let folder = self.state_folder();
        fs_err::create_dir_all(&folder).map_err(LocalError::file)?;
        // Processes are recognized by paths below this folder, so it must have one spelling.
        let folder = fs_err::canonicalize(&folder).map_err(LocalError::file)?;
        Ok(State { folder })
    }

    fn base(&self) -> PathBuf {
        let project = std::path::absolute(&self.project).unwrap_or_else(|_| self.project.clone());
        project.join(".deployer")
    }
}

/// The paths inside the state folder.
#[derive(Debug, Clone)]
pub(crate) struct State {
    folder: PathBuf,
}

impl State {
    #[cfg(test)]
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Held by the daemon for as long as it lives.
    pub(crate) fn daemon_lock(&self) -> PathBuf {
        self.folder.join("daemon.lock")
    }

    /// Says where the daemon answers; there only while it does.
    pub(crate) fn daemon_file(&self) -> PathBuf {
        self.folder.join("daemon.json")
    }

    /// The port that the URLs in MiniStack's state carry.
    pub(crate) fn port_file(&self) -> PathBuf {
        self.folder.join("port")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("local.log")
    }

    pub(crate) fn ministack_log(&self) -> PathBuf {
        self.folder.join("ministack.log")
    }

    pub(crate) fn executions(&self) -> PathBuf {
        self.folder.join("executions")
    }

    pub(crate) fn ministack_state(&self) -> PathBuf {
        self.folder.join("ministack")
    }

    /// Where damaged files of MiniStack's state are set aside.
    pub(crate) fn damaged(&self) -> PathBuf {
        self.ministack_state().join("damaged")
    }

    pub(crate) fn objects(&self) -> PathBuf {
        self.folder.join("objects")
    }

    /// The temporary folder of MiniStack and of the functions, below which their code is unpacked.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.folder.join("tmp")
    }

    /// The folder of the program that runs MiniStack.
    pub(crate) fn launcher(&self) -> PathBuf {
        self.folder.join("launcher")
    }
}

//! Starts the daemon in the background.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use super::probe::{Daemon, ask, find, is_same};
use crate::error::LocalError;
use crate::lock::FileLock;
use crate::ministack::{self, last_lines};
use crate::port;
use crate::settings::{LocalSettings, State};
use crate::status::Status;
use crate::wait::{Look, within};

const STARTED_WITHIN: Duration = Duration::from_mins(2);
const LOG_LINES: usize = 20;

/// What a start is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Another start of the same project is under way, and is waited for.
    WaitingForOtherStart,
    /// MiniStack of this version is installed, which takes a while and needs the network.
    Installing {
        /// The version.
        version: &'static str,
    },
    /// The daemon has been run and is waited for.
    Starting,
}

/// Starts the local target in the background and waits until it answers.
///
/// Runs `program` with `args`, which must end in [`serve`](crate::serve) with equal settings, in a
/// process group of its own with its output in `local.log` of the state folder. When the target
/// runs already, its status is returned and nothing is done.
pub async fn start(
    settings: &LocalSettings,
    program: &Path,
    args: &[OsString],
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Status, LocalError> {
    let waiting = || progress(Progress::WaitingForOtherStart);
    let _held = FileLock::acquire(&settings.start_lock(), waiting).await?;
    let state = settings.create_state()?;
    if let Daemon::Running(status) = find(&state).await {
        return Ok(status);
    }
    let starting = wait_for_foreground_start(&state).await?;
    if let Some(status) = starting {
        return Ok(status);
    }
    check_port(settings, &state).await?;
    if !ministack::is_installed(&settings.installations()) {
        let version = ministack::version();
        progress(Progress::Installing { version });
        ministack::ensure_installed(&settings.installations()).await?;
    }
    progress(Progress::Starting);
    ministack::rotate(&state.log())?;
    let mut child = spawn(&state, program, args)?;
    wait_until_running(&state, &mut child).await
}

/// Waits while a daemon holds its lock without answering, as one that starts or stops does.
async fn wait_for_foreground_start(state: &State) -> Result<Option<Status>, LocalError> {
    let waited = within::<_, _, LocalError>(STARTED_WITHIN, async || {
        if FileLock::try_acquire(&state.daemon_lock())?.is_some() {
            return Ok(Look::Found(None));
        }
        Ok(match find(state).await {
            Daemon::Running(status) => Look::Found(Some(status)),
            Daemon::Silent(file) => Look::NotYet(Some(file.pid)),
            Daemon::Absent => Look::NotYet(None),
        })
    });
    match waited.await? {
        Look::Found(status) => Ok(status),
        Look::NotYet(pid) => Err(LocalError::Unresponsive {
            what: "answer",
            pid,
        }),
    }
}

/// Finds a taken port before anything is run; a port that was not asked for is not tried.
async fn check_port(settings: &LocalSettings, state: &State) -> Result<(), LocalError> {
    let listener: Result<TcpListener, LocalError> = port::listen(settings.port, None);
    match listener {
        Ok(_) => Ok(()),
        Err(LocalError::PortTaken { port }) => Err(match ask(port).await {
            Some(other) if !is_same(&other.state, state.folder()) => {
                let state = other.state;
                LocalError::PortOfOtherProject { port, state }
            }
            _ => LocalError::PortTaken { port },
        }),
        Err(error) => Err(error),
    }
}

fn spawn(state: &State, program: &Path, args: &[OsString]) -> Result<Child, LocalError> {
    let log = fs_err::File::create(state.log()).map_err(LocalError::file)?;
    let copy = log.try_clone().map_err(LocalError::file)?;
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::from(copy.into_file()))
        .stderr(Stdio::from(log.into_file()))
        .process_group(0)
        .spawn()
        .map_err(|source| LocalError::Spawn {
            program: program.to_owned(),
            source,
        })
}

async fn wait_until_running(state: &State, child: &mut Child) -> Result<Status, LocalError> {
    let waited = within(STARTED_WITHIN, async || {
        if let Daemon::Running(status) = find(state).await {
            return Ok(Look::Found(status));
        }
        match child.try_wait().ok().flatten() {
            Some(status) => Err(format!("it ended ({status})")),
            None => Ok(Look::NotYet(())),
        }
    });
    let reason = match waited.await {
        Ok(Look::Found(status)) => return Ok(status),
        Ok(Look::NotYet(())) => {
            // What cannot be used must not hold the port and the lock.
            let _ = child.kill().await;
            let seconds = STARTED_WITHIN.as_secs();
            format!("it did not answer within {seconds} seconds")
        }
        Err(reason) => reason,
    };
    Err(LocalError::NotStarted {
        reason,
        log: last_lines(&state.log(), LOG_LINES),
        log_file: state.log(),
    })
}

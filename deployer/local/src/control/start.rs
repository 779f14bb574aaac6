//! Starts the daemon in the background.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::probe::{Daemon, ask, find, is_same};
use crate::error::LocalError;
use crate::lock::FileLock;
use crate::ministack::{self, last_lines};
use crate::port;
use crate::settings::{LocalSettings, State};
use crate::status::Status;

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
#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
async fn wait_for_foreground_start(state: &State) -> Result<Option<Status>, LocalError> {
    let deadline = Instant::now() + STARTED_WITHIN;
    loop {
        if FileLock::try_acquire(&state.daemon_lock())?.is_some() {
            return Ok(None);
        }
        let pid = match find(state).await {
            Daemon::Running(status) => return Ok(Some(status)),
            Daemon::Silent(file) => Some(file.pid),
            Daemon::Absent => None,
        };
        if Instant::now() > deadline {
            let what = "answer";
            return Err(LocalError::Unresponsive { what, pid });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
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

#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
async fn wait_until_running(state: &State, child: &mut Child) -> Result<Status, LocalError> {
    let deadline = Instant::now() + STARTED_WITHIN;
    loop {
        if let Daemon::Running(status) = find(state).await {
            return Ok(status);
        }
        let ended = child.try_wait().ok().flatten();
        if ended.is_none() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(30)).await;
            continue;
        }
        let reason = if let Some(status) = ended {
            format!("it ended ({status})")
        } else {
            // What cannot be used must not hold the port and the lock.
            let _ = child.kill().await;
            format!(
                "it did not answer within {} seconds",
                STARTED_WITHIN.as_secs()
            )
        };
        return Err(LocalError::NotStarted {
            reason,
            log: last_lines(&state.log(), LOG_LINES),
            log_file: state.log(),
        });
    }
}

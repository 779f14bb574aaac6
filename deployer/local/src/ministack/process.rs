//! One process of MiniStack, from its start to its end.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use axum::http::Method;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::client::Target;
use super::environment::environment;
use super::error::MiniStackError;
use super::log::last_lines;
use crate::http;
use crate::settings::{LocalSettings, State};
use crate::wait::until;

/// How MiniStack is run: a program of its own that embeds it, as the files of a folder.
const LAUNCHER: [(&str, &str); 11] = [
    ("__main__.py", include_str!("../../ministack/__main__.py")),
    ("access.py", include_str!("../../ministack/access.py")),
    (
        "application.py",
        include_str!("../../ministack/application.py"),
    ),
    (
        "corrections.py",
        include_str!("../../ministack/corrections.py"),
    ),
    ("journal.py", include_str!("../../ministack/journal.py")),
    ("kinds.py", include_str!("../../ministack/kinds.py")),
    ("people.py", include_str!("../../ministack/people.py")),
    ("queues.py", include_str!("../../ministack/queues.py")),
    ("saving.py", include_str!("../../ministack/saving.py")),
    ("snapshots.py", include_str!("../../ministack/snapshots.py")),
    ("tables.py", include_str!("../../ministack/tables.py")),
];

const READY_WITHIN: Duration = Duration::from_mins(1);
const STOPPED_WITHIN: Duration = Duration::from_secs(20);
const LOG_LINES: usize = 20;

/// Everything that a start of MiniStack needs.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) python: PathBuf,
    pub(crate) settings: LocalSettings,
    pub(crate) state: State,
    /// The router's port, which the URLs that MiniStack hands out carry.
    pub(crate) port: u16,
}

/// A MiniStack that answers.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Its end tells MiniStack to save and end, even when this process is killed.
    stdin: Option<ChildStdin>,
    pub(super) target: Target,
}

impl Process {
    /// Starts MiniStack and waits until it answers.
    #[expect(
        clippy::disallowed_methods,
        reason = "the pause between two looks, with a deadline"
    )]
    pub(super) async fn start(launch: &Launch) -> Result<Self, MiniStackError> {
        let mut child = spawn(launch).map_err(|source| MiniStackError::Spawn {
            program: launch.python.clone(),
            source,
        })?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take();
        let pid = child.id().unwrap_or_default();
        let log = || last_lines(&launch.state.ministack_log(), LOG_LINES);
        tokio::select! {
            port = ready(stdout) => Ok(Self { child, stdin, target: Target { port, pid } }),
            status = child.wait() => Err(MiniStackError::Died {
                status: status.map_or_else(|error| error.to_string(), |status| status.to_string()),
                log: log(),
            }),
            () = tokio::time::sleep(READY_WITHIN) => Err(MiniStackError::NotReady {
                seconds: READY_WITHIN.as_secs(),
                log: log(),
            }),
        }
    }

    /// Waits until MiniStack ends by itself.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Lets MiniStack save its state and end, and ends it the hard way when that takes too long.
    pub(super) async fn stop(mut self) {
        drop(self.stdin.take());
        if tokio::time::timeout(STOPPED_WITHIN, self.child.wait())
            .await
            .is_err()
        {
            tracing::warn!("MiniStack did not end in time and is killed");
            if let Err(error) = self.child.kill().await {
                tracing::warn!(%error, "MiniStack cannot be killed");
            }
        }
    }
}

fn spawn(launch: &Launch) -> io::Result<Child> {
    let state = &launch.state;
    fs_err::create_dir_all(state.ministack_state())?;
    fs_err::create_dir_all(state.temporary())?;
    write_launcher(&state.launcher())?;
    let log = fs_err::OpenOptions::new()
        .create(true)
        .append(true)
        .open(state.ministack_log())?;
    Command::new(&launch.python)
        // Alone with its own packages, and without compiled files beside the launcher's.
        .arg("-IB")
        .arg(state.launcher())
        .env_clear()
        .envs(environment(&launch.settings, state, launch.port))
        .current_dir(state.temporary())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::from(log.into_file()))
        // Ctrl-C at a terminal is for the daemon, which then ends MiniStack in order.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

/// Writes the files where they are not as they should be: a full disk does not keep MiniStack from
/// starting again.
fn write_launcher(folder: &Path) -> io::Result<()> {
    fs_err::create_dir_all(folder)?;
    for (name, text) in LAUNCHER {
        let file = folder.join(name);
        if fs_err::read_to_string(&file).is_ok_and(|there| there == text) {
            continue;
        }
        fs_err::write(file, text)?;
    }
    Ok(())
}

/// Returns MiniStack's port once it answers on it; never when it does not.
async fn ready(stdout: Option<ChildStdout>) -> u16 {
    let Some(port) = read_port(stdout).await else {
        return std::future::pending().await;
    };
    let answered: Result<(), Infallible> = until(|| async {
        let health = http::send_local(
            Method::GET,
            port,
            "/_ministack/health",
            Duration::from_secs(5),
        );
        let healthy = health.await.is_ok_and(|answer| answer.status.is_success());
        Ok(healthy.then_some(()))
    })
    .await;
    match answered {
        Ok(()) => port,
    }
}

async fn read_port(stdout: Option<ChildStdout>) -> Option<u16> {
    let mut line = String::new();
    BufReader::new(stdout?).read_line(&mut line).await.ok()?;
    line.trim().parse().ok()
}

//! Finds out who answers.

use std::path::Path;
use std::time::Duration;

use axum::http::Method;

use crate::daemon::DaemonFile;
use crate::http;
use crate::settings::State;
use crate::status::Status;

const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// What is seen of this project's daemon.
pub(super) enum Daemon {
    /// It says that it is not there.
    Absent,
    /// It answers.
    Running(Status),
    /// It has said where it is but does not answer there.
    Silent(DaemonFile),
}

/// Looks for the daemon of this state.
pub(super) async fn find(state: &State) -> Daemon {
    let Some(file) = read(state) else {
        return Daemon::Absent;
    };
    match ask(file.port).await {
        Some(status) if is_same(&status.state, state.folder()) => Daemon::Running(status),
        _ => Daemon::Silent(file),
    }
}

/// Asks whoever listens on a port; `None` when it is no local target.
pub(super) async fn ask(port: u16) -> Option<Status> {
    let answer = http::send_local(Method::GET, port, "/_local/status", ANSWER_WITHIN).await;
    serde_json::from_slice(&answer.ok()?.body).ok()
}

/// Returns whether two paths name the same folder.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    match (fs_err::canonicalize(one), fs_err::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

fn read(state: &State) -> Option<DaemonFile> {
    serde_json::from_str(&fs_err::read_to_string(state.daemon_file()).ok()?).ok()
}

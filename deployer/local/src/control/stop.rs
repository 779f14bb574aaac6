//! Stops the daemon.

use std::time::Duration;

use axum::http::Method;
use tokio::time::Instant;

use super::probe::{Daemon, find};
use crate::error::LocalError;
use crate::http;
use crate::lock::FileLock;
use crate::settings::{LocalSettings, State};

const STOPPED_WITHIN: Duration = Duration::from_mins(1);

/// Stops the local target and waits until it is gone, its state saved. Returns whether it ran.
#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
pub async fn stop(settings: &LocalSettings) -> Result<bool, LocalError> {
    let state = settings.state();
    if !state.folder().is_dir() {
        return Ok(false);
    }
    let deadline = Instant::now() + STOPPED_WITHIN;
    let mut ran = false;
    let mut asked = false;
    loop {
        // Only a daemon's end frees its lock, so this holds for one that starts or stops as well.
        if FileLock::try_acquire(&state.daemon_lock())?.is_some() {
            return Ok(ran);
        }
        ran = true;
        let daemon = find(&state).await;
        if let (Daemon::Running(_), false) = (&daemon, asked) {
            asked = ask_to_stop(&state, &daemon).await;
        }
        if Instant::now() > deadline {
            let pid = match daemon {
                Daemon::Running(status) => status.pid,
                Daemon::Silent(file) => Some(file.pid),
                Daemon::Absent => None,
            };
            let what = "stop";
            return Err(LocalError::Unresponsive { what, pid });
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

async fn ask_to_stop(state: &State, daemon: &Daemon) -> bool {
    let Daemon::Running(status) = daemon else {
        return false;
    };
    let port = status.endpoint.as_deref().and_then(port_of);
    let Some(port) = port else {
        tracing::warn!(state = %state.folder().display(), "the daemon does not say where it is");
        return false;
    };
    let answer = http::send_local(Method::POST, port, "/_local/stop", Duration::from_secs(5));
    answer.await.is_ok_and(|answer| answer.status.is_success())
}

fn port_of(endpoint: &str) -> Option<u16> {
    endpoint.rsplit_once(':')?.1.parse().ok()
}

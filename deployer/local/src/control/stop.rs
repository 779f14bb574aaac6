//! Stops the daemon.

use std::time::Duration;

use axum::http::Method;

use super::probe::{Daemon, find};
use crate::error::LocalError;
use crate::http;
use crate::lock::FileLock;
use crate::settings::{LocalSettings, State};
use crate::wait::{Look, within};

const STOPPED_WITHIN: Duration = Duration::from_mins(1);

/// Stops the local target and waits until it is gone, its state saved. Returns whether it ran.
pub async fn stop(settings: &LocalSettings) -> Result<bool, LocalError> {
    let state = settings.state();
    if !state.folder().is_dir() {
        return Ok(false);
    }
    let mut ran = false;
    let mut asked = false;
    let waited = within::<_, _, LocalError>(STOPPED_WITHIN, async || {
        // Only a daemon's end frees its lock, so this holds for one that starts or stops as well.
        if FileLock::try_acquire(&state.daemon_lock())?.is_some() {
            return Ok(Look::Found(ran));
        }
        ran = true;
        let daemon = find(&state).await;
        if let (Daemon::Running(_), false) = (&daemon, asked) {
            asked = ask_to_stop(&state, &daemon).await;
        }
        Ok(Look::NotYet(match daemon {
            Daemon::Running(status) => status.pid,
            Daemon::Silent(file) => Some(file.pid),
            Daemon::Absent => None,
        }))
    });
    match waited.await? {
        Look::Found(ran) => Ok(ran),
        Look::NotYet(pid) => Err(LocalError::Unresponsive { what: "stop", pid }),
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

//! Whether the local target runs.

use std::time::Duration;

use super::probe::{Daemon, find};
use crate::error::LocalError;
use crate::lock::FileLock;
use crate::ministack;
use crate::settings::LocalSettings;
use crate::status::Status;
use crate::wait::{Look, within};

/// How long a daemon that starts or stops may say nothing.
const SILENT_FOR: Duration = Duration::from_secs(5);

/// Returns whether the local target of this project runs, and where. Changes nothing.
///
/// # Errors
///
/// A daemon that is there and does not answer: it neither runs nor is it stopped.
pub async fn status(settings: &LocalSettings) -> Result<Status, LocalError> {
    let state = settings.state();
    let waited = within::<_, _, LocalError>(SILENT_FOR, async || {
        let file = match find(&state).await {
            Daemon::Running(status) => return Ok(Look::Found(status)),
            Daemon::Absent => return Ok(Look::Found(stopped(settings))),
            Daemon::Silent(file) => file,
        };
        // Only a daemon's end frees its lock.
        if FileLock::try_acquire(&state.daemon_lock())?.is_some() {
            return Ok(Look::Found(stopped(settings)));
        }
        Ok(Look::NotYet(file.pid))
    });
    match waited.await? {
        Look::Found(status) => Ok(status),
        Look::NotYet(pid) => Err(LocalError::Unresponsive {
            what: "answer",
            pid: Some(pid),
        }),
    }
}

fn stopped(settings: &LocalSettings) -> Status {
    Status {
        running: false,
        endpoint: None,
        pid: None,
        region: settings.region.clone(),
        account: settings.account.clone(),
        state: settings.state_folder(),
        enforces_iam: settings.enforce_iam,
        ministack_version: ministack::version().to_owned(),
        executions: None,
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::status;
    use crate::error::LocalError;
    use crate::lock::FileLock;
    use crate::settings::LocalSettings;

    #[tokio::test]
    async fn a_daemon_that_hangs_is_not_called_stopped_and_a_dead_one_is() {
        let project = tempfile::tempdir().unwrap();
        let settings = LocalSettings {
            project: project.path().to_owned(),
            port: 0,
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
            enforce_iam: true,
        };
        let state = settings.create_state().unwrap();
        // It accepts connections and never answers.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let file = format!(r#"{{"pid": 4711, "port": {port}}}"#);
        fs_err::write(state.daemon_file(), file).unwrap();
        let held = FileLock::try_acquire(&state.daemon_lock()).unwrap();
        let error = status(&settings).await.unwrap_err();
        assert!(
            matches!(
                error,
                LocalError::Unresponsive {
                    what: "answer",
                    pid: Some(4711)
                }
            ),
            "{error}"
        );
        drop(listener);
        drop(held);
        assert!(!status(&settings).await.unwrap().running);
    }
}

//! Whether the local target runs.

use super::probe::{Daemon, find};
use crate::error::LocalError;
use crate::ministack;
use crate::settings::LocalSettings;
use crate::status::Status;

/// Returns whether the local target of this project runs, and where. Changes nothing.
pub async fn status(settings: &LocalSettings) -> Result<Status, LocalError> {
    match find(&settings.state()).await {
        Daemon::Running(status) => Ok(status),
        Daemon::Absent | Daemon::Silent(_) => Ok(Status {
            running: false,
            endpoint: None,
            pid: None,
            region: settings.region.clone(),
            account: settings.account.clone(),
            state: settings.state_folder(),
            ministack_version: ministack::version().to_owned(),
            executions: None,
        }),
    }
}

//! Forgets everything that the local target keeps.

use super::stop::stop;
use crate::error::LocalError;
use crate::lock::FileLock;
use crate::ministack;
use crate::settings::LocalSettings;

/// Stops the local target and removes its state. The installation of MiniStack stays.
pub async fn reset(settings: &LocalSettings) -> Result<(), LocalError> {
    let _held = FileLock::acquire(&settings.start_lock(), || {}).await?;
    stop(settings).await?;
    if !settings.state_folder().exists() {
        return Ok(());
    }
    let state = settings.create_state()?;
    // What a killed daemon left would write into the folder that is being removed.
    ministack::end_orphans(&state).await;
    fs_err::remove_dir_all(state.folder()).map_err(LocalError::file)
}

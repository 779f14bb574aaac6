//! What the local target needs on this machine, from the command line's side.

use std::ffi::OsString;

use crate::error::LocalError;
use crate::ministack;
use crate::settings::LocalSettings;

/// Returns the version of MiniStack that the local target runs.
pub fn ministack_version() -> &'static str {
    ministack::version()
}

/// Returns whether MiniStack is installed for this project. Changes nothing.
pub fn is_installed(settings: &LocalSettings) -> bool {
    ministack::is_installed(&settings.installations())
}

/// Installs MiniStack for this project, unless it is there; otherwise the first start does.
pub async fn install(settings: &LocalSettings) -> Result<(), LocalError> {
    ministack::ensure_installed(&settings.installations()).await?;
    Ok(())
}

/// Returns the Python interpreter that installations are made with: `DEPLOYER_PYTHON`, or the first
/// one on the path that is new enough.
#[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
pub async fn find_python() -> Result<OsString, LocalError> {
    Ok(ministack::find_python(std::env::var_os("DEPLOYER_PYTHON")).await?)
}

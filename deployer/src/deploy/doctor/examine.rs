//! Everything that a stage needs is looked at, and installed where that can be done.

use durable_local::LocalSettings;

use super::check::Check;
use super::{cloud, local, rust};
use crate::config::{App, Target};
use crate::deploy::build::Toolchain;
use crate::error::Result;

/// Looks at everything that the stage needs; changes nothing.
pub async fn examine(app: &App, settings: &LocalSettings) -> Vec<Check> {
    let (mut checks, others) = match app.stage.target {
        Target::Local => tokio::join!(rust::checks(app), local::checks(app, settings)),
        Target::Aws => {
            // The SDK makes a large future of the question for credentials.
            tokio::join!(rust::checks(app), Box::pin(cloud::checks(app)))
        }
    };
    checks.extend(others);
    checks
}

/// Installs what belongs into `.deployer/` and is not there; returns what was installed.
pub async fn install(app: &App, settings: &LocalSettings) -> Result<Vec<String>> {
    let mut installed = Vec::new();
    if app.uses_local_target() && !durable_local::is_installed(settings) {
        durable_local::install(settings).await?;
        installed.push(format!("MiniStack {}", durable_local::ministack_version()));
    }
    let toolchain = Toolchain::of(app);
    if app.stage.target == Target::Aws && !toolchain.is_installed() {
        toolchain.install().await?;
        installed.push(Toolchain::name());
    }
    Ok(installed)
}

/// Returns the Rust target that the stage needs and rustup does not have, if rustup is there.
pub async fn missing_target(app: &App) -> Option<&'static str> {
    match app.stage.target {
        Target::Local => None,
        Target::Aws => cloud::missing_target(app).await,
    }
}

/// Adds a target to the active toolchain of rustup.
pub async fn add_target(target: &str) -> Result<()> {
    cloud::add_target(target).await
}

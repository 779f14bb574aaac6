//! How a stage is reached. The local target is started where that was asked for.

use std::ffi::OsString;

use durable_local::{LocalSettings, Progress};

use crate::aws::Clients;
use crate::config::App;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};

/// Returns what the local target of the stage is to be: where its state is, and where it answers.
pub fn local_settings(app: &App) -> LocalSettings {
    LocalSettings {
        project: app.state_directory.parent().unwrap_or(&app.root).into(),
        port: app.stage.local.port,
        region: app.stage.region.clone(),
        account: app.account().to_owned(),
        enforce_iam: app.stage.local.enforce_iam,
    }
}

/// Starts the local target where the stage lives on it, and returns where it answers.
pub async fn start_local(app: &App, reporter: &dyn Reporter) -> Result<Option<String>> {
    if !app.uses_local_target() {
        return Ok(None);
    }
    let program = std::env::current_exe().map_err(|error| {
        Error::new(Kind::Bug, "this program cannot find itself").caused_by(error)
    })?;
    let mut arguments: Vec<OsString> = vec!["local".into(), "run".into()];
    arguments.extend(["--stage".into(), app.stage_name.clone().into()]);
    arguments.extend(["--project".into(), app.root.clone().into_os_string()]);
    let progress = |progress| {
        let text = match progress {
            Progress::WaitingForOtherStart => {
                "waiting for another start of the local target".to_owned()
            }
            Progress::Installing { version } => {
                format!("installing MiniStack {version} into .deployer/ (once)")
            }
            _ => "starting the local target".to_owned(),
        };
        reporter.report(&Event::StepStarted {
            step: "local",
            text,
        });
    };
    let settings = local_settings(app);
    durable_local::check_room(&settings)?;
    let status = durable_local::start(&settings, &program, &arguments, &progress).await?;
    Ok(status.endpoint)
}

/// Connects to the stage, whose local target is started first.
pub async fn connect_or_start(app: &App, reporter: &dyn Reporter) -> Result<Clients> {
    let endpoint = start_local(app, reporter).await?;
    Clients::connect(app, endpoint.as_deref()).await
}

/// Connects to the stage as it is.
///
/// # Errors
///
/// A local target that does not run, which is not started, or that cannot keep anything.
pub async fn connect(app: &App) -> Result<Clients> {
    let endpoint = if app.uses_local_target() {
        let settings = local_settings(app);
        durable_local::check_room(&settings)?;
        let status = durable_local::status(&settings).await?;
        Some(status.endpoint.filter(|_| status.running).ok_or_else(|| {
            Error::new(Kind::WrongState, "the local target is not running").hint(format!(
                "run `deployer up --stage {}`; what was deployed before is still there",
                app.stage_name
            ))
        })?)
    } else {
        None
    };
    Clients::connect(app, endpoint.as_deref()).await
}

//! What every command is given: the application, the reporter, and how to ask.

use std::io::IsTerminal as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use durable_local::LocalSettings;

use super::arguments::{DEFAULT_STAGE, Format, Global};
use super::environment::Environment;
use super::keyboard::Keyboard;
use super::report::{self, Attended};
use crate::aws::Clients;
use crate::config::{App, load};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};

/// What every command is given.
pub(super) struct Context {
    pub(super) app: App,
    pub(super) format: Format,
    pub(super) yes: bool,
    pub(super) reporter: Arc<dyn Reporter>,
    /// The same reporter, as who may step in sees it.
    pub(super) attended: Arc<Attended>,
    pub(super) keyboard: Arc<Keyboard>,
}

impl Context {
    /// Finds the project and reads its configuration; everything that can be wrong with it is found here.
    pub(super) fn new(global: &Global, works: bool) -> Result<Self> {
        let environment = Environment::read();
        let root = match &global.project {
            Some(project) => absolute(project)?,
            None => find_root()?,
        };
        // A variable that is set and empty says nothing.
        let stage = if global.stage.is_empty() {
            DEFAULT_STAGE
        } else {
            &global.stage
        };
        let mut app = load(&root, stage)?;
        if let Some(port) = environment.local_port {
            app.stage.local.port = port.parse().map_err(|error| {
                Error::usage(format!("DEPLOYER_LOCAL_PORT is `{port}`, which is no port"))
                    .caused_by(error)
            })?;
        }
        if let Some(home) = environment.home {
            app.state_directory = absolute(Utf8Path::new(&home))?.join(".deployer");
        }
        let attended = Arc::new(report::reporter(global.format, global.quiet, works));
        Ok(Self {
            app,
            format: global.format,
            yes: global.yes,
            reporter: Arc::clone(&attended) as Arc<dyn Reporter>,
            attended,
            keyboard: Arc::default(),
        })
    }

    /// Returns whether a person is there to be asked.
    pub(super) fn has_person(&self) -> bool {
        let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        terminal && self.format == Format::Human
    }

    pub(super) fn local_settings(&self) -> LocalSettings {
        LocalSettings {
            project: self
                .app
                .state_directory
                .parent()
                .unwrap_or(&self.app.root)
                .into(),
            port: self.app.stage.local.port,
            region: self.app.stage.region.clone(),
            account: self.app.account().to_owned(),
        }
    }

    /// Starts the local target where the stage lives on it, and returns where it answers.
    pub(super) async fn start_local(&self) -> Result<Option<String>> {
        if !self.app.uses_local_target() {
            return Ok(None);
        }
        let program = std::env::current_exe().map_err(|error| {
            Error::new(Kind::Bug, "this program cannot find itself").caused_by(error)
        })?;
        let mut arguments: Vec<std::ffi::OsString> = vec!["local".into(), "run".into()];
        arguments.extend(["--stage".into(), self.app.stage_name.clone().into()]);
        arguments.extend(["--project".into(), self.app.root.clone().into_os_string()]);
        let progress = |progress| {
            use durable_local::Progress;
            let text = match progress {
                Progress::WaitingForOtherStart => {
                    "waiting for another start of the local target".to_owned()
                }
                Progress::Installing { version } => {
                    format!("installing MiniStack {version} into .deployer/ (once)")
                }
                _ => "starting the local target".to_owned(),
            };
            self.reporter.report(&Event::StepStarted {
                step: "local",
                text,
            });
        };
        let status =
            durable_local::start(&self.local_settings(), &program, &arguments, &progress).await?;
        Ok(status.endpoint)
    }

    /// Connects to the stage as it is: a local target that is not running is an error, not a start.
    pub(super) async fn connect(&self) -> Result<Clients> {
        let endpoint = if self.app.uses_local_target() {
            let status = durable_local::status(&self.local_settings()).await?;
            Some(status.endpoint.filter(|_| status.running).ok_or_else(|| {
                Error::new(Kind::WrongState, "the local target is not running").hint(format!(
                    "run `deployer up --stage {}`; what was deployed before is still there",
                    self.app.stage_name
                ))
            })?)
        } else {
            None
        };
        Clients::connect(&self.app, endpoint.as_deref()).await
    }
}

fn find_root() -> Result<Utf8PathBuf> {
    let start = absolute(Utf8Path::new("."))?;
    start
        .ancestors()
        .find(|folder| folder.join("config/app.yaml").is_file())
        .map(Utf8Path::to_owned)
        .ok_or_else(|| {
            Error::usage(format!(
                "no project here: neither {start} nor a folder above it has config/app.yaml"
            ))
            .hint("change into the project's folder, or name it with --project")
        })
}

fn absolute(path: &Utf8Path) -> Result<Utf8PathBuf> {
    path.canonicalize_utf8()
        .map_err(|error| Error::usage(format!("the folder {path} cannot be used")).caused_by(error))
}

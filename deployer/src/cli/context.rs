//! What every command is given: the application, the reporter, and how to ask.

use std::io::IsTerminal as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::environment::Environment;
use super::global::{DEFAULT_STAGE, Format, Global};
use super::keyboard::Keyboard;
use super::report::{self, Attended};
use crate::config::{App, load};
use crate::error::{Error, Result};
use crate::event::Reporter;
use crate::pipeline::Session;

/// What every command is given.
pub(super) struct Context {
    pub(super) app: App,
    pub(super) format: Format,
    pub(super) yes: bool,
    /// Whether to show in full what is otherwise cut.
    pub(super) verbose: bool,
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
            verbose: global.verbose > 0,
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

    /// Returns what a run of the pipeline is given.
    pub(super) fn session(&self) -> Session<'_> {
        Session {
            app: &self.app,
            reporter: self.reporter.as_ref(),
            consent: self,
        }
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

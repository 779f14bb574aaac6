//! A plan on disk: what was approved is what runs.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::difference::Live;
use super::model::Plan;
use crate::config::App;
use crate::deploy::apply::Request;
use crate::deploy::build::Artifact;
use crate::deploy::link::Template;
use crate::error::{Error, Kind, Result};
use crate::hash::hexadecimal;

/// The version of the file's form.
const FORMAT: u32 = 2;

/// All that is needed to carry a plan out, and to refuse it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanFile {
    /// The version of this form.
    pub format: u32,
    /// The version of the program that wrote it.
    pub deployer: String,
    /// The application.
    pub application: String,
    /// The source revision that it was made from; nothing without git.
    pub revision: Option<String>,
    /// What was shown: stage, account, region, and every change.
    pub plan: Plan,
    /// The zips of the functions.
    pub artifacts: Vec<PlannedArtifact>,
    /// The stacks, in the order in which they are applied.
    pub stacks: Vec<PlannedStack>,
    /// A hash of everything else, against damage.
    pub seal: String,
}

/// A zip that the templates name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedArtifact {
    /// The function.
    pub function: String,
    /// The SHA-256 of the zip.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its key in the artifact bucket.
    pub key: String,
}

/// A stack as it is to be, and as it was when it was planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedStack {
    /// The workflow, or `artifacts`.
    pub workflow: String,
    /// The stack's name.
    pub stack: String,
    /// The linked template, without its origin.
    pub template: Value,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Whether it is protected from deletion.
    pub protect: bool,
    /// The fingerprint of the live stack; nothing where there was none.
    pub live: Option<String>,
}

impl PlannedStack {
    /// Returns the stack of a request, planned over the live one.
    pub fn new(request: &Request, live: Option<&Live>) -> Self {
        Self {
            workflow: request.workflow.clone(),
            stack: request.stack.clone(),
            template: request.template.body().clone(),
            tags: request.tags.clone(),
            protect: request.protect,
            live: live.map(Live::fingerprint),
        }
    }

    /// Returns the request that the plan was made for, its template byte for byte.
    pub fn request(&self, app: &App) -> Request {
        let template = Template::new(self.template.clone(), BTreeMap::new());
        let mut request = Request::new(app, &self.workflow, self.stack.clone(), template);
        request.tags = self.tags.clone();
        request.protect = self.protect;
        request
    }

    /// Refuses a live stack that is not the one that was planned over.
    pub fn require_unmoved(&self, live: Option<&Live>) -> Result<()> {
        if live.map(Live::fingerprint) == self.live {
            return Ok(());
        }
        let what = match (live, &self.live) {
            (Some(_), None) => "was created",
            (None, Some(_)) => "was deleted",
            _ => "has changed",
        };
        Err(Error::new(
            Kind::WrongState,
            format!("the stack `{}` {what} since the plan was made", self.stack),
        )
        .hint("make a new plan with `deployer plan --out FILE`, and have it approved"))
    }
}

impl PlanFile {
    /// Returns the file of a plan.
    pub fn new(
        app: &App,
        revision: Option<String>,
        plan: Plan,
        artifacts: &BTreeMap<String, Artifact>,
        stacks: Vec<PlannedStack>,
    ) -> Self {
        let artifacts = artifacts
            .values()
            .map(|artifact| PlannedArtifact {
                function: artifact.function.clone(),
                sha256: artifact.sha256.clone(),
                bytes: artifact.bytes,
                key: artifact.key(),
            })
            .collect();
        let mut file = Self {
            format: FORMAT,
            deployer: env!("CARGO_PKG_VERSION").to_owned(),
            application: app.application.name.clone(),
            revision,
            plan,
            artifacts,
            stacks,
            seal: String::new(),
        };
        file.seal = file.seal();
        file
    }

    /// Writes the file.
    pub fn write(&self, path: &Utf8Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self).map_err(|error| {
            Error::new(Kind::Bug, "the plan could not be written").caused_by(error)
        })?;
        text.push('\n');
        fs_err::write(path, text)?;
        Ok(())
    }

    /// Reads a file and refuses what was not made for this stage, by this version, or was changed since.
    pub fn read(path: &Utf8Path, app: &App) -> Result<Self> {
        let text = fs_err::read_to_string(path).map_err(|error| {
            Error::usage("the plan cannot be read")
                .caused_by(error)
                .hint("`deployer plan --out FILE` writes one")
        })?;
        let made_by: MadeBy = serde_json::from_str(&text)
            .map_err(|error| Error::usage(format!("{path} is no plan")).caused_by(error))?;
        let own = env!("CARGO_PKG_VERSION");
        if made_by.format != FORMAT || made_by.deployer != own {
            return Err(refused(format!(
                "{path} was made by deployer {}, and this is {own}",
                made_by.deployer
            )));
        }
        let file: Self = serde_json::from_str(&text)
            .map_err(|error| Error::usage(format!("{path} is no plan")).caused_by(error))?;
        if file.seal != file.seal() {
            return Err(refused(format!("{path} was changed after it was made")));
        }
        let Plan {
            stage,
            account,
            region,
            ..
        } = &file.plan;
        let planned = [&file.application, stage, account, region].map(String::as_str);
        let current = [
            &app.application.name,
            &app.stage_name,
            app.account(),
            &app.stage.region,
        ];
        for ((planned, current), what) in
            planned
                .into_iter()
                .zip(current)
                .zip(["application", "stage", "account", "region"])
        {
            if planned != current {
                return Err(refused(format!(
                    "{path} was made for {what} `{planned}`, not for `{current}`"
                )));
            }
        }
        Ok(file)
    }

    fn seal(&self) -> String {
        let unsealed = Self {
            seal: String::new(),
            ..self.clone()
        };
        let text = serde_json::to_string(&unsealed).unwrap_or_default();
        hexadecimal(text.as_bytes())
    }
}

#[derive(Debug, Deserialize)]
struct MadeBy {
    format: u32,
    deployer: String,
}

fn refused(message: String) -> Error {
    Error::new(Kind::WrongState, message)
        .hint("make a new plan with `deployer plan --out FILE`, and have it approved")
}

impl PlannedArtifact {
    /// Returns the artifact where its zip is still on this machine, found by its hash.
    pub fn find(&self, app: &App) -> Result<Option<Artifact>> {
        let folder = app.state_directory.join("artifacts").join(&self.function);
        let Ok(entries) = folder.read_dir_utf8() else {
            return Ok(None);
        };
        let mut files: Vec<Utf8PathBuf> = Vec::new();
        for entry in entries {
            files.push(entry?.into_path());
        }
        files.sort();
        for zip in files {
            if zip.extension() == Some("zip") && hexadecimal(&fs_err::read(&zip)?) == self.sha256 {
                return Ok(Some(Artifact {
                    function: self.function.clone(),
                    sha256: self.sha256.clone(),
                    bytes: self.bytes,
                    zip,
                }));
            }
        }
        Ok(None)
    }
}

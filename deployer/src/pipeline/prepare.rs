//! What is done before anything slow: the workflows are checked, and linked once.

use std::collections::BTreeMap;
use std::time::Instant;

use super::session::Session;
use crate::config::App;
use crate::count::counted;
use crate::deploy::apply::Request;
use crate::deploy::build::{Artifact, build_functions};
use crate::deploy::link::{Components, Published, artifact_template, link_workflow};
use crate::deploy::lint;
use crate::error::Result;
use crate::event::Event;
use crate::stack::Origin;

/// The zips of functions, by the functions' names.
pub(super) type Artifacts = BTreeMap<String, Artifact>;

/// Workflows that are coherent and can be linked.
pub(super) struct Prepared<'a> {
    app: &'a App,
    components: Components,
    workflows: Vec<String>,
}

/// What the stacks of a stage are to be.
pub(super) struct Stacks {
    /// The stack of the artifact bucket.
    pub(super) bucket: Request,
    /// The stacks of the workflows.
    pub(super) workflows: Vec<Request>,
}

impl<'a> Prepared<'a> {
    /// Checks the chosen workflows; none chosen means all.
    ///
    /// A template that refers to nothing, or tells a secret, is found here, before the long steps.
    pub(super) fn new(app: &'a App, chosen: &[String]) -> Result<Self> {
        let workflows = app.select(chosen)?;
        lint::require_clean(app)?;
        let components = Components::load(&app.root)?;
        let published = Published::placeholder(app);
        for workflow in &workflows {
            lint::require_sound(&link_workflow(app, &components, workflow, &published)?)?;
        }
        Ok(Self {
            app,
            components,
            workflows,
        })
    }

    /// Builds the functions of the workflows.
    pub(super) async fn build(&self, session: &Session<'_>) -> Result<Artifacts> {
        let start = Instant::now();
        let functions: Vec<String> = self.app.functions(&self.workflows).into_keys().collect();
        let count = counted(functions.len(), "function");
        session.reporter.report(&Event::StepStarted {
            step: "build",
            text: format!("{count}, profile {}", self.app.stage.build_profile),
        });
        let artifacts = build_functions(self.app, &functions, session.reporter).await?;
        session.reporter.report(&Event::StepFinished {
            step: "build",
            text: format!("{count} built"),
            seconds: start.elapsed().as_secs_f64(),
        });
        Ok(artifacts)
    }

    /// Links the workflows with the zips where they are published.
    pub(super) fn link(&self, published: &Published) -> Result<Stacks> {
        let request = |workflow: &String| {
            let template = link_workflow(self.app, &self.components, workflow, published)?;
            Ok(Request::for_workflow(self.app, workflow, template))
        };
        let bucket = artifact_template(self.app, &self.components)?;
        Ok(Stacks {
            bucket: Request::for_artifacts(self.app, bucket),
            workflows: self.workflows.iter().map(request).collect::<Result<_>>()?,
        })
    }
}

impl Stacks {
    /// Returns the stacks as ones that come from `origin`.
    pub(super) fn with_origin(self, origin: &Origin) -> Self {
        self.map(|request| request.with_origin(origin))
    }

    /// Returns the stacks as ones whose changes the user has agreed to.
    pub(super) fn approved(self) -> Self {
        self.map(Request::approved)
    }

    /// Returns the stacks with others in the place of those of the same name.
    pub(super) fn replaced_by(mut self, others: Vec<Request>) -> Self {
        for other in others {
            let mut ours = self.workflows.iter_mut();
            if let Some(own) = ours.find(|own| own.stack == other.stack) {
                *own = other;
            }
        }
        self
    }

    fn map(self, change: impl Fn(Request) -> Request) -> Self {
        Self {
            bucket: change(self.bucket),
            workflows: self.workflows.into_iter().map(change).collect(),
        }
    }
}

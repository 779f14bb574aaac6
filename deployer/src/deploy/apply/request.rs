//! What a stack is to be, and what became of it.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{DeploymentConfig, DeploymentConfigMode, Tag};
use serde_json::Value;

use crate::config::{ARTIFACTS, App, Deployment, Mode};
use crate::deploy::link::Template;
use crate::resources::{resource_type, type_of};
use crate::stack::{Deployed, LiveStack, Origin, Outputs, mark};

/// What a stack is to be.
#[derive(Debug, Clone)]
pub struct Request {
    /// The workflow, or `artifacts`.
    pub workflow: String,
    /// The stack's name.
    pub stack: String,
    /// Its template.
    pub template: Template,
    /// Its tags, which its resources inherit.
    pub tags: BTreeMap<String, String>,
    /// Whether it is protected from deletion.
    pub protect: bool,
    /// How changes reach it.
    pub deployment: Deployment,
    /// The bucket for a template that is too large to be sent along.
    pub bucket: String,
    /// Whether the user has seen what changes and agreed to it.
    pub approved: bool,
    /// Where the deployment comes from.
    pub origin: Origin,
}

impl Request {
    /// Returns the request for the stack of a workflow.
    pub fn for_workflow(app: &App, workflow: &str, template: Template) -> Self {
        Self::new(app, workflow, app.stack_name(workflow), template)
    }

    /// Returns the request for the stack of the artifact bucket.
    pub fn for_artifacts(app: &App, template: Template) -> Self {
        Self::new(app, ARTIFACTS, app.artifact_stack_name(), template)
    }

    /// Returns the request for a stack of the application, tagged as ours.
    pub fn new(app: &App, workflow: &str, stack: String, template: Template) -> Self {
        let mut tags = app.stage.tags.clone();
        tags.insert(
            "deployer:application".to_owned(),
            app.application.name.clone(),
        );
        tags.insert("deployer:stage".to_owned(), app.stage_name.clone());
        tags.insert("deployer:workflow".to_owned(), workflow.to_owned());
        Self {
            workflow: workflow.to_owned(),
            stack,
            template,
            tags,
            protect: app.stage.protect,
            deployment: app.stage.deployment.clone(),
            bucket: app.artifact_bucket(),
            approved: false,
            origin: Origin::default(),
        }
    }

    /// Returns the request as one whose changes the user has seen and agreed to.
    #[must_use]
    pub fn approved(mut self) -> Self {
        self.approved = true;
        self
    }

    /// Returns the request as one that comes from `origin`.
    #[must_use]
    pub fn with_origin(mut self, origin: &Origin) -> Self {
        self.origin = origin.clone();
        self
    }

    /// Returns the request with another template.
    #[must_use]
    pub(crate) fn with_template(&self, template: Template) -> Self {
        Self {
            template,
            ..self.clone()
        }
    }

    /// Returns the request with no resource guarded from deletion; nothing where none is guarded.
    ///
    /// A creation that fails deletes what it made, and could not.
    pub(super) fn unguarded(&self) -> Option<Self> {
        let mut body = self.template.body().clone();
        let mut guards = 0;
        let resources = body.get_mut("Resources").and_then(Value::as_object_mut);
        for (_, resource) in resources.into_iter().flatten() {
            let guard = resource_type(type_of(resource)).and_then(|known| known.guarded_by);
            let properties = resource
                .get_mut("Properties")
                .and_then(Value::as_object_mut);
            if let (Some(guard), Some(properties)) = (guard, properties)
                && let Some(guarded) = properties.get_mut(guard)
                && *guarded == Value::Bool(true)
            {
                *guarded = Value::Bool(false);
                guards += 1;
            }
        }
        (guards > 0).then(|| self.with_template(self.template.with_body(body)))
    }

    /// Returns the request with its origin noted in the template, as that is to follow what is deployed.
    pub(crate) fn with_origin_noted(&self, deployed: Option<Deployed<'_>>) -> Self {
        let body = mark(self.template.body(), &self.tags, deployed, &self.origin);
        self.with_template(self.template.with_body(body))
    }

    pub(super) fn tags(&self) -> Vec<Tag> {
        self.tags
            .iter()
            .map(|(key, value)| Tag::builder().key(key).value(value).build())
            .collect()
    }

    /// Returns the mode to ask for, where it is not CloudFormation's own.
    pub(super) fn mode(&self) -> Option<DeploymentConfig> {
        // Express turns rollback off unless told otherwise, and CloudFormation takes no other
        // rollback setting beside this one.
        (self.deployment.mode == Mode::Express).then(|| {
            DeploymentConfig::builder()
                .mode(DeploymentConfigMode::Express)
                .disable_rollback(false)
                .build()
        })
    }
}

/// What became of a stack.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The workflow, or `artifacts`.
    pub workflow: String,
    /// The stack's name.
    pub stack: String,
    /// `created`, `updated` or `unchanged`.
    pub action: &'static str,
    /// Its outputs.
    pub outputs: Outputs,
}

impl Applied {
    /// Returns what a stack is that nothing was done with.
    pub(crate) fn standing(request: &Request, live: &LiveStack) -> Self {
        Self::new(request, "unchanged", live)
    }

    pub(super) fn new(request: &Request, action: &'static str, live: &LiveStack) -> Self {
        Self {
            workflow: request.workflow.clone(),
            stack: request.stack.clone(),
            action,
            outputs: live.outputs.clone(),
        }
    }
}

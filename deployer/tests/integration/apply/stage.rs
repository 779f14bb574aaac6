//! A stage whose CloudFormation is the fake.

use std::sync::Mutex;

use aws_sdk_cloudformation::types::{DeploymentConfig, DeploymentConfigMode, Tag};
use camino::Utf8PathBuf;
use deployer::aws::Clients;
use deployer::config::{App, Changes, Mode, Span, load};
use deployer::consent::Consent;
use deployer::deploy::apply::{Applied, Applier, Request, bring_up};
use deployer::deploy::link::{Component, Components, Instance, Template, link};
use deployer::error::{Error, Result};
use deployer::event::{Event, Reporter};

use crate::fake_cloudformation::FakeCloudFormation;
use crate::sandbox::Sandbox;

pub(super) const STACK: &str = "durable-dev-orders";

/// A component with a table, a queue and a function; each line of `resources` is one of them.
pub(super) const RESOURCES: &str = "  Table: { Type: AWS::DynamoDB::Table, DeletionPolicy: Delete }
  Queue: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: 1 } }
  Function: { Type: AWS::Lambda::Function, Properties: { MemorySize: 128 } }
";

/// The same without anything that holds data.
pub(super) const WITHOUT_DATA: &str = "  Role: { Type: AWS::IAM::Role }
  Function: { Type: AWS::Lambda::Function, Properties: { MemorySize: 128 } }
";

pub(super) struct Stage {
    pub(super) fake: FakeCloudFormation,
    pub(super) clients: Clients,
    pub(super) request: Request,
    app: App,
    said: Mutex<Vec<String>>,
    _sandbox: Sandbox,
}

impl Reporter for Stage {
    fn report(&self, event: &Event) {
        if let Event::Warning { text } | Event::Note { text } = event {
            self.said.lock().unwrap().push(text.clone());
        }
        if let Event::LeftBehind {
            resource,
            resource_type,
            id,
            ..
        } = event
        {
            let text = format!("{resource} ({resource_type}) stays as `{id}`");
            self.said.lock().unwrap().push(text);
        }
    }
}

impl Stage {
    pub(super) async fn new(resources: &str) -> Self {
        let sandbox = Sandbox::with_copy();
        let root = Utf8PathBuf::from_path_buf(sandbox.project().to_owned()).unwrap();
        let mut app = load(&root, "dev").unwrap();
        app.stage.deployment.changes = Changes::Direct;
        app.stage.deployment.mode = Mode::Standard;
        let fake = FakeCloudFormation::start();
        let clients = Clients::connect(&app, Some(fake.endpoint())).await.unwrap();
        let request = Request::new(&app, "orders", STACK.to_owned(), template(resources));
        let said = Mutex::default();
        Self {
            fake,
            clients,
            request,
            app,
            said,
            _sandbox: sandbox,
        }
    }

    /// Changes how the stage is deployed.
    pub(super) fn deployed(mut self, changes: Changes, mode: Mode, protect: bool) -> Self {
        self.app.stage.deployment.changes = changes;
        self.app.stage.deployment.mode = mode;
        self.app.stage.protect = protect;
        self.wants(self.request.template.clone());
        self
    }

    /// Lets CloudFormation take on a role.
    pub(super) fn with_role(mut self, role: &str) -> Self {
        self.app.stage.deployment.role = Some(role.to_owned());
        self.wants(self.request.template.clone());
        self
    }

    /// Lets alarms roll updates back for so long after them, or no longer.
    pub(super) fn rolled_back_by_alarms(&mut self, watched: Option<Span>) {
        self.app.stage.deployment.rollback_on_failure = watched;
        self.wants(self.request.template.clone());
    }

    /// Wants another template.
    pub(super) fn wants(&mut self, template: Template) {
        self.request = Request::new(&self.app, "orders", STACK.to_owned(), template);
    }

    /// Wants the memory of the function, and the delay of the queue, to be other ones.
    pub(super) fn wants_more(&mut self) {
        let more = RESOURCES.replace("128", "256").replace(": 1 }", ": 2 }");
        self.wants(template(&more));
    }

    pub(super) fn applier<'a>(&'a self, consent: &'a dyn Consent) -> Applier<'a> {
        Applier {
            clients: &self.clients,
            consent,
            reporter: self,
            role: self.app.stage.deployment.role.as_deref(),
        }
    }

    pub(super) async fn up(&self, consent: &dyn Consent) -> Result<Applied> {
        bring_up(&self.applier(consent), &self.request).await
    }

    /// Brings the stack to the wanted state, which must succeed.
    pub(super) async fn ready(&self, consent: &dyn Consent) -> Applied {
        match self.up(consent).await {
            Ok(applied) => applied,
            Err(error) => panic!("{}", whole(&error)),
        }
    }

    /// Creates the stack as another tool would, and waits; `rollback` says what a failure comes to.
    pub(super) async fn create_elsewhere(&self, rollback: bool) {
        self.start_elsewhere(rollback).await;
        self.rest().await;
    }

    pub(super) async fn start_elsewhere(&self, rollback: bool) {
        self.clients
            .cloudformation
            .create_stack()
            .stack_name(STACK)
            .template_body(self.request.template.text())
            .set_tags(Some(self.tags()))
            .enable_termination_protection(self.request.protect)
            .disable_rollback(!rollback)
            .retain_except_on_create(true)
            .send()
            .await
            .unwrap();
    }

    /// Updates the stack to what is wanted as another tool would, and waits.
    pub(super) async fn update_elsewhere(&self, rollback: bool) {
        self.start_update_elsewhere(rollback).await;
        self.rest().await;
    }

    pub(super) async fn start_update_elsewhere(&self, rollback: bool) {
        let call = self.clients.cloudformation.update_stack();
        let call = call
            .stack_name(STACK)
            .template_body(self.request.template.text());
        let call = call.set_tags(Some(self.tags())).disable_rollback(!rollback);
        call.send().await.unwrap();
    }

    pub(super) async fn delete_elsewhere(&self) {
        let call = self.clients.cloudformation.delete_stack();
        call.stack_name(STACK).send().await.unwrap();
    }

    pub(super) async fn rest(&self) {
        for _ in 0..5 {
            let call = self.clients.cloudformation.describe_stacks();
            let _ = call.stack_name(STACK).send().await;
        }
    }

    pub(super) fn tags(&self) -> Vec<Tag> {
        let tags = self.request.tags.iter();
        tags.map(|(key, value)| Tag::builder().key(key).value(value).build())
            .collect()
    }

    pub(super) fn status(&self) -> String {
        self.fake.status(STACK).unwrap_or_else(|| "none".to_owned())
    }

    /// Returns whether a warning or a note has the text.
    pub(super) fn said(&self, text: &str) -> bool {
        let said = self.said.lock().unwrap();
        said.iter().any(|line| line.contains(text))
    }
}

pub(super) fn template(resources: &str) -> Template {
    instance("Main", resources)
}

/// Returns a template of resources whose ids begin with the name of their instance.
pub(super) fn instance(name: &str, resources: &str) -> Template {
    let text = format!("Resources:\n{resources}");
    let component = Component::parse("orders", "templates/orders.yaml", &text).unwrap();
    let components = Components::from_parsed([component]);
    link(&components, &[Instance::new(name, "orders")], "test").unwrap()
}

/// Returns all that an error says.
pub(super) fn whole(error: &Error) -> String {
    let mut lines = vec![error.to_string()];
    lines.extend(
        error
            .causes()
            .into_iter()
            .map(|cause| format!("caused by: {cause}")),
    );
    lines.extend(error.details().iter().cloned());
    lines.extend(error.way_out().map(|hint| format!("hint: {hint}")));
    lines.join("\n")
}

impl Stage {
    /// Updates the stack in Express mode with rollback off, as another tool does by default, and waits.
    pub(super) async fn update_express_without_rollback(&self) {
        let mode = DeploymentConfig::builder().mode(DeploymentConfigMode::Express);
        let call = self.clients.cloudformation.update_stack();
        let call = call
            .stack_name(STACK)
            .template_body(self.request.template.text());
        let call = call
            .set_tags(Some(self.tags()))
            .deployment_config(mode.build());
        call.send().await.unwrap();
        self.rest().await;
    }

    /// Tries to delete the stack, which its protection must refuse.
    pub(super) async fn delete_refused(&self) {
        let call = self.clients.cloudformation.delete_stack();
        call.stack_name(STACK).send().await.unwrap_err();
    }
}

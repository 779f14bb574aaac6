//! Which components a workflow is made of, and what their parameters stand for.

use std::collections::BTreeMap;

use messages::Envelope;
use serde_json::json;

use super::asking;
use super::component::Components;
use super::instance::{Binding, Instance};
use super::linker::link;
use super::modeling;
use super::template::Template;
use super::wiring::{
    ORCHESTRATOR, constant_case, with_access, with_environment, with_table, with_variable,
};
use crate::config::{
    App, Architecture, Intake, MOST_STARTS, Memory, Runtime, Span, Table, Target, Workflow,
};
use crate::error::Result;
use crate::stack::pascal_case;

/// Where the zips of the functions are: the bucket, and each function's key in it.
#[derive(Debug, Clone)]
pub struct Published {
    /// The artifact bucket.
    pub bucket: String,
    /// The key of each function's zip.
    pub keys: BTreeMap<String, String>,
}

impl Published {
    /// Returns keys for templates that nothing is deployed from.
    pub fn placeholder(app: &App) -> Self {
        let workflows: Vec<String> = app.application.workflows.keys().cloned().collect();
        let keys = app
            .functions(&workflows)
            .into_keys()
            .map(|name| (name.clone(), format!("functions/{name}/not-built.zip")));
        Self {
            bucket: app.artifact_bucket(),
            keys: keys.collect(),
        }
    }

    fn key(&self, function: &str) -> String {
        self.keys.get(function).cloned().unwrap_or_default()
    }
}

const ALARM_TOPIC: &str = "AlarmTopic";
const IDEMPOTENCY: &str = "Idempotency";
const INTAKE: &str = "Intake";

/// The variable by which a managed runtime is told to start another program in its place, and the binary of a
/// zip, which is that program.
///
/// Source: "Modifying the runtime environment" in the AWS Lambda Developer Guide; that it makes Rust durable on a
/// managed runtime is known from its users only.
const EXEC_WRAPPER: &str = "AWS_LAMBDA_EXEC_WRAPPER";
const WRAPPER: &str = "/var/task/bootstrap";

/// Returns the template of the artifact bucket's stack.
pub fn artifact_template(app: &App, components: &Components) -> Result<Template> {
    let bucket = Instance::new("Artifacts", "artifacts").set("BucketName", app.artifact_bucket());
    link(
        components,
        &[bucket],
        &format!(
            "{}: artifacts of stage {}",
            app.application.name, app.stage_name
        ),
    )
}

/// Returns the template of a workflow's stack.
pub fn link_workflow(
    app: &App,
    components: &Components,
    name: &str,
    published: &Published,
) -> Result<Template> {
    let workflow = app.workflow(name)?;
    let assembly = Assembly {
        app,
        name,
        workflow,
        published,
    };
    let template = link(
        components,
        &assembly.instances(),
        &format!("{}: {name}, stage {}", app.application.name, app.stage_name),
    )?;
    Ok(match &app.stage.deployment.permissions_boundary {
        Some(boundary) => {
            let boundary = boundary.as_str().into();
            template.with_property("AWS::IAM::Role", "PermissionsBoundary", &boundary)
        }
        None => template,
    })
}

struct Assembly<'a> {
    app: &'a App,
    name: &'a str,
    workflow: &'a Workflow,
    published: &'a Published,
}

impl Assembly<'_> {
    fn instances(&self) -> Vec<Instance> {
        let mut instances = Vec::new();
        for (name, table) in &self.workflow.tables {
            instances.push(self.table(&pascal_case(name), table));
        }
        let mut access = Vec::new();
        let mut orchestrator = self.orchestrator();
        for (name, table) in &self.workflow.tables {
            if !self.is_contacts(name) {
                orchestrator = with_table(orchestrator, name, Some(table), &mut access);
            }
        }
        for name in self.workflow.workers.keys() {
            let worker = pascal_case(name);
            let variable = format!("{}_FUNCTION", constant_case(name));
            orchestrator = with_variable(
                orchestrator,
                &variable,
                Binding::output(&worker, "AliasArn"),
            );
            orchestrator = with_access(orchestrator, invoke_access(&worker), &mut access);
        }
        if let Some(questions) = &self.workflow.questions {
            let (function, memory) = (&questions.function, questions.memory);
            let page = self.function(
                asking::ANSWERS,
                "function",
                function,
                memory,
                questions.timeout,
            );
            instances.extend(asking::answers(page, questions));
            orchestrator = asking::asks(orchestrator, questions, &mut access);
        }
        orchestrator = modeling::scores(orchestrator, self.workflow, &mut access);
        instances.push(orchestrator);
        instances.extend(self.workers(&mut access));
        if let Some(intake) = &self.workflow.intake {
            instances.push(idempotency_table());
            instances.push(self.intake(intake));
        }
        instances.extend(access);
        if self.app.stage.alarms {
            instances.extend(self.alarms());
        }
        instances
    }

    /// The orchestrator only reads contacts, by a policy of its own.
    fn is_contacts(&self, table: &str) -> bool {
        let questions = self.workflow.questions.as_ref();
        questions.is_some_and(|questions| questions.contacts == table)
    }

    fn orchestrator(&self) -> Instance {
        let orchestrator = &self.workflow.orchestrator;
        let mut instance = self
            .function(
                ORCHESTRATOR,
                "durable-function",
                &orchestrator.function,
                orchestrator.memory,
                orchestrator.timeout,
            )
            .set(
                "Runtime",
                serde_json::to_value(orchestrator.runtime).unwrap_or_default(),
            )
            .set("ExecutionTimeout", orchestrator.execution_timeout.seconds())
            .set(
                "RetentionPeriodInDays",
                orchestrator.retention.whole_days().unwrap_or_default(),
            );
        if orchestrator.runtime != Runtime::ProvidedAl2023 {
            instance = with_variable(instance, EXEC_WRAPPER, Binding::literal(WRAPPER.to_owned()));
        }
        let longest_wait = Binding::literal(orchestrator.longest_wait.seconds().to_string());
        with_environment(
            with_variable(instance, "LONGEST_WAIT_SECONDS", longest_wait),
            &orchestrator.environment,
        )
    }

    fn workers(&self, access: &mut Vec<Instance>) -> Vec<Instance> {
        let mut instances = Vec::new();
        for (name, worker) in &self.workflow.workers {
            let instance_name = pascal_case(name);
            let mut instance = self.function(
                &instance_name,
                "function",
                name,
                worker.memory,
                worker.timeout,
            );
            instance = with_environment(instance, &worker.environment);
            for table in &worker.tables {
                let found = self.workflow.tables.get(table);
                instance = with_table(instance, table, found, access);
            }
            instances.push(instance);
        }
        instances
    }

    fn intake(&self, intake: &Intake) -> Instance {
        let instance = self
            .function(
                INTAKE,
                "queue-intake",
                &intake.function,
                intake.memory,
                intake.timeout,
            )
            .bind(
                "OrchestratorAliasArn",
                Binding::output(ORCHESTRATOR, "AliasArn"),
            )
            .set(
                "ExecutionName",
                intake
                    .execution_name
                    .replace("{stage}", &self.app.stage_name),
            )
            .bind(
                "IdempotencyTableName",
                Binding::output(IDEMPOTENCY, "TableName"),
            )
            .bind(
                "IdempotencyTableArn",
                Binding::output(IDEMPOTENCY, "TableArn"),
            )
            .set("IdempotencyWindow", intake.idempotency_window.seconds())
            .set("BatchSize", intake.batch_size)
            .set("BatchingWindow", intake.batching_window.seconds())
            .set("MaxConcurrency", intake.max_concurrency)
            .set("MaxReceiveCount", intake.max_receive_count)
            .set("StartIntervalMillis", start_interval(self.app, intake))
            .set("VisibilityTimeout", intake.visibility().seconds())
            .set("MessageRetention", intake.message_retention.seconds())
            .set(
                "DeadLetterRetention",
                intake.dead_letter_retention.seconds(),
            );
        with_envelope(instance, intake.envelope)
    }

    fn function(
        &self,
        instance: &str,
        component: &str,
        function: &str,
        memory: Memory,
        timeout: Span,
    ) -> Instance {
        Instance::new(instance, component)
            .set("CodeBucket", self.published.bucket.clone())
            .set("CodeKey", self.published.key(function))
            .set("Architecture", architecture(self.app))
            .set("MemorySize", memory.megabytes())
            .set("Timeout", timeout.seconds())
            .set("LogGroupName", self.app.log_group(self.name, function))
            .set(
                "LogRetentionInDays",
                self.app
                    .stage
                    .log_retention
                    .whole_days()
                    .unwrap_or_default(),
            )
            .set(
                "LogLevel",
                serde_json::to_value(self.app.stage.log_level).unwrap_or_default(),
            )
    }

    fn table(&self, instance: &str, table: &Table) -> Instance {
        let key_type = |key| serde_json::to_value(key).unwrap_or_default();
        let bound = Instance::new(instance, "table")
            .set("PartitionKey", table.partition_key.clone())
            .set("PartitionKeyType", key_type(table.partition_key_type))
            .set("SortKey", table.sort_key.clone().unwrap_or_default())
            .set("SortKeyType", key_type(table.sort_key_type))
            .set("TimeToLive", table.time_to_live.clone().unwrap_or_default())
            .set("Protect", self.app.stage.protect.to_string());
        let bound = match &table.index {
            Some(index) => bound
                .set("IndexName", index.name())
                .set("IndexPartitionKey", index.partition_key.clone())
                .set("IndexSortKey", index.sort_key.clone()),
            None => bound,
        };
        if self.app.stage.protect {
            return bound.overlay(&["Table", "DeletionPolicy"], Binding::literal("Retain"));
        }
        bound
    }

    fn alarms(&self) -> Vec<Instance> {
        let stage = &self.app.stage;
        let mut instances = Vec::new();
        let topic = match (&stage.alarm_topic, &stage.alarm_email) {
            (Some(topic), _) => Binding::literal(topic.clone()),
            (None, Some(email)) => {
                instances
                    .push(Instance::new(ALARM_TOPIC, "alarm-topic").set("Email", email.clone()));
                Binding::output(ALARM_TOPIC, "TopicArn")
            }
            (None, None) => Binding::literal(""),
        };
        instances.push(
            Instance::new("Alarm", "alarms")
                .bind(
                    "OrchestratorName",
                    Binding::output(ORCHESTRATOR, "FunctionName"),
                )
                .bind(
                    "FailureQueueName",
                    Binding::output(ORCHESTRATOR, "FailureQueueName"),
                )
                .bind(
                    "FailureRuleName",
                    Binding::output(ORCHESTRATOR, "FailureRuleName"),
                )
                .bind("Topic", topic.clone()),
        );
        let intake = self.workflow.intake.as_ref().map(|_| INTAKE.to_owned());
        let workers = self.workflow.workers.keys().map(|name| pascal_case(name));
        let answers = self
            .workflow
            .questions
            .as_ref()
            .map(|_| asking::ANSWERS.to_owned());
        for function in [ORCHESTRATOR.to_owned()]
            .into_iter()
            .chain(intake)
            .chain(answers)
            .chain(workers)
        {
            let alarm = Instance::new(format!("{function}Alarm"), "function-alarms")
                .bind("FunctionName", Binding::output(function, "FunctionName"));
            instances.push(alarm.bind("Topic", topic.clone()));
        }
        if self.workflow.intake.is_some() {
            instances.push(
                Instance::new("IntakeQueueAlarm", "intake-alarms")
                    .bind("QueueName", Binding::output(INTAKE, "QueueName"))
                    .bind(
                        "DeadLetterQueueName",
                        Binding::output(INTAKE, "DeadLetterQueueName"),
                    )
                    .bind("Topic", topic),
            );
        }
        instances
    }
}

fn idempotency_table() -> Instance {
    let records = json!({ "checkov": { "skip": [{
        "id": "CKV_AWS_28",
        "comment": "its records are made again with the next message, and expire",
    }] } });
    // The names are Powertools': its records can be read with its tools.
    Instance::new(IDEMPOTENCY, "table")
        .set("PartitionKey", "id")
        .set("PartitionKeyType", "S")
        .set("TimeToLive", "expiration")
        .set("Recoverable", "false")
        .overlay(&["Table", "Metadata"], Binding::literal(records))
}

/// What is not said leaves the function as it was before it could be said.
fn with_envelope(instance: Instance, envelope: Envelope) -> Instance {
    if envelope == Envelope::None {
        return instance;
    }
    with_variable(instance, "ENVELOPE", Binding::literal(envelope.as_str()))
}

fn invoke_access(worker: &str) -> Instance {
    let name = format!("{ORCHESTRATOR}Invokes{worker}");
    Instance::new(&name, "invoke-access")
        .set("Name", name.clone())
        .bind("RoleName", Binding::output(ORCHESTRATOR, "RoleName"))
        .bind("AliasArn", Binding::output(worker, "AliasArn"))
}

fn architecture(app: &App) -> &'static str {
    // The local target runs the host's own binaries, so only Lambda is told what was configured.
    let configured = match app.stage.target {
        Target::Aws => app.stage.architecture,
        Target::Local if cfg!(target_arch = "aarch64") => Architecture::Arm64,
        Target::Local => Architecture::X86_64,
    };
    match configured {
        Architecture::Arm64 => "arm64",
        Architecture::X86_64 => "x86_64",
    }
}

/// Returns the least time between two starts of one instance of an intermediary, in milliseconds: so many instances
/// start executions at the same time as batches are handled.
fn start_interval(app: &App, intake: &Intake) -> u64 {
    let shared = || {
        let workflows = app.application.workflows.values();
        let intakes = workflows
            .filter(|workflow| workflow.intake.is_some())
            .count();
        let intakes = u32::try_from(intakes).unwrap_or(u32::MAX).max(1);
        (MOST_STARTS * 2 / 3 / intakes).max(1)
    };
    let rate = match (intake.starts_per_second, app.stage.target) {
        (Some(rate), _) => rate.max(1),
        (None, Target::Aws) => shared(),
        (None, Target::Local) => return 0,
    };
    (u64::from(intake.max_concurrency) * 1_000).div_ceil(rate.into())
}

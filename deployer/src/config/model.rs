//! What `config/app.yaml` and the files in `config/stages/` say, as types.

use std::collections::BTreeMap;

use messages::Envelope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::agent::{Model, Scorer};
use super::deployment::Deployment;
use super::table::Table;
use super::units::{Memory, Span};

/// What the application is: `config/app.yaml`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The name of the application; the first part of every stack's name.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]{0,23}$"))]
    pub name: String,
    /// The workflows by name.
    pub workflows: BTreeMap<String, Workflow>,
}

/// Where and how a stage runs: `config/stages/<stage>.yaml`, without its overrides of workflows.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Where the stage lives.
    pub target: Target,
    /// The AWS account that the stage belongs to; credentials of another one are refused.
    #[serde(default)]
    #[schemars(regex(pattern = "^[0-9]{12}$"))]
    pub account: Option<String>,
    /// The AWS region.
    pub region: String,
    /// Another endpoint for every AWS service, such as an emulator that is run by hand.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Settings of the local target.
    pub local: Local,
    /// The architecture of the functions.
    pub architecture: Architecture,
    /// The cargo profile that the functions are built with.
    pub build_profile: String,
    /// Whether the stage is protected: termination protection, retained tables, typed confirmation.
    pub protect: bool,
    /// How changes reach the stage's stacks.
    pub deployment: Deployment,
    /// How long the logs of functions are kept; one of the lengths that CloudWatch offers.
    pub log_retention: Span,
    /// The lowest level of log lines that functions write.
    pub log_level: LogLevel,
    /// Whether the workflows have alarms.
    pub alarms: bool,
    /// The ARN of the SNS topic that alarms notify.
    #[serde(default)]
    pub alarm_topic: Option<String>,
    /// The e-mail address that alarms notify, where no topic is named; each workflow's stack makes a
    /// topic for it, and SNS asks the address to confirm each.
    #[serde(default)]
    pub alarm_email: Option<String>,
    /// Tags of every stack and its resources, beside the deployer's own.
    pub tags: BTreeMap<String, String>,
}

/// Where a stage lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// On this machine.
    Local,
    /// In an AWS account.
    Aws,
}

/// Settings of the local target.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Local {
    /// The port on 127.0.0.1; 0 takes any free one. `DEPLOYER_LOCAL_PORT` wins over it.
    pub port: u16,
    /// Whether functions may do only what their roles allow, as on AWS. Holds from the next start of the local
    /// target on.
    pub enforce_iam: bool,
}

/// The instruction set of Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// AWS Graviton.
    Arm64,
    /// 64-bit x86.
    #[serde(rename = "x86_64")]
    X86_64,
}

/// The lowest level of log lines that a function writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[expect(
    missing_docs,
    reason = "the levels are Lambda's own, and say what they are"
)]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

/// An orchestrator with its intake, workers and tables; one stack a stage.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// The durable function.
    pub orchestrator: Orchestrator,
    /// How messages become executions; without it, executions are started by other means.
    #[serde(default)]
    pub intake: Option<Intake>,
    /// Ordinary functions that the orchestrator invokes, by the name of the function.
    #[serde(default)]
    pub workers: BTreeMap<String, Worker>,
    /// DynamoDB tables by name.
    #[serde(default)]
    pub tables: BTreeMap<String, Table>,
    /// How people are asked, and answer; without it the workflow writes to nobody.
    #[serde(default)]
    pub questions: Option<Questions>,
    /// Who scores; the orchestrator reads it as `SCORER`.
    #[serde(default)]
    pub scorer: Scorer,
    /// The model that the orchestrator may call; without it, it may call none.
    #[serde(default)]
    pub model: Option<Model>,
}

/// How a workflow asks people.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// The folder in `functions/` of the function behind the links.
    pub function: String,
    /// The memory of that function.
    pub memory: Memory,
    /// The time for one request to it.
    pub timeout: Span,
    /// How many requests it serves at once; the others are refused. Lambda takes it from what the account's functions
    /// share, so an account that may run few at once cannot spare any; by default nothing is taken.
    #[serde(default)]
    pub concurrency: Option<u32>,
    /// The ways that questions go.
    pub channels: Vec<Channel>,
    /// The table of the workflow with the contacts, whose partition key is `contact_id`.
    pub contacts: String,
    /// The address that e-mails come from, which SES has verified, or whose domain it has.
    #[serde(default)]
    pub email_sender: Option<String>,
    /// The configuration set of SES, which hears of bounces and complaints.
    #[serde(default)]
    pub email_configuration_set: Option<String>,
    /// Who texts come from, in countries that know such ids: 1 to 11 letters and digits.
    #[serde(default)]
    pub sms_sender_id: Option<String>,
    /// After which time whoever did not answer is reminded; by default never.
    #[serde(default)]
    pub remind_after: Option<Span>,
    /// What whoever answers has to know besides having the link; the contact's `identity` has it. By default nothing.
    #[serde(default)]
    pub identity: Option<Identity>,
}

/// What somebody knows besides having a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// The last four digits of a card.
    CardDigits,
}

impl Identity {
    /// Returns the name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CardDigits => "card-digits",
        }
    }
}

/// A way that questions go.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Text messages, by Amazon SNS.
    Sms,
    /// E-mails, by Amazon SES.
    Email,
}

impl Channel {
    /// Returns the name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
        }
    }
}

/// The durable function of a workflow.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Orchestrator {
    /// The folder in `functions/`.
    pub function: String,
    /// What Lambda starts the binary with: choose another where a region refuses this one for durable functions.
    pub runtime: Runtime,
    /// The memory of one invocation.
    pub memory: Memory,
    /// The time for one active phase, from an invocation to the next suspension.
    pub timeout: Span,
    /// The time for the whole execution, waits included.
    pub execution_timeout: Span,
    /// How long an execution's name stays taken and its history readable, after it ended.
    pub retention: Span,
    /// The longest wait in the code; the function reads it as `LONGEST_WAIT_SECONDS`.
    pub longest_wait: Span,
    /// Further environment variables.
    pub environment: BTreeMap<String, String>,
}

/// What Lambda starts an orchestrator's binary with. All have the C library that the binary is built for.
///
/// AWS lists the managed runtimes as those of durable functions, and tests its own Rust SDK on the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Runtime {
    /// Amazon Linux 2023, which starts the binary itself.
    #[serde(rename = "provided.al2023")]
    ProvidedAl2023,
    /// Node.js 22 on Amazon Linux 2023, which the binary replaces at its start.
    #[serde(rename = "nodejs22.x")]
    Nodejs22,
    /// Node.js 24 on Amazon Linux 2023, which the binary replaces at its start.
    #[serde(rename = "nodejs24.x")]
    Nodejs24,
    /// Python 3.13 on Amazon Linux 2023, which the binary replaces at its start.
    #[serde(rename = "python3.13")]
    Python313,
    /// Python 3.14 on Amazon Linux 2023, which the binary replaces at its start.
    #[serde(rename = "python3.14")]
    Python314,
}

/// How many durable executions an account may start a second.
///
/// Source: "Lambda quotas" in the AWS Lambda Developer Guide.
pub const MOST_STARTS: u32 = 300;

/// How messages become executions.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// The folder in `functions/` of the intermediary.
    pub function: String,
    /// What the messages come in, which is taken off before anything else: none, sns (without raw message delivery),
    /// eventbridge or s3 (the message is its one record).
    #[serde(default)]
    #[schemars(with = "String", extend("enum" = Envelope::ALL.map(Envelope::as_str)))]
    pub envelope: Envelope,
    /// The execution's name, from `{stage}` and fields of the message.
    pub execution_name: String,
    /// The memory of the intermediary.
    pub memory: Memory,
    /// The time for one batch.
    pub timeout: Span,
    /// The most messages in one batch.
    pub batch_size: u32,
    /// How long a batch may wait to be filled.
    pub batching_window: Span,
    /// How often a message is tried before it goes to the dead-letter queue.
    pub max_receive_count: u32,
    /// The most batches at the same time.
    pub max_concurrency: u32,
    /// How many executions are started a second at the most, by all batches; by default the stage's workflows share
    /// two thirds of what an account may start. On the local target there is no limit by default.
    #[serde(default)]
    pub starts_per_second: Option<u32>,
    /// How long a received message stays hidden; by default six timeouts and the batching window.
    #[serde(default)]
    pub visibility_timeout: Option<Span>,
    /// How long the queue keeps a message.
    pub message_retention: Span,
    /// How long the dead-letter queue keeps a message, counted from its first sending.
    pub dead_letter_retention: Span,
    /// How long a duplicate is recognized.
    pub idempotency_window: Span,
}

impl Intake {
    /// Returns how long a received message stays hidden.
    pub fn visibility(&self) -> Span {
        self.visibility_timeout.unwrap_or_else(|| {
            Span::from_seconds(
                self.timeout
                    .seconds()
                    .saturating_mul(6)
                    .saturating_add(self.batching_window.seconds()),
            )
        })
    }
}

/// An ordinary function that the orchestrator invokes. Its name is its folder in `functions/`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    /// The memory of one invocation.
    pub memory: Memory,
    /// The time for one invocation.
    pub timeout: Span,
    /// Further environment variables.
    pub environment: BTreeMap<String, String>,
    /// The tables of the workflow that it reads and writes.
    pub tables: Vec<String>,
}

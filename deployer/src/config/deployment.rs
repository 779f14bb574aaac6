//! How changes reach the stacks of a stage, as its file says it under `deployment`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::{Share, Span};

/// How changes reach the stacks of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// Whether a change set is made, and shown, before it is executed.
    pub changes: Changes,
    /// When CloudFormation takes a resource for complete.
    pub mode: Mode,
    /// The role that CloudFormation takes on, as an ARN; without it CloudFormation acts for the caller.
    #[serde(default)]
    #[schemars(regex(pattern = "^arn:[a-z-]+:iam::[0-9]{12}:role/"))]
    pub role: Option<String>,
    /// The policy that limits every role of the application, as an ARN.
    #[serde(default)]
    #[schemars(regex(pattern = "^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/"))]
    pub permissions_boundary: Option<String>,
    /// What `up` does with changed code that would not replay the executions there are.
    pub replay_check: ReplayCheck,
    /// What `up --smoke` does where the smoke test fails.
    pub failed_smoke_test: FailedSmokeTest,
    /// What `up --drain` does with executions that go on.
    pub drain: DrainBy,
    /// For how long after an update CloudFormation watches the alarms of failures, and rolls it back where one tells
    /// of some; whole minutes, at most 3 hours. Not in the mode `express`.
    #[serde(default)]
    pub rollback_on_failure: Option<Span>,
    /// How new executions reach a new version; without it all of them do at once.
    #[serde(default)]
    pub traffic: Option<Traffic>,
}

/// What `up --drain` does with executions that go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DrainBy {
    /// It waits until they have ended.
    Wait,
    /// It pauses them, and lets them go on after the change. Those that a person paused stay paused.
    Pause,
}

/// How new executions reach a new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// The share that is added with every step.
    pub step: Share,
    /// How long a step is watched; a new version that fails more often than the one before goes back.
    pub every: Span,
    /// What else is watched, beside the executions of the new version.
    #[serde(default)]
    pub watch: Option<WatchedToo>,
}

/// What is watched while a new version comes, beside its executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WatchedToo {
    /// The alarms of the stack: one that goes off takes the new version back.
    Alarms,
}

/// What `up --smoke` does where the smoke test fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailedSmokeTest {
    /// What was deployed stays.
    Keep,
    /// New executions of the workflows that failed start on the version before.
    RollBack,
}

/// What `up` does with code that would not replay the executions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReplayCheck {
    /// It does not look.
    Skip,
    /// It says which, and goes on: they stay on their version.
    Report,
    /// It stops before anything changes.
    Require,
}

/// Whether changes are looked at before they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Changes {
    /// The stack is created or updated in one call.
    Direct,
    /// A change set is made first; a protected stage asks before it is executed.
    ChangeSet,
}

/// When CloudFormation takes a resource for complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// As soon as its service took the request; the deployer then waits until everything is ready.
    Express,
    /// When it is ready.
    Standard,
}

//! A plan as data. Names of fields and tags are a promise; texts are not.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::in_flight::InFlight;

/// What `up` would do to a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The stage.
    pub stage: String,
    /// The account it belongs to.
    pub account: String,
    /// The region it lives in.
    pub region: String,
    /// How much there is to do, over all stacks.
    pub summary: Summary,
    /// The stacks, in the order in which they are applied.
    pub stacks: Vec<StackPlan>,
}

impl Plan {
    /// Returns the plan of a stage's stacks.
    pub fn new(stage: &str, account: &str, region: &str, stacks: Vec<StackPlan>) -> Self {
        Self {
            stage: stage.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            summary: Summary::of(&stacks),
            stacks,
        }
    }

    /// Returns whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.stacks
            .iter()
            .all(|stack| stack.action == StackAction::Unchanged)
    }

    /// Returns whether it changes a stack that is there.
    pub fn changes(&self, stack: &str) -> bool {
        let mut stacks = self.stacks.iter();
        stacks.any(|each| each.stack == stack && each.action != StackAction::Unchanged)
    }

    /// Returns the resources that it would replace and that CloudFormation refuses to.
    pub fn refused(&self) -> impl Iterator<Item = (&str, &str)> {
        let warnings = self.stacks.iter().flat_map(|stack| &stack.warnings);
        warnings.filter_map(|warning| match warning {
            Warning::CannotBeReplaced { resource, name, .. } => {
                Some((resource.as_str(), name.as_str()))
            }
            _ => None,
        })
    }

    /// Returns whether it takes away what executions in flight may still need.
    pub fn breaks_executions(&self) -> bool {
        let mut warnings = self.stacks.iter().flat_map(|stack| &stack.warnings);
        warnings.any(|warning| matches!(warning, Warning::InFlightMayNeed { .. }))
    }

    /// Returns whether it brings back what a rollback took away.
    pub fn undoes_rollback(&self) -> bool {
        let mut warnings = self.stacks.iter().flat_map(|stack| &stack.warnings);
        warnings.any(|warning| matches!(warning, Warning::ReturnsToLeftVersion { .. }))
    }

    /// Returns what becomes of the executions that go on meanwhile, a text each.
    pub fn in_flight(&self) -> Vec<String> {
        let told = self.stacks.iter().map(|stack| {
            let lines = stack.in_flight.iter().flat_map(InFlight::lines);
            let lines = lines.chain(stack.kept_line());
            lines.map(|line| format!("{}: {line}", stack.workflow))
        });
        told.flatten().collect()
    }

    /// Returns whether it takes data away, or leaves data behind where the application does not look.
    pub fn loses_data(&self) -> bool {
        self.stacks
            .iter()
            .flat_map(|stack| &stack.warnings)
            .any(|warning| matches!(warning, Warning::LosesData { .. }))
    }
}

/// How much there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Resources that are new.
    pub added: usize,
    /// Resources that are updated in place.
    pub changed: usize,
    /// Resources that are replaced, or may be.
    pub replaced: usize,
    /// Resources that are deleted.
    pub removed: usize,
    /// Resources that leave the stack and stay in the account.
    pub kept: usize,
    /// Tags, outputs and protections of stacks that differ.
    pub settings: usize,
    /// What is to be considered before this is applied.
    pub warnings: usize,
}

impl Summary {
    fn of(stacks: &[StackPlan]) -> Self {
        let mut summary = Self::default();
        for stack in stacks {
            summary.settings += stack.settings.len();
            summary.warnings += stack.warnings.len();
            for resource in &stack.resources {
                *match resource.action {
                    Action::Added => &mut summary.added,
                    Action::Changed => &mut summary.changed,
                    Action::Replaced | Action::MayBeReplaced => &mut summary.replaced,
                    Action::Removed => &mut summary.removed,
                    Action::Kept => &mut summary.kept,
                } += 1;
            }
        }
        summary
    }
}

/// What `up` would do to one stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StackPlan {
    /// The workflow, or `artifacts`.
    pub workflow: String,
    /// The stack's name.
    pub stack: String,
    /// What is done with the stack as a whole.
    pub action: StackAction,
    /// CloudFormation's state of the live stack, where there is one.
    pub status: Option<String>,
    /// The resources that something happens to, by logical id.
    pub resources: Vec<ResourcePlan>,
    /// What differs beside the resources: tags, outputs, termination protection.
    pub settings: Vec<PropertyChange>,
    /// What is to be considered before this is applied.
    pub warnings: Vec<Warning>,
    /// The resources that the configuration names no more and that stay for executions in flight, with the last
    /// version that may need each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<String, u64>,
    /// The executions that go on meanwhile; nothing for a stack that is new, unchanged, or has no orchestrator.
    #[serde(default)]
    pub in_flight: Option<InFlight>,
}

impl StackPlan {
    /// Says what stays for executions in flight; nothing where nothing does.
    pub fn kept_line(&self) -> Option<String> {
        let version = self.kept.values().max()?;
        let ids: Vec<&str> = self.kept.keys().map(String::as_str).collect();
        Some(format!(
            "for executions up to version {version} these stay until they have ended, and go with the next `up` after that: {}",
            ids.join(", ")
        ))
    }
}

/// What is done with a stack as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StackAction {
    /// There is none: it is created.
    Create,
    /// It is updated.
    Update,
    /// It is as it is to be.
    Unchanged,
    /// It is in a state that `up` first leads it out of.
    Recover,
}

/// What happens to one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourcePlan {
    /// The logical id.
    pub id: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happens to it.
    pub action: Action,
    /// Why, where the action alone does not say it.
    pub reason: Option<String>,
    /// What differs; empty for a resource that comes or goes as a whole.
    pub properties: Vec<PropertyChange>,
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is created.
    Added,
    /// It is updated in place.
    Changed,
    /// Another one takes its place.
    Replaced,
    /// Another one takes its place, or it is updated; only AWS knows.
    MayBeReplaced,
    /// It is deleted.
    Removed,
    /// It leaves the stack and stays in the account.
    Kept,
}

/// One value that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertyChange {
    /// Where it stands, such as `Environment.Variables.LOG_LEVEL` or `Statement[Logs].Action`.
    pub path: String,
    /// What it is; nothing where it is new.
    pub before: Option<Value>,
    /// What it is to be; nothing where it goes.
    pub after: Option<Value>,
    /// Whether the resource is replaced for it.
    pub replacement: Replacement,
    /// The resource that it only follows, because that one is another one afterwards.
    pub follows: Option<String>,
}

/// Whether a resource is replaced for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replacement {
    /// The change is made in place.
    Never,
    /// It depends on more than the template says.
    Possible,
    /// The property can only be set when the resource is created.
    Certain,
}

/// What is to be considered before a plan is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "warning",
    rename_all = "kebab-case",
    rename_all_fields = "snake_case"
)]
pub enum Warning {
    /// What a resource holds is deleted, or stays where the application does not look any more.
    LosesData {
        /// The resource.
        resource: String,
        /// Its type.
        #[serde(rename = "type")]
        kind: String,
        /// How it is lost.
        loss: Loss,
        /// How many items or messages it holds, roughly; nothing where that is not known.
        holds: Option<u64>,
    },
    /// A resource would be replaced and keep its name, which CloudFormation refuses.
    CannotBeReplaced {
        /// The resource.
        resource: String,
        /// Its type.
        #[serde(rename = "type")]
        kind: String,
        /// The name that it has, and is to keep.
        name: String,
    },
    /// Somebody may do more than before.
    WidensPermissions {
        /// The resource that grants it.
        resource: String,
        /// What is granted, one grant a text.
        grants: Vec<String>,
    },
    /// What executions in flight may still need goes, or is replaced.
    InFlightMayNeed {
        /// The resource.
        resource: String,
        /// Its type.
        #[serde(rename = "type")]
        kind: String,
        /// How many executions are in flight, or were counted.
        executions: usize,
    },
    /// New executions would start again on a version that a rollback left.
    ReturnsToLeftVersion {
        /// The version.
        resource: String,
    },
    /// A durable function becomes an ordinary one, or the reverse, which takes another function.
    TogglesDurability {
        /// The function.
        resource: String,
        /// Whether it becomes durable.
        becomes_durable: bool,
        /// How many executions are running on it; nothing where that is not known.
        running_executions: Option<u64>,
    },
}

/// How data is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// The resource is deleted, and nothing takes its place.
    Deleted,
    /// The resource is deleted, and an empty one takes its place.
    ReplacedByEmpty,
    /// The resource stays in the account, and an empty one takes its place.
    LeftBehind,
}

//! The live stacks, and how much would be lost with what they hold. Only reads.

use serde_json::json;

use super::difference::{Live, Wanted, difference};
use super::meet::meet;
use super::model::{StackAction, StackPlan, Warning};
use crate::aws::{
    Clients, Messages, Unfinished, count_unfinished, messages, unfinished_executions,
};
use crate::deploy::apply::Request;
use crate::deploy::rollback::returns_to;
use crate::error::Result;
use crate::hash::hexadecimal;
use crate::resources::{QUEUE, TABLE};
use crate::stack::{Deployed, Standing, deployed_template, describe, resources, standing};

/// Returns the live stack, if there is one.
pub async fn read(clients: &Clients, stack: &str) -> Result<Option<Live>> {
    let Some(live) = describe(clients, stack).await? else {
        return Ok(None);
    };
    let standing = standing(Some(&live.status));
    if standing == Standing::Absent {
        return Ok(None);
    }
    let template = match standing {
        // Nothing of it came to be, or what did is deleted first: all is created anew.
        Standing::Reviewed | Standing::NeverCompleted => json!({}),
        _ => deployed_template(clients, stack).await?,
    };
    Ok(Some(Live {
        id: live.id,
        status: live.status.as_str().to_owned(),
        stuck: standing != Standing::Ready,
        template,
        orchestrator: live.outputs.orchestrator().map(str::to_owned),
        alias: live.outputs.orchestrator_alias_name().map(str::to_owned),
        tags: live.tags,
        protected: live.protected,
    }))
}

impl Live {
    /// Returns what tells this state of the stack from every other one.
    pub fn fingerprint(&self) -> String {
        let document = json!({
            "id": self.id,
            "status": self.status,
            "template": self.template,
            "tags": self.tags,
            "protected": self.protected,
        });
        hexadecimal(document.to_string().as_bytes())
    }
}

/// Returns what has to happen for a stack, with the counts of what would be lost, and of the executions in flight where
/// nobody has counted them.
pub async fn plan_stack(
    clients: &Clients,
    live: Option<&Live>,
    request: &Request,
    unfinished: Option<&Unfinished>,
) -> Result<StackPlan> {
    let request = request.with_origin_noted(live.map(|live| Deployed {
        template: &live.template,
        tags: &live.tags,
    }));
    let mut plan = difference(
        live,
        &Wanted {
            workflow: &request.workflow,
            stack: &request.stack,
            template: request.template.body(),
            tags: &request.tags,
            protect: request.protect,
        },
    );
    if plan.action != StackAction::Create && !plan.warnings.is_empty() {
        count(clients, &mut plan).await?;
    }
    let wanted = request.template.body();
    if let Some(left) = live.and_then(|live| returns_to(&live.template, wanted)) {
        plan.warnings.push(Warning::ReturnsToLeftVersion {
            resource: left.to_owned(),
        });
    }
    let function = live.and_then(|live| live.orchestrator.as_ref());
    let is_changed = matches!(plan.action, StackAction::Update | StackAction::Recover);
    if let (Some(function), true) = (function, is_changed) {
        let counted = match unfinished {
            Some(counted) => Ok(counted.clone()),
            None => count_unfinished(clients, function).await,
        };
        meet(counted, &mut plan);
    }
    Ok(plan)
}

/// Adds how much a resource holds and how many executions run. What cannot be counted stays unknown.
async fn count(clients: &Clients, plan: &mut StackPlan) -> Result<()> {
    let counts = |warning: &Warning| {
        matches!(
            warning,
            Warning::LosesData { .. } | Warning::TogglesDurability { .. }
        )
    };
    if !plan.warnings.iter().any(counts) {
        return Ok(());
    }
    let known = resources(clients, &plan.stack).await?;
    let physical = |id: &str| {
        known
            .iter()
            .find(|resource| resource.logical_id == id)
            .and_then(|resource| resource.physical_id.clone())
    };
    for warning in &mut plan.warnings {
        match warning {
            Warning::LosesData {
                resource,
                kind,
                holds,
                ..
            } => {
                if let Some(id) = physical(resource) {
                    *holds = held(clients, kind, &id).await;
                }
            }
            Warning::TogglesDurability {
                resource,
                becomes_durable: false,
                running_executions,
            } => {
                if let Some(function) = physical(resource) {
                    *running_executions = running(clients, &function).await;
                }
            }
            Warning::TogglesDurability {
                running_executions, ..
            } => *running_executions = Some(0),
            Warning::CannotBeReplaced { .. }
            | Warning::InFlightMayNeed { .. }
            | Warning::ReturnsToLeftVersion { .. }
            | Warning::WidensPermissions { .. } => {}
        }
    }
    Ok(())
}

/// Returns how much a resource holds, where that can be asked cheaply.
async fn held(clients: &Clients, kind: &str, id: &str) -> Option<u64> {
    match kind {
        TABLE => {
            let described = clients.dynamodb.describe_table().table_name(id).send();
            let table = described.await.ok()?.table?;
            table.item_count.and_then(|count| count.try_into().ok())
        }
        QUEUE => {
            let messages = messages(clients, id).await;
            messages.ok().map(Messages::total)
        }
        _ => None,
    }
}

/// Returns how many executions run, on every version of the function.
async fn running(clients: &Clients, function: &str) -> Option<u64> {
    let executions = unfinished_executions(clients, function).await.ok()?;
    u64::try_from(executions.len()).ok()
}

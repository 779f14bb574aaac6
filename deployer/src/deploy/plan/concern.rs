//! What is to be considered before a plan is applied.

use super::model::{Action, Loss, ResourcePlan, Warning};
use super::permission::widened;
use super::template::{Resources, keeps};
use crate::resources::{FUNCTION, holds, resource_type};

/// Returns the warnings of a stack; of a new one, what it grants to everybody or on everything.
pub(super) fn warnings(
    old: &Resources,
    new: &Resources,
    resources: &[ResourcePlan],
    is_new: bool,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for resource in resources {
        warnings.extend(loss(resource, old, new).map(|loss| Warning::LosesData {
            resource: resource.id.clone(),
            kind: resource.kind.clone(),
            loss,
            holds: None,
        }));
    }
    for resource in resources {
        warnings.extend(
            kept_name(resource, old, new).map(|name| Warning::CannotBeReplaced {
                resource: resource.id.clone(),
                kind: resource.kind.clone(),
                name,
            }),
        );
    }
    for resource in resources {
        let toggled = resource
            .properties
            .iter()
            .find(|property| property.path == "DurableConfig");
        if let Some(property) = toggled
            && resource.kind == FUNCTION
            && property.before.is_some() != property.after.is_some()
        {
            warnings.push(Warning::TogglesDurability {
                resource: resource.id.clone(),
                becomes_durable: property.after.is_some(),
                running_executions: None,
            });
        }
    }
    warnings.extend(
        widened(old, new, is_new)
            .into_iter()
            .map(|(resource, grants)| Warning::WidensPermissions { resource, grants }),
    );
    warnings
}

/// Returns the name that a resource has and is to keep although another one takes its place.
fn kept_name(resource: &ResourcePlan, old: &Resources, new: &Resources) -> Option<String> {
    if resource.action != Action::Replaced {
        return None;
    }
    let property = resource_type(&resource.kind)?.named_by?;
    let name = |resources: &Resources| {
        let name = resources
            .get(&resource.id)?
            .pointer("/Properties")?
            .get(property)?;
        Some(
            name.as_str()
                .map_or_else(|| name.to_string(), str::to_owned),
        )
    };
    name(old).filter(|kept| name(new).as_ref() == Some(kept))
}

fn loss(resource: &ResourcePlan, old: &Resources, new: &Resources) -> Option<Loss> {
    holds(&resource.kind)?;
    match resource.action {
        Action::Removed => Some(Loss::Deleted),
        Action::Replaced | Action::MayBeReplaced => {
            // Which of the two templates CloudFormation asks is not documented, so both must agree.
            let kept = [old, new].iter().all(|resources| {
                resources
                    .get(&resource.id)
                    .is_some_and(|resource| keeps(resource, "UpdateReplacePolicy"))
            });
            Some(if kept {
                Loss::LeftBehind
            } else {
                Loss::ReplacedByEmpty
            })
        }
        Action::Added | Action::Changed | Action::Kept => None,
    }
}

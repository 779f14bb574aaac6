//! Which executions a planned change meets, and what it would take from them.

use super::difference::NEEDED_NO_MORE;
use super::in_flight::InFlight;
use super::model::{Action, Plan, StackAction, StackPlan, Warning};
use crate::aws::{Clients, Unfinished, count_unfinished};
use crate::deploy::traffic::ALIAS;
use crate::error::Result;
use crate::resources::{FUNCTION, POLICY, QUEUE, TABLE};
use crate::stack::describe;

/// What an execution that goes on may ask for, beside the code of its version: all versions of a function share
/// one role and one environment's names.
const NEEDED: [&str; 4] = [TABLE, QUEUE, FUNCTION, POLICY];

/// Tells of a planned change which executions of the function it meets, and what it would take from them. Who may not
/// list them deploys all the same.
pub(super) fn meet(counted: Result<Unfinished>, plan: &mut StackPlan) {
    let in_flight = in_flight(counted, plan);
    let told_before = |warning: &Warning| matches!(warning, Warning::InFlightMayNeed { .. });
    plan.warnings.retain(|warning| !told_before(warning));
    plan.warnings.extend(missed(plan, &in_flight));
    plan.in_flight = Some(in_flight);
}

/// Returns a plan that was made before with the executions that it meets now.
///
/// # Errors
///
/// A stack could not be described.
pub async fn meet_again(clients: &Clients, plan: &Plan) -> Result<Plan> {
    let mut stacks = plan.stacks.clone();
    for stack in stacks.iter_mut().filter(|stack| stack.in_flight.is_some()) {
        let live = describe(clients, &stack.stack).await?;
        let function = live.as_ref().and_then(|live| live.outputs.orchestrator());
        if let Some(function) = function {
            meet(count_unfinished(clients, function).await, stack);
        }
    }
    Ok(Plan::new(&plan.stage, &plan.account, &plan.region, stacks))
}

fn in_flight(counted: Result<Unfinished>, plan: &StackPlan) -> InFlight {
    let moves = plan.resources.iter().any(|resource| {
        let mut changed = resource.properties.iter();
        resource.id == ALIAS && changed.any(|change| change.path == "FunctionVersion")
    });
    match counted {
        Ok(unfinished) => InFlight::of(&unfinished, moves),
        Err(error) => InFlight {
            versions: Vec::new(),
            is_complete: false,
            moves,
            unknown: Some(error.in_a_line()),
        },
    }
}

/// Returns what executions in flight may still need of what a plan takes away or replaces.
fn missed(plan: &StackPlan, in_flight: &InFlight) -> Vec<Warning> {
    if in_flight.total() == 0 || plan.action == StackAction::Unchanged {
        return Vec::new();
    }
    let goes = |action| matches!(action, Action::Removed | Action::Replaced);
    let resources = plan.resources.iter();
    let needed = resources.filter(|each| {
        let was_kept = each.reason.as_deref() == Some(NEEDED_NO_MORE);
        goes(each.action) && !was_kept && NEEDED.contains(&each.kind.as_str())
    });
    needed
        .map(|resource| Warning::InFlightMayNeed {
            resource: resource.id.clone(),
            kind: resource.kind.clone(),
            executions: in_flight.total(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_smithy_types::DateTime;

    use super::missed;
    use crate::aws::Unfinished;
    use crate::deploy::plan::in_flight::InFlight;
    use crate::deploy::plan::model::{Action, ResourcePlan, StackAction, StackPlan, Warning};

    fn in_flight() -> InFlight {
        let unfinished = Unfinished {
            by_version: [("10".to_owned(), 1), ("9".to_owned(), 12)].into(),
            oldest: [("9".to_owned(), DateTime::from_secs(1_767_225_600))].into(),
            is_complete: true,
        };
        InFlight::of(&unfinished, true)
    }

    fn plan(resources: &[(&str, &str, Action)]) -> StackPlan {
        let resource = |(id, kind, action): &(&str, &str, Action)| ResourcePlan {
            id: (*id).to_owned(),
            kind: (*kind).to_owned(),
            action: *action,
            reason: None,
            properties: Vec::new(),
        };
        StackPlan {
            workflow: "orders".to_owned(),
            stack: "shop-dev-orders".to_owned(),
            action: StackAction::Update,
            status: None,
            resources: resources.iter().map(resource).collect(),
            settings: Vec::new(),
            warnings: Vec::new(),
            kept: BTreeMap::new(),
            in_flight: None,
        }
    }

    #[test]
    fn what_goes_that_they_may_need_is_warned_of() {
        let plan = plan(&[
            ("ShipFunction", "AWS::Lambda::Function", Action::Removed),
            ("OrdersTable", "AWS::DynamoDB::Table", Action::Replaced),
            ("ShipLogGroup", "AWS::Logs::LogGroup", Action::Removed),
            ("ShipVersion1", "AWS::Lambda::Version", Action::Kept),
            ("NewFunction", "AWS::Lambda::Function", Action::Added),
        ]);
        let missed_ids = |in_flight: &InFlight| -> Vec<String> {
            let warnings = missed(&plan, in_flight).into_iter();
            let ids = warnings.map(|warning| match warning {
                Warning::InFlightMayNeed { resource, .. } => resource,
                other => unreachable!("{other:?}"),
            });
            ids.collect()
        };
        assert_eq!(missed_ids(&in_flight()), ["ShipFunction", "OrdersTable"]);
        let nothing = InFlight::of(&Unfinished::default(), true);
        assert!(missed_ids(&nothing).is_empty());
    }
}

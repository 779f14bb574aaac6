//! The plan of a whole stage: every stack beside its live one.

use futures::future::try_join_all;

use super::difference::Live;
use super::file::PlannedStack;
use super::model::{Plan, StackAction};
use super::needed::keep_needed;
use super::read::{plan_stack, read};
use crate::aws::Clients;
use crate::config::App;
use crate::deploy::apply::Request;
use crate::error::Result;

/// What was planned for a stage.
#[derive(Debug)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// Each stack as it was planned over.
    pub stacks: Vec<PlannedStack>,
    /// What the workflows' stacks are to be, with what executions in flight may still need.
    pub workflows: Vec<Request>,
}

/// Plans the workflows' stacks.
///
/// The stack of the artifact bucket, `bucket`, is part of it only where another one changes: `up`
/// does not look at it otherwise. Nothing is created, no change set either.
pub async fn plan_stage(
    app: &App,
    clients: &Clients,
    bucket: &Request,
    requests: &[Request],
) -> Result<Planned> {
    let all: Vec<&Request> = std::iter::once(bucket).chain(requests).collect();
    let lives = try_join_all(all.iter().map(|request| read(clients, &request.stack))).await?;
    let kept = all.iter().zip(&lives);
    let kept = kept.map(|(request, live)| keep_needed(clients, live.as_ref(), request));
    let kept = try_join_all(kept).await?;
    let plans = kept.iter().zip(&lives).map(|(kept, live)| {
        let unfinished = kept.unfinished.as_ref();
        plan_stack(clients, live.as_ref(), &kept.request, unfinished)
    });
    let plans = try_join_all(plans).await?;
    let all: Vec<Request> = kept.into_iter().map(|kept| kept.request).collect();
    let changes = plans
        .iter()
        .skip(1)
        .any(|plan| plan.action != StackAction::Unchanged);
    let skipped = usize::from(!changes);
    let stacks = all
        .iter()
        .zip(&lives)
        .skip(skipped)
        .map(|(request, live)| PlannedStack::new(request, live.as_ref()))
        .collect();
    let plan = Plan::new(
        &app.stage_name,
        app.account(),
        &app.stage.region,
        plans.into_iter().skip(skipped).collect(),
    );
    Ok(Planned {
        plan,
        stacks,
        workflows: all.into_iter().skip(1).collect(),
    })
}

/// Refuses stacks that are not those that were planned over.
///
/// # Errors
///
/// The first stack that moved.
pub async fn require_unmoved(clients: &Clients, stacks: &[PlannedStack]) -> Result<()> {
    let lives: Vec<Option<Live>> =
        try_join_all(stacks.iter().map(|stack| read(clients, &stack.stack))).await?;
    stacks
        .iter()
        .zip(&lives)
        .try_for_each(|(stack, live)| stack.require_unmoved(live.as_ref()))
}

//! Alarms that roll an update back.

use aws_sdk_cloudformation::types::{RollbackConfiguration, RollbackTrigger};

use super::request::Request;
use crate::aws::Clients;
use crate::config::Span;
use crate::error::Result;
use crate::resources::ALARM;
use crate::stack::{LiveStack, resources};

/// The alarms that tell of failures, by their logical ids: CloudFormation takes five at most.
///
/// Source: `RollbackConfiguration` in the AWS CloudFormation API Reference.
const FAILURES: [&str; 5] = [
    "AlarmFailedExecutions",
    "AlarmTimedOutExecutions",
    "AlarmFailureQueueDepth",
    "OrchestratorAlarmErrors",
    "IntakeQueueAlarmDeadLetters",
];

/// Returns what rolls an update of the stack back; nothing where nothing does, now or from before.
///
/// Only alarms that are there and stay: one that is missing fails the operation.
///
/// # Errors
///
/// The stack's resources could not be listed.
pub(super) async fn triggers(
    clients: &Clients,
    request: &Request,
    live: &LiveStack,
) -> Result<Option<RollbackConfiguration>> {
    let Some(watched) = request.deployment.rollback_on_failure else {
        // CloudFormation keeps the triggers of an operation for those that come after it.
        let none = RollbackConfiguration::builder().set_rollback_triggers(Some(Vec::new()));
        return Ok(live.has_triggers.then(|| none.build()));
    };
    let wanted = request.template.body().get("Resources");
    let alarms = resources(clients, &live.name).await?;
    let alarms = alarms.into_iter().filter(|resource| {
        let id = resource.logical_id.as_str();
        let stays = wanted.is_some_and(|resources| resources.get(id).is_some());
        resource.exists() && stays && FAILURES.contains(&id)
    });
    let triggers = alarms
        .filter_map(|alarm| trigger(&arn(live, &alarm.physical_id?)?))
        .collect();
    let configuration = RollbackConfiguration::builder().set_rollback_triggers(Some(triggers));
    let configuration = configuration.monitoring_time_in_minutes(minutes(watched));
    Ok(Some(configuration.build()))
}

fn trigger(arn: &str) -> Option<RollbackTrigger> {
    let trigger = RollbackTrigger::builder().arn(arn).r#type(ALARM);
    trigger.build().into()
}

/// Returns the ARN of an alarm in the stack's own partition, region and account.
fn arn(live: &LiveStack, alarm: &str) -> Option<String> {
    let mut parts = live.id.split(':');
    let (partition, region, account) = (parts.nth(1)?, parts.nth(1)?, parts.next()?);
    Some(format!(
        "arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm}"
    ))
}

fn minutes(span: Span) -> i32 {
    i32::try_from(span.seconds().div_ceil(60)).unwrap_or(i32::MAX)
}

//! The alarms of CloudWatch that tell of something now.

use aws_sdk_cloudwatch::types::StateValue;

use super::clients::Clients;
use super::failure::failed;
use crate::error::Result;

/// So many alarms may be named in one call, and come in one answer.
///
/// Source: `DescribeAlarms` in the Amazon CloudWatch API Reference.
const LARGEST_PAGE: usize = 100;

/// An alarm in the state ALARM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Why it is in this state, in the words of CloudWatch.
    pub reason: String,
}

/// Returns those of the named metric alarms that are in the state ALARM. One that is gone tells nothing.
///
/// # Errors
///
/// They could not be read.
pub async fn alarms_on(clients: &Clients, names: &[String]) -> Result<Vec<Alarm>> {
    let mut on = Vec::new();
    for names in names.chunks(LARGEST_PAGE) {
        let call = clients.cloudwatch.describe_alarms();
        let call = call.set_alarm_names(Some(names.to_vec()));
        let page = call.max_records(100).send().await;
        let page = page.map_err(failed("the alarms could not be read"))?;
        let alarms = page.metric_alarms.unwrap_or_default().into_iter();
        let told = alarms.filter(|alarm| alarm.state_value == Some(StateValue::Alarm));
        on.extend(told.filter_map(|alarm| {
            Some(Alarm {
                name: alarm.alarm_name?,
                reason: alarm.state_reason.unwrap_or_default(),
            })
        }));
    }
    Ok(on)
}

//! The executions that an execution started.

use std::collections::{BTreeMap, BTreeSet};

use durable_history::Record;

use super::read::describe_execution;
use crate::aws::{Clients, history};
use crate::error::{Kind, Result};

/// The most executions that are read along with one; a fan-out may have thousands.
const MOST: usize = 100;

/// Returns the executions that an execution started by invoking durable functions, by their ARN, and those which
/// they started, down to `depth` levels and 100 in all. Those that are gone, or that the caller may not read, are
/// left out.
///
/// # Errors
///
/// One could not be read for another reason.
pub async fn read_chained(
    clients: &Clients,
    record: &Record,
    depth: usize,
) -> Result<BTreeMap<String, Record>> {
    let mut chained = BTreeMap::new();
    let mut seen = BTreeSet::from([record.execution.durable_execution_arn.clone()]);
    let mut level = started(record);
    for _ in 0..depth {
        let mut next = Vec::new();
        for arn in std::mem::take(&mut level) {
            if chained.len() >= MOST || !seen.insert(arn.clone()) {
                continue;
            }
            let execution = match describe_execution(clients, &arn).await {
                Ok(execution) => execution,
                Err(error) if matches!(error.kind(), Kind::WrongState | Kind::Permission) => {
                    continue;
                }
                Err(error) => return Err(error),
            };
            let events = history(clients, &arn).await?;
            let record = Record { execution, events };
            next.extend(started(&record));
            chained.insert(arn, record);
        }
        level = next;
    }
    Ok(chained)
}

/// Returns the ARNs of the executions that an execution started itself, in order.
fn started(record: &Record) -> Vec<String> {
    let operations = record.history().operations.into_iter();
    let chained = operations.filter_map(|operation| operation.chained?.execution);
    chained.collect()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::{StatusCode, Uri};
    use axum::response::IntoResponse as _;
    use durable_history::Record;
    use serde_json::{Value, json};

    use super::read_chained;
    use crate::aws::served;

    /// Returns the events of an execution that starts the next, and one that is gone.
    fn events(number: u64) -> Value {
        let started = |id: u64, arn: String| {
            json!({
                "EventId": id, "EventType": "ChainedInvokeStarted", "EventTimestamp": 1.0, "Id": arn,
                "ChainedInvokeStartedDetails": { "FunctionName": "f", "DurableExecutionArn": arn },
            })
        };
        json!([
            started(1, format!("e{}", number + 1)),
            started(2, "gone".to_owned())
        ])
    }

    fn description(number: u64) -> Value {
        json!({
            "DurableExecutionArn": format!("e{number}"), "DurableExecutionName": "n",
            "FunctionArn": "f", "Status": "RUNNING", "StartTimestamp": 1.0,
        })
    }

    fn first() -> Record {
        let record = json!({ "Execution": description(0), "Events": events(0) });
        Record::read(&record.to_string()).unwrap()
    }

    #[tokio::test]
    async fn as_many_levels_are_read_as_are_asked_for_and_what_is_gone_is_left_out() {
        let router = Router::new().fallback(async |uri: Uri| {
            let mut parts = uri.path().split('/').skip(3);
            let number = parts.next().unwrap().strip_prefix('e');
            let Some(number) = number.and_then(|number| number.parse().ok()) else {
                let kind = [("x-amzn-errortype", "ResourceNotFoundException")];
                return (StatusCode::NOT_FOUND, kind, "{}").into_response();
            };
            match parts.next() {
                Some("history") => json!({ "Events": events(number) }).to_string(),
                _ => description(number).to_string(),
            }
            .into_response()
        });
        let clients = served(router).await;
        for depth in [0, 1, 3] {
            let chained = read_chained(&clients, &first(), depth).await.unwrap();
            let arns: Vec<String> = chained.into_keys().collect();
            let wanted: Vec<String> = (1..=depth).map(|level| format!("e{level}")).collect();
            assert_eq!(arns, wanted);
        }
    }
}

//! Which executions a replay check looks at.

use durable_history::Record;

use super::deployed::DeployedWorkflow;
use super::executions::{Filter, Listing, read_record};
use crate::aws::Clients;
use crate::error::{Kind, Result};

/// The statuses of executions that go on.
const RUNNING: [&str; 3] = ["RUNNING", "PAUSING", "PAUSED"];

/// The statuses of executions that are over.
const OVER: [&str; 4] = ["SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"];

/// Reads up to `most` executions of a workflow: those that go on first, then those that ended last.
///
/// # Errors
///
/// Fails where they cannot be listed or read. One that is deleted meanwhile is passed over.
pub async fn sample(
    clients: &Clients,
    workflow: &DeployedWorkflow,
    most: usize,
) -> Result<Vec<Record>> {
    let mut found = Vec::new();
    for statuses in [&RUNNING[..], &OVER[..]] {
        let filter = Filter {
            statuses: statuses.iter().map(|status| (*status).to_owned()).collect(),
            limit: Some(most - found.len()),
            ..Filter::default()
        };
        let mut listing = Listing::of(clients, std::slice::from_ref(workflow), &filter);
        while let Some(listed) = listing.next().await? {
            found.push(listed.arn);
        }
    }
    let mut records = Vec::new();
    for arn in found {
        match read_record(clients, &arn).await {
            Ok(record) => records.push(record),
            Err(error) if error.kind() == Kind::WrongState => {}
            Err(error) => return Err(error),
        }
    }
    Ok(records)
}

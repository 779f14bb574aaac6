//! Deletes a stack and watches it go.

use aws_sdk_cloudformation::types::StackStatus;

use super::stack::{LiveStack, describe};
use super::standing::{Standing, standing};
use super::watch::Watch;
use crate::aws::{Clients, failed};
use crate::error::{Error, Kind, Result};
use crate::event::Reporter;

/// Deletes a stack; one that is busy is watched to its end first. Returns whether there was one.
pub async fn remove(clients: &Clients, stack: &str, reporter: &dyn Reporter) -> Result<bool> {
    let Some(mut live) = describe(clients, stack).await? else {
        return Ok(false);
    };
    if standing(Some(&live.status)) == Standing::Busy
        && live.status != StackStatus::DeleteInProgress
    {
        match Watch::from_now(clients, &live.id)
            .await?
            .follow(reporter)
            .await?
        {
            Some(rested) => live = rested,
            None => return Ok(true),
        }
    }
    remove_remains(clients, &live, reporter).await?;
    Ok(true)
}

/// Deletes a stack that is at rest, or watches a deletion under way.
pub(super) async fn remove_remains(
    clients: &Clients,
    live: &LiveStack,
    reporter: &dyn Reporter,
) -> Result<()> {
    let mut watch = Watch::from_now(clients, &live.id).await?;
    if live.status != StackStatus::DeleteInProgress {
        clients
            .cloudformation
            .delete_stack()
            .stack_name(&live.name)
            .send()
            .await
            .map_err(failed(format!(
                "the stack `{}` could not be deleted",
                live.name
            )))?;
    }
    match watch.follow(reporter).await? {
        None => Ok(()),
        Some(gone) if gone.status == StackStatus::DeleteComplete => Ok(()),
        Some(rest) => {
            let error = Error::new(
                Kind::Deployment,
                format!(
                    "the stack `{}` was not deleted: it is {}",
                    rest.name, rest.status
                ),
            );
            let error = match watch.first_cause().map(str::to_owned).or(rest.reason) {
                Some(cause) => error.caused_by(cause),
                None => error,
            };
            Err(error.hint("remove what stands in the way, then run `deployer destroy` again"))
        }
    }
}

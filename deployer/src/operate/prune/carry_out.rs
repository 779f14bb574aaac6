//! Deletes versions, each looked at once more.

use serde::Serialize;

use super::judge::Kept;
use super::survey::{FunctionVersions, unfinished};
use crate::aws::{Clients, failed, is_missing};
use crate::error::{Error, Result};
use crate::event::{Event, Reporter};
use crate::operate::aliased::aliased;

/// What became of the versions that could go.
#[derive(Debug, Default)]
pub struct Pruned {
    /// Those that are deleted.
    pub deleted: Vec<PrunedVersion>,
    /// Those that somebody needs after all.
    pub spared: Vec<PrunedVersion>,
    /// What could not be deleted, and why.
    pub failures: Vec<Error>,
}

/// A version of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrunedVersion {
    /// The function's name at Lambda.
    pub function: String,
    /// The number of the version.
    pub version: u64,
}

/// Deletes the versions that can go.
///
/// Each is asked for once more just before. Nothing can begin to need it in between: executions and
/// invocations go through aliases, and an alias is moved by `up` only, which waits for a prune on the same
/// machine. Workers have no executions that could be asked for; an invocation that still runs on a version
/// that lost its alias is why the newest versions are kept.
pub async fn carry_out(
    clients: &Clients,
    functions: &[FunctionVersions],
    reporter: &dyn Reporter,
) -> Pruned {
    let mut pruned = Pruned::default();
    for function in functions {
        let can_go = function
            .versions
            .iter()
            .filter(|version| version.kept.is_none());
        for version in can_go {
            let told = PrunedVersion {
                function: function.function.clone(),
                version: version.version,
            };
            match delete(clients, function, version.version).await {
                Ok(None) => {
                    reporter.report(&Event::Note {
                        text: format!("deleted version {} of {}", told.version, told.function),
                    });
                    pruned.deleted.push(told);
                }
                Ok(Some(_)) => pruned.spared.push(told),
                Err(error) => pruned.failures.push(error),
            }
        }
    }
    pruned
}

/// Deletes a version, unless it is needed after all; then returns what for.
async fn delete(
    clients: &Clients,
    function: &FunctionVersions,
    version: u64,
) -> Result<Option<Kept>> {
    let name = &function.function;
    let number = version.to_string();
    if aliased(clients, name).await?.contains(&number) {
        return Ok(Some(Kept::Alias));
    }
    if function.is_durable {
        let count = unfinished(clients, name, version).await?;
        if count > 0 {
            return Ok(Some(Kept::Unfinished(count)));
        }
    }
    let call = clients.lambda.delete_function().function_name(name);
    match call.qualifier(&number).send().await {
        Ok(_) => Ok(None),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(failed(format!(
            "version {version} of `{name}` could not be deleted"
        ))(error)),
    }
}

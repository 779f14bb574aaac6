//! What of the bucket something needs: keys that templates name, and hashes that versions have.

use std::collections::BTreeSet;

use aws_sdk_lambda::types::FunctionConfiguration;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::pending::pending_templates;
use crate::aws::{Clients, Executions, versions};
use crate::config::App;
use crate::error::Result;
use crate::hash::to_hexadecimal;
use crate::operate::aliased::aliased;
use crate::resources::FUNCTION;
use crate::stack::{
    Standing, deployed_template, describe, physical_resources, stage_stacks, standing,
};

/// What the stacks of a stage need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Needed {
    /// Keys that a template names.
    keys: BTreeSet<String>,
    /// Hashes of zips that a version is made of. A hash is of one function, and which key it is in
    /// the bucket is not known to Lambda.
    hashes: BTreeSet<String>,
}

impl Needed {
    /// Returns whether the object with this key is needed.
    pub(super) fn has(&self, key: &str) -> bool {
        let file = key.rsplit_once('/').map_or(key, |(_, file)| file);
        let hash = file.strip_suffix(".zip");
        self.keys.contains(key) || hash.is_some_and(|hash| self.hashes.contains(hash))
    }
}

/// Returns what the stacks of the stage need, those of workflows that the configuration no longer
/// has included.
pub(super) async fn needed(app: &App, clients: &Clients) -> Result<Needed> {
    let mut needed = Needed::default();
    for stack in stage_stacks(app, clients).await? {
        add_stack(clients, &stack, &mut needed).await?;
    }
    Ok(needed)
}

/// Adds what a stack needs, and what it may yet come to or go back to.
async fn add_stack(clients: &Clients, stack: &str, needed: &mut Needed) -> Result<()> {
    let live = describe(clients, stack).await?;
    let standing = standing(live.as_ref().map(|live| &live.status));
    // A stack of which there is a change set only has no template yet.
    if standing != Standing::Reviewed {
        let template = deployed_template(clients, stack).await?;
        collect_keys(&template, &mut needed.keys);
    }
    for template in pending_templates(clients, stack).await? {
        collect_keys(&template, &mut needed.keys);
    }
    let durable = live.as_ref().and_then(|live| live.outputs.orchestrator());
    // Between two templates CloudFormation names one of them; the code of the other is that of a
    // version, and which one it goes back to is not known.
    let is_between = !matches!(standing, Standing::Ready | Standing::Reviewed);
    for (kind, name) in physical_resources(clients, stack).await? {
        if kind == FUNCTION && is_between {
            let versions = versions(clients, &name).await?;
            needed.hashes.extend(versions.iter().filter_map(hash_of));
        } else if kind == FUNCTION {
            let is_durable = durable == Some(name.as_str());
            let hashes = needed_hashes(clients, &name, is_durable).await?;
            needed.hashes.extend(hashes);
        }
    }
    Ok(())
}

/// Collects the keys of all zips that a template names.
fn collect_keys(template: &Value, keys: &mut BTreeSet<String>) {
    let resources = template.get("Resources").and_then(Value::as_object);
    for resource in resources
        .into_iter()
        .flatten()
        .map(|(_, resource)| resource)
    {
        let key = resource.pointer("/Properties/Code/S3Key");
        keys.extend(key.and_then(Value::as_str).map(str::to_owned));
    }
}

/// Returns the SHA-256 of the zips behind aliases and behind versions with unfinished executions.
async fn needed_hashes(
    clients: &Clients,
    function: &str,
    is_durable: bool,
) -> Result<BTreeSet<String>> {
    let aliased = aliased(clients, function).await?;
    let mut hashes = BTreeSet::new();
    for version in versions(clients, function).await? {
        let name = version.version().unwrap_or_default();
        let needed =
            aliased.contains(name) || (is_durable && has_running(clients, function, name).await?);
        hashes.extend(hash_of(&version).filter(|_| needed));
    }
    Ok(hashes)
}

async fn has_running(clients: &Clients, function: &str, version: &str) -> Result<bool> {
    let executions = Executions::of(clients, function);
    executions.of_version(version).unfinished().any().await
}

/// Returns the hash in a zip's key: Lambda gives the same one, in another alphabet.
fn hash_of(version: &FunctionConfiguration) -> Option<String> {
    let hash = BASE64_STANDARD.decode(version.code_sha256()?).ok()?;
    Some(to_hexadecimal(&hash))
}

#[cfg(test)]
mod tests;

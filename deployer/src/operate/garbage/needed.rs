//! The keys of the zips that something needs.

use std::collections::BTreeSet;

use aws_sdk_lambda::types::FunctionConfiguration;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::aws::{Clients, Executions, versions};
use crate::config::App;
use crate::error::Result;
use crate::hash::to_hexadecimal;
use crate::operate::aliased::aliased;
use crate::resources::FUNCTION;
use crate::stack::{deployed_template, describe, physical_resources, stage_stacks};

/// Returns the keys that the stacks of the stage need, those of workflows that the configuration no
/// longer has included.
pub(super) async fn keys(app: &App, clients: &Clients) -> Result<BTreeSet<String>> {
    let mut keys = BTreeSet::new();
    for stack in stage_stacks(app, clients).await? {
        let template = deployed_template(clients, &stack).await?;
        collect_keys(&template, &mut keys);
        let live = describe(clients, &stack).await?;
        let durable = live.as_ref().and_then(|live| live.outputs.orchestrator());
        for (kind, name) in physical_resources(clients, &stack).await? {
            if kind == FUNCTION {
                let is_durable = durable == Some(name.as_str());
                let hashes = needed_hashes(clients, &name, is_durable).await?;
                keys.extend(keys_of(&template, &hashes));
            }
        }
    }
    Ok(keys)
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

/// Returns the keys of zips with these hashes. A hash is of one function, and only which of the
/// stack's is not known, so it is looked for under the name of each.
fn keys_of(template: &Value, hashes: &BTreeSet<String>) -> Vec<String> {
    let mut named = BTreeSet::new();
    collect_keys(template, &mut named);
    let folders: BTreeSet<&str> = named
        .iter()
        .filter_map(|key| Some(key.rsplit_once('/')?.0))
        .collect();
    let keys = folders.iter().flat_map(|folder| {
        hashes
            .iter()
            .map(move |hash| format!("{folder}/{hash}.zip"))
    });
    keys.collect()
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
mod tests {
    use std::collections::BTreeSet;

    use aws_sdk_lambda::types::FunctionConfiguration;
    use serde_json::json;

    use super::{collect_keys, hash_of, keys_of};

    #[test]
    fn a_template_names_keys_and_versions_name_hashes() {
        let template = json!({ "Resources": {
            "Function": { "Properties": { "Code": { "S3Key": "functions/orders/aa.zip" } } },
            "Queue": { "Properties": {} },
        }});
        let mut keys = BTreeSet::new();
        collect_keys(&template, &mut keys);
        assert_eq!(keys, ["functions/orders/aa.zip".to_owned()].into());
        let hashes = ["bb".to_owned()].into();
        assert_eq!(keys_of(&template, &hashes), ["functions/orders/bb.zip"]);
    }

    #[test]
    fn lambdas_hash_is_the_one_in_the_key() {
        let version = FunctionConfiguration::builder()
            .code_sha256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
            .build();
        assert_eq!(
            hash_of(&version).unwrap(),
            crate::hash::hexadecimal(b""),
            "of nothing"
        );
    }
}

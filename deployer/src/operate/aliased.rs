//! The versions of a function that an alias sends work to.

use std::collections::BTreeSet;

use aws_sdk_lambda::types::AliasConfiguration;

use crate::aws::{Clients, listed};
use crate::error::Result;

/// Returns the versions that an alias of the function points to, those of a weighted alias included.
pub(super) async fn aliased(clients: &Clients, function: &str) -> Result<BTreeSet<String>> {
    let aliases = clients
        .lambda
        .list_aliases()
        .function_name(function)
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await;
    let aliases = listed(
        aliases,
        format!("the aliases of `{function}` could not be listed"),
    )?;
    Ok(aliases.iter().flat_map(versions_of).collect())
}

/// Returns the version of an alias, and those that it sends a part of the work to.
fn versions_of(alias: &AliasConfiguration) -> Vec<String> {
    let parts = alias
        .routing_config()
        .and_then(|routing| routing.additional_version_weights());
    let parts = parts
        .into_iter()
        .flat_map(|weights| weights.keys().cloned());
    alias
        .function_version()
        .map(str::to_owned)
        .into_iter()
        .chain(parts)
        .collect()
}

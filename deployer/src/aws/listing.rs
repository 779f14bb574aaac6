//! Lists of what belongs to something that may be gone.

use std::error::Error as StdError;

use aws_sdk_lambda::types::FunctionConfiguration;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::clients::Clients;
use super::failure::{failed, is_missing};
use crate::error::Result;

/// Returns what was listed. A thing that is gone, also in the middle of its list, has nothing.
///
/// # Errors
///
/// Every other failure; `what` says what failed, on what.
pub fn listed<T, E, R>(result: Result<Vec<T>, SdkError<E, R>>, what: String) -> Result<Vec<T>>
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match result {
        Err(error) if is_missing(&error) => Ok(Vec::new()),
        result => result.map_err(failed(what)),
    }
}

/// Returns the versions of a function, `$LATEST` included; one that is gone has none.
pub async fn versions(clients: &Clients, function: &str) -> Result<Vec<FunctionConfiguration>> {
    let versions = clients
        .lambda
        .list_versions_by_function()
        .function_name(function)
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await;
    listed(
        versions,
        format!("the versions of `{function}` could not be listed"),
    )
}

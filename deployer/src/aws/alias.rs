//! Where an alias stands.

use aws_sdk_lambda::operation::get_alias::GetAliasOutput;

use super::failure::failed;
use crate::error::Result;

/// Returns an alias of a function.
///
/// # Errors
///
/// There is none of that name, or the service could not be asked.
pub async fn alias(
    lambda: &aws_sdk_lambda::Client,
    function: &str,
    name: &str,
) -> Result<GetAliasOutput> {
    let read = lambda.get_alias().function_name(function).name(name);
    read.send().await.map_err(failed(format!(
        "the alias `{name}` of `{function}` could not be read"
    )))
}

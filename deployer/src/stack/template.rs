//! The template that a stack was last brought to.

use serde_json::Value;

use crate::aws::{Clients, failed};
use crate::error::{Error, Kind, Result};

/// Returns the text of the template that a stack was last brought to.
pub(crate) async fn deployed_text(clients: &Clients, stack: &str) -> Result<String> {
    let template = clients
        .cloudformation
        .get_template()
        .stack_name(stack)
        .send()
        .await
        .map_err(failed(format!(
            "the template of the stack `{stack}` could not be read"
        )))?;
    Ok(template.template_body.unwrap_or_default())
}

/// Returns the template that a stack was last brought to.
pub async fn deployed_template(clients: &Clients, stack: &str) -> Result<Value> {
    let text = deployed_text(clients, stack).await?;
    serde_json::from_str(&text).map_err(|error| {
        Error::new(
            Kind::WrongState,
            format!("the template of the stack `{stack}` is not the deployer's"),
        )
        .caused_by(error)
        .hint("choose another stage's name, or delete that stack")
    })
}

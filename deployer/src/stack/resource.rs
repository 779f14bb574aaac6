//! The resources of a stack.

use std::fmt;

use crate::aws::{Clients, failed};
use crate::error::Result;

/// One resource of a stack, as CloudFormation knows it.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The logical id.
    pub logical_id: String,
    /// The physical id, once there is one.
    pub physical_id: Option<String>,
    /// The type.
    pub kind: String,
    /// CloudFormation's status.
    pub status: String,
}

impl Resource {
    /// Returns whether the resource is there, as far as CloudFormation knows.
    pub fn exists(&self) -> bool {
        self.physical_id.is_some() && self.status != "DELETE_COMPLETE"
    }

    /// Returns whether the resource is there and not yet let go of by its stack.
    pub(crate) fn goes_with_its_stack(&self) -> bool {
        self.exists() && self.status != "DELETE_SKIPPED"
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.logical_id, self.kind)
    }
}

/// Returns the resources of a stack, those that are gone included.
pub async fn resources(clients: &Clients, stack: &str) -> Result<Vec<Resource>> {
    let mut pages = clients
        .cloudformation
        .list_stack_resources()
        .stack_name(stack)
        .into_paginator()
        .send();
    let mut resources = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(failed(format!(
            "the resources of the stack `{stack}` could not be read"
        )))?;
        for resource in page.stack_resource_summaries() {
            resources.push(Resource {
                logical_id: resource
                    .logical_resource_id()
                    .unwrap_or_default()
                    .to_owned(),
                physical_id: resource
                    .physical_resource_id()
                    .filter(|id| !id.is_empty())
                    .map(str::to_owned),
                kind: resource.resource_type().unwrap_or_default().to_owned(),
                status: resource
                    .resource_status()
                    .map(|status| status.as_str().to_owned())
                    .unwrap_or_default(),
            });
        }
    }
    Ok(resources)
}

/// Returns the resources of a stack that exist: type and physical id.
pub async fn physical_resources(clients: &Clients, stack: &str) -> Result<Vec<(String, String)>> {
    let resources = resources(clients, stack).await?;
    Ok(resources
        .into_iter()
        .filter(Resource::exists)
        .filter_map(|resource| Some((resource.kind, resource.physical_id?)))
        .collect())
}

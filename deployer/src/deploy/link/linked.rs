//! The sections of a template that is being linked.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The sections of a template.
#[derive(Debug, Default)]
pub(super) struct Linked {
    /// The resources, by logical id.
    pub(super) resources: Map<String, Value>,
    /// The outputs, by name.
    pub(super) outputs: Map<String, Value>,
    /// Where each resource is written, by logical id.
    pub(super) places: BTreeMap<String, String>,
}

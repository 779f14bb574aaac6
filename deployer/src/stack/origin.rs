//! Where a deployment comes from: in a tag of each resource, and in the template's metadata.
//!
//! A tag of the stack would reach every resource, so each commit would change them all. Here a
//! resource carries the revision that gave it its present form: one that stays as it is keeps its tag,
//! and a commit that leaves a stack as it is leaves its template as it is, byte for byte.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::resources::resource_type;

/// The tag of a resource with the source revision that gave it its present form.
pub const REVISION_TAG: &str = "deployer:revision";

/// Where a deployment comes from, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The source revision.
    pub revision: Option<String>,
    /// Who deploys.
    pub deployed_by: Option<String>,
}

impl Origin {
    /// Returns where the last deployment comes from that changed anything in a template.
    pub fn of_template(template: &Value) -> Self {
        let noted = |key: &str| {
            let value = template.get("Metadata")?.get("Deployer")?.get(key)?;
            value.as_str().map(str::to_owned)
        };
        Self {
            revision: noted("Revision"),
            deployed_by: noted("DeployedBy"),
        }
    }

    fn note(&self) -> Option<Value> {
        let known = [
            ("Revision", &self.revision),
            ("DeployedBy", &self.deployed_by),
        ];
        let known: Map<String, Value> = known
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), json!(value.as_ref()?))))
            .collect();
        (!known.is_empty()).then(|| Value::Object(known))
    }
}

/// What a stack was last brought to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deployed<'a> {
    /// Its template.
    pub(crate) template: &'a Value,
    /// The stack's tags.
    pub(crate) tags: &'a BTreeMap<String, String>,
}

/// Returns the template with its origin noted, as it is to follow what is deployed.
///
/// What does not change keeps what is noted there, so a template that changes nothing comes back
/// as it is deployed.
pub(crate) fn mark(
    template: &Value,
    tags: &BTreeMap<String, String>,
    deployed: Option<Deployed<'_>>,
    origin: &Origin,
) -> Value {
    let mut marked = template.clone();
    let resources = marked.get_mut("Resources").and_then(Value::as_object_mut);
    for (id, resource) in resources.into_iter().flatten() {
        let before = deployed.and_then(|deployed| deployed.template.get("Resources")?.get(id));
        let revision = match before {
            Some(before) if without_tag(before) == without_tag(resource) => revision_of(before),
            _ => origin.revision.as_deref(),
        };
        if let (true, Some(revision)) = (is_taggable(resource), revision) {
            tag(resource, revision);
        }
    }
    let unchanged = deployed
        .filter(|live| live.tags == tags && without_note(live.template) == without_note(&marked));
    let note = match unchanged {
        Some(live) => live.template.pointer("/Metadata/Deployer").cloned(),
        None => origin.note(),
    };
    if let (Some(note), Some(sections)) = (note, marked.as_object_mut())
        && let Some(metadata) = object_in(sections, "Metadata")
    {
        metadata.insert("Deployer".to_owned(), note);
    }
    marked
}

/// Returns the revision that gave a resource its present form, where that is noted.
pub fn revision_of(resource: &Value) -> Option<&str> {
    let tags = resource.pointer("/Properties/Tags")?.as_array()?;
    tags.iter()
        .find(|tag| is_ours(tag))?
        .get("Value")
        .and_then(Value::as_str)
}

fn is_ours(tag: &Value) -> bool {
    tag.get("Key").and_then(Value::as_str) == Some(REVISION_TAG)
}

fn is_taggable(resource: &Value) -> bool {
    let kind = resource.get("Type").and_then(Value::as_str);
    let tags = resource.pointer("/Properties/Tags");
    // Tags that an intrinsic function makes cannot be added to.
    kind.and_then(resource_type)
        .is_some_and(|known| known.taggable)
        && tags.is_none_or(Value::is_array)
}

fn tag(resource: &mut Value, revision: &str) {
    let tags = resource
        .as_object_mut()
        .and_then(|fields| object_in(fields, "Properties"))
        .and_then(|properties| {
            let tags = properties
                .entry("Tags")
                .or_insert_with(|| Value::Array(Vec::new()));
            tags.as_array_mut()
        });
    if let Some(tags) = tags {
        tags.retain(|tag| !is_ours(tag));
        tags.push(json!({ "Key": REVISION_TAG, "Value": revision }));
    }
}

/// Returns the object under a key, made where there is nothing.
fn object_in<'a>(
    fields: &'a mut Map<String, Value>,
    key: &str,
) -> Option<&'a mut Map<String, Value>> {
    let value = fields
        .entry(key)
        .or_insert_with(|| Value::Object(Map::new()));
    value.as_object_mut()
}

/// Returns a resource as it is but for the tag.
fn without_tag(resource: &Value) -> Value {
    let mut bare = resource.clone();
    if let Some(fields) = bare.as_object_mut()
        && let Some(properties) = fields.get_mut("Properties").and_then(Value::as_object_mut)
    {
        if let Some(tags) = properties.get_mut("Tags").and_then(Value::as_array_mut) {
            tags.retain(|tag| !is_ours(tag));
            if tags.is_empty() {
                properties.remove("Tags");
            }
        }
        if properties.is_empty() {
            fields.remove("Properties");
        }
    }
    bare
}

/// Returns a template as it is but for the note in its metadata.
fn without_note(template: &Value) -> Value {
    let mut bare = template.clone();
    if let Some(sections) = bare.as_object_mut()
        && let Some(metadata) = sections.get_mut("Metadata").and_then(Value::as_object_mut)
    {
        metadata.remove("Deployer");
        if metadata.is_empty() {
            sections.remove("Metadata");
        }
    }
    bare
}

#[cfg(test)]
mod tests;

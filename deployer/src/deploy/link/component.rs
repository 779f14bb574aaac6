//! Components: the plain CloudFormation templates in `templates/`.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde_json::{Map, Value};

use super::short_tags::lower;
use crate::config::{Positions, invalid_yaml, nearest};
use crate::error::{Error, Result};

/// One file in `templates/`, its short tags lowered.
#[derive(Debug, Clone)]
pub struct Component {
    /// The name: the file's without its ending.
    pub name: String,
    pub(super) parameters: Map<String, Value>,
    pub(super) conditions: Map<String, Value>,
    pub(super) resources: Map<String, Value>,
    pub(super) outputs: Map<String, Value>,
    path: String,
    positions: Positions,
}

const SECTIONS: [&str; 7] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Conditions",
    "Resources",
    "Outputs",
];

impl Component {
    /// Returns the component in `text`; `path` is for errors.
    pub fn parse(name: &str, path: &str, text: &str) -> Result<Self> {
        let yaml: serde_yaml::Value =
            serde_yaml::from_str(text).map_err(|error| invalid_yaml(path, text, error))?;
        let value = lower(yaml).map_err(|reason| Error::usage(format!("{path}: {reason}")))?;
        let positions = Positions::of(text);
        let Value::Object(mut sections) = value else {
            return Err(Error::usage(format!("{path} is no template"))
                .hint("a template has a `Resources` section"));
        };
        for section in sections.keys() {
            if !SECTIONS.contains(&section.as_str()) {
                let line = positions.line(section).unwrap_or(1);
                let error = Error::usage(format!(
                    "{path}:{line}: the linker does not know the section `{section}`"
                ));
                return Err(match nearest(section, SECTIONS) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint(format!("it knows `{}`", SECTIONS.join("`, `"))),
                });
            }
        }
        let mut take = |name: &str| match sections.shift_remove(name) {
            Some(Value::Object(entries)) => entries,
            _ => Map::new(),
        };
        let component = Self {
            name: name.to_owned(),
            parameters: take("Parameters"),
            conditions: take("Conditions"),
            resources: take("Resources"),
            outputs: take("Outputs"),
            path: path.to_owned(),
            positions,
        };
        if component.resources.is_empty() {
            return Err(Error::usage(format!("{path} has no resources")));
        }
        Ok(component)
    }

    /// Returns `file:line` of a path such as `Resources.Queue`.
    pub fn locate(&self, path: &str) -> String {
        match self.positions.line(path) {
            Some(line) => format!("{}:{line}", self.path),
            None => self.path.clone(),
        }
    }
}

/// Every component of the project.
#[derive(Debug, Clone)]
pub struct Components {
    by_name: BTreeMap<String, Component>,
}

impl Components {
    /// Returns the components in the folder `templates/` of `root`.
    pub fn load(root: &Utf8Path) -> Result<Self> {
        let mut by_name = BTreeMap::new();
        for entry in fs_err::read_dir(root.join("templates"))? {
            let path = entry?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if let Some(stem) = name.strip_suffix(".yaml") {
                let text = fs_err::read_to_string(&path)?;
                let component = Component::parse(stem, &format!("templates/{name}"), &text)?;
                by_name.insert(stem.to_owned(), component);
            }
        }
        Ok(Self { by_name })
    }

    /// Returns components that are there already, by name.
    pub fn from_parsed(components: impl IntoIterator<Item = Component>) -> Self {
        Self {
            by_name: components
                .into_iter()
                .map(|component| (component.name.clone(), component))
                .collect(),
        }
    }

    /// Returns a component by name.
    pub fn get(&self, name: &str) -> Result<&Component> {
        self.by_name.get(name).ok_or_else(|| {
            Error::usage(format!(
                "there is no component `{name}`: templates/{name}.yaml does not exist"
            ))
        })
    }
}

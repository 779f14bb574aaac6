//! The stack that all tools deploy: the deployer's own linked template of one workflow, and its zips.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::project::Project;

/// The workflow that all tools deploy.
pub(super) const WORKFLOW: &str = "fraud-detection";

/// What CloudFormation publishes of a function, and what the deployer names by a hash of the function.
const VERSION: &str = "AWS::Lambda::Version";

/// A template whose functions have no code yet, and the zips for them.
pub(super) struct Stack {
    template: String,
    /// The zips, by the logical ids of the functions.
    pub(super) zips: BTreeMap<String, PathBuf>,
}

impl Stack {
    /// Returns the stack as the project was built last.
    pub(super) fn of(project: &Project) -> Self {
        let linked = project.run(&["synth", WORKFLOW]);
        let linked: Value = serde_json::from_str(&linked).unwrap();
        let template = &linked.as_object().unwrap().values().next().unwrap();
        let mut text = template.to_string();
        let resources = template["Resources"].as_object().unwrap();
        let mut zips = BTreeMap::new();
        for (id, resource) in resources {
            if let Some(key) = resource["Properties"]["Code"]["S3Key"].as_str() {
                let function = key.split('/').nth(1).unwrap();
                let folder = project.path(".deployer/artifacts").join(function);
                zips.insert(id.clone(), only_file(&folder));
            }
        }
        for (id, resource) in resources {
            if resource["Type"] == VERSION {
                let function = resource["Properties"]["FunctionName"]["Ref"].as_str();
                let zip = zips[function.unwrap()].file_stem().unwrap().to_str();
                // What is published anew has another id: else nobody would get the new code.
                text = text.replace(
                    id,
                    &format!("{}{}", &id[..id.len() - 12], &zip.unwrap()[..12]),
                );
            }
        }
        Self {
            template: text,
            zips,
        }
    }

    /// Returns the template for a stack of that name, with `code` in its functions.
    pub(super) fn template(&self, name: &str, code: impl Fn(&Path) -> Value) -> Value {
        // The one kind of name that the template fixes.
        let own = format!("/{name}/{WORKFLOW}/");
        let text = self.template.replace(&format!("/dev/{WORKFLOW}/"), &own);
        let mut template: Value = serde_json::from_str(&text).unwrap();
        for (function, zip) in &self.zips {
            template["Resources"][function]["Properties"]["Code"] = code(zip);
        }
        template
    }
}

fn only_file(folder: &Path) -> PathBuf {
    let files = fs_err::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

//! Reads the scenario files.

use std::collections::BTreeMap;

use super::rules;
use super::scenario::{Scenario, ScenarioFile};
use crate::config::{App, nearest, read, typed};
use crate::error::{Error, Result};

const FOLDER: &str = "config/smoke";

/// Returns the scenarios of the workflows, read and checked; a workflow without a file has none.
///
/// # Errors
///
/// Every unknown key, wrong value and broken rule, with its file, its line and the nearest valid name;
/// and a file that is named like no workflow.
pub fn load_scenarios(app: &App, workflows: &[String]) -> Result<BTreeMap<String, Vec<Scenario>>> {
    check_file_names(app)?;
    let mut scenarios = BTreeMap::new();
    for name in workflows {
        let workflow = app.workflow(name)?;
        let path = format!("{FOLDER}/{name}.yaml");
        if !app.root.join(&path).exists() {
            scenarios.insert(name.clone(), Vec::new());
            continue;
        }
        let (value, source) = read(&app.root, &path)?;
        let file: ScenarioFile = typed(value, "", &|path| source.locate(path))?;
        rules::check(&file, workflow, &app.stage_name, &|path| {
            source.locate(path)
        })?;
        scenarios.insert(name.clone(), file.scenarios);
    }
    Ok(scenarios)
}

/// A mistyped name would leave a workflow without its scenarios, and nobody would notice.
fn check_file_names(app: &App) -> Result<()> {
    let folder = app.root.join(FOLDER);
    if !folder.exists() {
        return Ok(());
    }
    let mut stems = Vec::new();
    for entry in fs_err::read_dir(&folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml")
        {
            stems.extend(
                path.file_name()
                    .and_then(|name| name.to_str())
                    .map(str::to_owned),
            );
        }
    }
    stems.sort();
    let workflows = &app.application.workflows;
    for file in stems {
        let stem = file.trim_end_matches(".yaml");
        if !workflows.contains_key(stem) {
            let error = Error::usage(format!(
                "{FOLDER}/{file}: there is no workflow `{stem}` in config/app.yaml"
            ));
            return Err(match nearest(stem, workflows.keys().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}.yaml`?")),
                None => error,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

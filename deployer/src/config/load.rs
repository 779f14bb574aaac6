//! Reads the configuration files and lays them over the defaults.

use camino::{Utf8Path, Utf8PathBuf};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::app::App;
use super::model::{Application, Stage};
use super::position::{Positions, duplicate_key};
use super::source::{Source, Sources};
use super::suggest::nearest;
use crate::error::{Error, Kind, Result};

const DEFAULTS: &str = include_str!("defaults.yaml");
const APPLICATION_FILE: &str = "config/app.yaml";

/// Returns the names of the stages that `root` has files for, sorted.
pub fn stages(root: &Utf8Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let folder = root.join("config/stages");
    let entries = fs_err::read_dir(&folder).map_err(|error| {
        Error::usage("the stages cannot be read")
            .caused_by(error)
            .hint("make a file `config/stages/dev.yaml`")
    })?;
    for entry in entries {
        let path = entry.map_err(Error::from)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
            && let Some(name) = path.file_stem().and_then(|stem| stem.to_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Returns the application in `root` as stage `stage_name` has it.
///
/// # Errors
///
/// Every unknown key, wrong unit and missing field, with its file, its line and the nearest valid name.
pub fn load(root: &Utf8Path, stage_name: &str) -> Result<App> {
    let known = stages(root)?;
    if !known.iter().any(|name| name == stage_name) {
        let error = Error::usage(format!(
            "there is no stage `{stage_name}`: config/stages/{stage_name}.yaml does not exist"
        ));
        return Err(
            match nearest(stage_name, known.iter().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("the stages are `{}`", known.join("`, `"))),
            },
        );
    }
    let defaults = parse(DEFAULTS, "the defaults")?;
    let (application, application_source) = read(root, APPLICATION_FILE)?;
    let (mut stage, stage_source) = read(root, &format!("config/stages/{stage_name}.yaml"))?;
    let overrides = remove(&mut stage, "workflows");
    let sources = Sources {
        application: application_source,
        stage: stage_source,
    };
    check_overrides(&application, &overrides, &sources)?;

    let mut stage_settings = section(&defaults, "stage");
    overlay(&mut stage_settings, stage);
    let stage: Stage = typed(stage_settings, "", &|path| sources.stage.locate(path))?;

    let mut application = application;
    let mut workflows = remove(&mut application, "workflows");
    overlay(&mut workflows, overrides);
    fill_workflows(&mut workflows, &defaults);
    if let Value::Object(fields) = &mut application {
        fields.insert("workflows".to_owned(), workflows);
    }
    let application: Application = typed(application, "", &|path| sources.locate(path))?;
    Ok(App {
        root: Utf8PathBuf::from(root),
        state_directory: root.join(".deployer"),
        stage_name: stage_name.to_owned(),
        stage,
        application,
        sources,
    })
}

/// Reads a YAML file that is a mapping; `path` is relative to `root`.
pub(crate) fn read(root: &Utf8Path, path: &str) -> Result<(Value, Source)> {
    let text = fs_err::read_to_string(root.join(path))
        .map_err(|error| Error::usage(format!("`{path}` cannot be read")).caused_by(error))?;
    let value = parse(&text, path)?;
    Ok((
        value,
        Source {
            path: path.to_owned(),
            positions: Positions::of(&text),
        },
    ))
}

fn parse(text: &str, path: &str) -> Result<Value> {
    let invalid = |error| invalid_yaml(path, text, error);
    // Through YAML's own value, because JSON's would let the last of two equal keys win.
    let yaml: serde_yaml::Value = serde_yaml::from_str(text).map_err(invalid)?;
    match serde_yaml::from_value(yaml).map_err(invalid)? {
        Value::Object(fields) => Ok(Value::Object(fields)),
        Value::Null => Ok(Value::Object(Map::new())),
        _ => Err(Error::usage(format!("{path} is not a mapping"))
            .hint("start it with keys, such as `name: …`")),
    }
}

/// Returns what is wrong with a text that is no YAML, with its line.
pub(crate) fn invalid_yaml(path: &str, text: &str, error: serde_yaml::Error) -> Error {
    // The reader names the line of the mapping instead of the key's.
    if let Some((key, line)) = duplicate_key(text) {
        return Error::usage(format!("{path}:{line}: the key `{key}` is there already"))
            .hint("write each key of a mapping once; the second would hide the first");
    }
    let place = error.location().map_or_else(
        || path.to_owned(),
        |place| format!("{path}:{}", place.line()),
    );
    Error::usage(format!("{place} is not valid YAML")).caused_by(error)
}

/// A stage may override a workflow, never add one: an unknown name is a typo.
fn check_overrides(application: &Value, overrides: &Value, sources: &Sources) -> Result<()> {
    let Value::Object(overrides) = overrides else {
        return Ok(());
    };
    let known: Vec<&str> = application
        .get("workflows")
        .and_then(Value::as_object)
        .map(|workflows| workflows.keys().map(String::as_str).collect())
        .unwrap_or_default();
    for name in overrides.keys() {
        if !known.contains(&name.as_str()) {
            let place = sources.stage.locate(&format!("workflows.{name}"));
            let error = Error::usage(format!(
                "{place}: there is no workflow `{name}` in config/app.yaml"
            ));
            return Err(match nearest(name, known) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            });
        }
    }
    Ok(())
}

fn fill_workflows(workflows: &mut Value, defaults: &Value) {
    let Value::Object(workflows) = workflows else {
        return;
    };
    for workflow in workflows.values_mut() {
        let Value::Object(parts) = workflow else {
            continue;
        };
        for name in ["orchestrator", "intake", "questions", "model"] {
            if let Some(part) = parts.get_mut(name) {
                fill(part, section(defaults, name));
            }
        }
        for (names, name) in [("workers", "worker"), ("tables", "table")] {
            if let Some(Value::Object(instances)) = parts.get_mut(names) {
                for instance in instances.values_mut() {
                    fill(instance, section(defaults, name));
                }
            }
        }
    }
}

fn fill(value: &mut Value, mut defaults: Value) {
    if value.is_object() || value.is_null() {
        overlay(&mut defaults, value.take());
        *value = defaults;
    }
}

fn section(defaults: &Value, name: &str) -> Value {
    defaults.get(name).cloned().unwrap_or_default()
}

fn remove(value: &mut Value, key: &str) -> Value {
    match value {
        Value::Object(fields) => fields
            .shift_remove(key)
            .unwrap_or(Value::Object(Map::new())),
        _ => Value::Object(Map::new()),
    }
}

/// Lays `upper` over `lower`: mappings merge, everything else is replaced, an empty value changes nothing.
fn overlay(lower: &mut Value, upper: Value) {
    match (lower, upper) {
        (_, Value::Null) => {}
        (Value::Object(lower), Value::Object(upper)) => {
            for (key, value) in upper {
                overlay(lower.entry(key).or_insert(Value::Null), value);
            }
        }
        (lower, upper) => *lower = upper,
    }
}

/// Turns merged values into their type, and an error into file, line and the nearest valid name.
pub(crate) fn typed<T: DeserializeOwned>(
    value: Value,
    prefix: &str,
    locate: &dyn Fn(&str) -> String,
) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = format!("{prefix}{}", error.path())
            .trim_end_matches('.')
            .replace('[', ".")
            .replace(']', "");
        let text = error.inner().to_string();
        // Serde's messages have no structure, so the names are read out of the backticks.
        let mut quoted = text.split('`').skip(1).step_by(2);
        if text.starts_with("unknown field") || text.starts_with("unknown variant") {
            let wrong = quoted.next().unwrap_or_default();
            let what = if text.starts_with("unknown field") {
                "key"
            } else {
                "value"
            };
            let full = if path.ends_with(wrong) {
                path.clone()
            } else {
                format!("{path}.{wrong}")
            };
            let valid: Vec<&str> = quoted.collect();
            let error = Error::usage(format!(
                "{}: unknown {what} `{wrong}`",
                locate(full.trim_start_matches('.'))
            ));
            return match nearest(wrong, valid.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("valid are `{}`", valid.join("`, `"))),
            };
        }
        let subject = if path == "." || path.is_empty() {
            String::new()
        } else {
            format!(" `{path}`:")
        };
        Error::new(Kind::Usage, format!("{}:{subject} {text}", locate(&path)))
    })
}

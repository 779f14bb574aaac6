//! The functions: each has its crate, and workers use tables that exist.

use super::finding::{Findings, Rule};
use crate::config::{App, nearest};

const CRATE: Rule = Rule {
    code: "F001",
    reason: "a function is the crate of its name in `functions/`",
    source: "README.md: the map of folders",
};
const TABLE: Rule = Rule {
    code: "F002",
    reason: "a worker reads and writes tables of its own workflow",
    source: "README.md: configuration",
};

/// The folder in `functions/` of the crates that functions share.
const LIBRARIES: &str = "libraries";

pub(super) fn check(app: &App, findings: &mut Findings<'_>) {
    let folders = folders(app);
    for (name, workflow) in &app.application.workflows {
        let orchestrator = (
            format!("workflows.{name}.orchestrator.function"),
            &workflow.orchestrator.function,
        );
        let intake = workflow.intake.iter().map(|intake| {
            (
                format!("workflows.{name}.intake.function"),
                &intake.function,
            )
        });
        let answers = workflow.questions.iter().map(|questions| {
            (
                format!("workflows.{name}.questions.function"),
                &questions.function,
            )
        });
        let workers = workflow
            .workers
            .keys()
            .map(|worker| (format!("workflows.{name}.workers.{worker}"), worker));
        for (path, function) in std::iter::once(orchestrator)
            .chain(intake)
            .chain(answers)
            .chain(workers)
        {
            if let Err(message) = has_crate(app, function, &folders) {
                findings.add(CRATE, &path, message);
            }
        }
        for (worker, settings) in &workflow.workers {
            for (index, table) in settings.tables.iter().enumerate() {
                if !workflow.tables.contains_key(table) {
                    let near = nearest(table, workflow.tables.keys().map(String::as_str));
                    let near =
                        near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                    let path = format!("workflows.{name}.workers.{worker}.tables.{index}");
                    findings.add(
                        TABLE,
                        &path,
                        format!("the workflow has no table `{table}`{near}"),
                    );
                }
            }
        }
    }
}

fn has_crate(app: &App, function: &str, folders: &[String]) -> Result<(), String> {
    let manifest = app.root.join("functions").join(function).join("Cargo.toml");
    let Ok(text) = fs_err::read_to_string(&manifest) else {
        let shared = format!("{LIBRARIES}/{function}");
        if is_library(app, &shared) {
            let near = near(app, function, folders);
            return Err(no_function(&shared, near, "name the crate of a function"));
        }
        if folders.iter().any(|folder| folder == function) {
            return Err(format!(
                "functions/{function} has no Cargo.toml; make it a crate: `cargo new functions/{function}`"
            ));
        }
        return Err(match near(app, function, folders) {
            Some(near) => {
                format!("there is no folder functions/{function}; did you mean `{near}`?")
            }
            None => format!(
                "there is no folder functions/{function}; make it: `cargo new functions/{function}`"
            ),
        });
    };
    if is_library(app, function) {
        return Err(no_function(
            function,
            near(app, function, folders),
            "give it a src/main.rs, or name the crate of a function",
        ));
    }
    // The crate's name is the binary's; reading the one line spares a run of cargo.
    let named = text.lines().any(|line| {
        line.split_once('=').is_some_and(|(key, value)| {
            key.trim() == "name" && value.trim().trim_matches('"') == function
        })
    });
    if named {
        Ok(())
    } else {
        Err(format!(
            "the crate in functions/{function} has another name; call it `{function}`"
        ))
    }
}

fn no_function(library: &str, near: Option<&str>, otherwise: &str) -> String {
    let other = near.map_or_else(
        || otherwise.to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    format!("the crate functions/{library} is a library and makes no binary; {other}")
}

/// Returns the nearest crate that makes a binary.
fn near<'a>(app: &App, function: &str, folders: &'a [String]) -> Option<&'a str> {
    let functions = folders.iter().map(String::as_str);
    nearest(
        function,
        functions.filter(|folder| !is_library(app, folder)),
    )
}

/// Returns whether a crate has a library and nothing that becomes a binary.
fn is_library(app: &App, name: &str) -> bool {
    let folder = app.root.join("functions").join(name);
    let declares = |section: &str| {
        fs_err::read_to_string(folder.join("Cargo.toml"))
            .is_ok_and(|manifest| manifest.lines().any(|line| line.trim() == section))
    };
    let has = |path: &str| folder.join(path).exists();
    (has("src/lib.rs") || declares("[lib]"))
        && !has("src/main.rs")
        && !has("src/bin")
        && !declares("[[bin]]")
}

fn folders(app: &App) -> Vec<String> {
    let entries = fs_err::read_dir(app.root.join("functions"))
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|folder| folder != LIBRARIES)
        .collect();
    folders.sort();
    folders
}

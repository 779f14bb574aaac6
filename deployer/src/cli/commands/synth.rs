//! `deployer synth`: the linked templates.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::{Map, Value, json};

use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::deploy::link::{Components, Published, artifact_template, link_workflow};
use crate::deploy::lint;
use crate::error::Result;

/// Prints the linked templates, or writes them to a folder; builds nothing and touches no account
///
/// The keys of the functions' zips are placeholders, because nothing is built.
#[derive(Debug, Args)]
pub(in crate::cli) struct SynthArguments {
    /// The workflows; by default all, and the artifact bucket's stack
    workflow: Vec<String>,
    /// Writes one file a stack into this folder instead
    #[arg(long)]
    out: Option<Utf8PathBuf>,
}

pub(super) fn run(context: &Context, arguments: &SynthArguments) -> Result<Outcome> {
    let app = &context.app;
    lint::require_clean(app)?;
    let components = Components::load(&app.root)?;
    let published = Published::placeholder(app);
    let mut templates = Vec::new();
    if arguments.workflow.is_empty() {
        templates.push((
            app.artifact_stack_name(),
            artifact_template(app, &components)?,
        ));
    }
    for workflow in app.select(&arguments.workflow)? {
        templates.push((
            app.stack_name(&workflow),
            link_workflow(app, &components, &workflow, &published)?,
        ));
    }
    for (_, template) in &templates {
        lint::require_sound(template)?;
    }
    if let Some(folder) = &arguments.out {
        fs_err::create_dir_all(folder)?;
        let mut files = Vec::new();
        for (stack, template) in &templates {
            let file = folder.join(format!("{stack}.json"));
            fs_err::write(&file, template.pretty())?;
            files.push(file.to_string());
        }
        return Ok(Outcome::done(files.join("\n"), json!({ "files": files })));
    }
    let document: Map<String, Value> = templates
        .into_iter()
        .map(|(stack, template)| (stack, template.body().clone()))
        .collect();
    let document = Value::Object(document);
    Ok(Outcome::done(
        serde_json::to_string_pretty(&document).unwrap_or_default(),
        document,
    ))
}

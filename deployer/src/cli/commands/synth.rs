//! `deployer synth`: the linked templates.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::{Map, Value, json};

use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::error::Result;
use crate::pipeline::synthesize;

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

pub(in crate::cli) fn run(context: &Context, arguments: &SynthArguments) -> Result<Outcome> {
    let templates = synthesize(&context.app, &arguments.workflow)?;
    if let Some(folder) = &arguments.out {
        fs_err::create_dir_all(folder)?;
        let mut files = Vec::new();
        for template in &templates {
            let file = folder.join(format!("{}.json", template.stack));
            fs_err::write(&file, template.pretty())?;
            files.push(file.to_string());
        }
        return Ok(Outcome::done(files.join("\n"), json!({ "files": files })));
    }
    let document: Map<String, Value> = templates
        .into_iter()
        .map(|template| (template.stack.clone(), template.body().clone()))
        .collect();
    let document = Value::Object(document);
    Ok(Outcome::done(
        serde_json::to_string_pretty(&document).unwrap_or_default(),
        document,
    ))
}

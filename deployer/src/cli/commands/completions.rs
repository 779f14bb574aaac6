//! `deployer completions` and `deployer man`: what a shell and `man` want to know.

use camino::Utf8PathBuf;
use clap::{Args, Command};
use clap_complete::{Shell, generate};
use serde_json::json;

use super::super::outcome::Outcome;
use crate::error::Result;

/// Prints the completions of a shell
///
/// For example `deployer completions bash > ~/.local/share/bash-completion/completions/deployer`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

/// Prints the manual page, or writes one a command
///
/// For example `deployer man | man -l -`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ManArguments {
    /// Writes a page for every command into this folder instead
    #[arg(long)]
    out: Option<Utf8PathBuf>,
}

pub(in crate::cli) fn run(arguments: &CompletionsArguments, mut command: Command) -> Outcome {
    let mut script = Vec::new();
    generate(arguments.shell, &mut command, "deployer", &mut script);
    text(&script)
}

pub(in crate::cli) fn run_man(arguments: &ManArguments, command: Command) -> Result<Outcome> {
    if let Some(folder) = &arguments.out {
        fs_err::create_dir_all(folder)?;
        clap_mangen::generate_to(command, folder)?;
        return Ok(Outcome::done(
            format!("The manual pages are in {folder}."),
            json!({ "folder": folder }),
        ));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(text(&page))
}

fn text(bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes).trim_end().to_owned();
    let document = json!({ "text": text });
    Outcome::done(text, document)
}

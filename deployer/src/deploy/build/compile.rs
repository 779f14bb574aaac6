//! Runs cargo, once for all functions.

use std::collections::BTreeMap;
use std::process::Stdio;

use camino::Utf8PathBuf;
use cargo_metadata::Message;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Command;

use super::inspect::{GLIBC, triple};
use super::processor::check_processor;
use super::toolchain::Toolchain;
use crate::config::{App, Target};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};

/// Compiles `functions` and returns their binaries by name.
pub(super) async fn compile(
    app: &App,
    functions: &[String],
    reporter: &dyn Reporter,
) -> Result<BTreeMap<String, Utf8PathBuf>> {
    if app.stage.target == Target::Aws {
        check_processor(app)?;
    }
    let mut child = command(app, functions)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            Error::new(Kind::Build, "cargo could not be started")
                .caused_by(error)
                .hint("install Rust from https://rustup.rs")
        })?;
    let words = child.stderr.take();
    let words = tokio::spawn(async move {
        let mut text = String::new();
        if let Some(mut words) = words {
            let _ = words.read_to_string(&mut text).await;
        }
        text
    });
    let mut binaries = BTreeMap::new();
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            if let Ok(Message::CompilerArtifact(artifact)) = serde_json::from_str(&line) {
                if !artifact.fresh {
                    reporter.report(&Event::Compiled {
                        name: artifact.target.name.clone(),
                    });
                }
                if let Some(executable) = artifact.executable
                    && functions.contains(&artifact.target.name)
                {
                    binaries.insert(artifact.target.name, executable);
                }
            }
        }
    }
    let status = child.wait().await?;
    let words = words.await.unwrap_or_default();
    if !status.success() {
        return Err(explain(app, &words));
    }
    for function in functions {
        if !binaries.contains_key(function) {
            return Err(Error::new(
                Kind::Build,
                format!("the crate `{function}` has no binary of its name"),
            )
            .hint(format!("give functions/{function} a `src/main.rs`")));
        }
    }
    Ok(binaries)
}

#[expect(clippy::disallowed_methods, reason = "what cargo itself reads")]
fn command(app: &App, functions: &[String]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    match app.stage.target {
        Target::Local => {
            // Whatever CARGO_BUILD_TARGET or a user's own configuration says: it runs here.
            command.args(["build", "--target", "host-tuple"]);
        }
        Target::Aws => {
            // Also where this machine has Lambda's architecture: its glibc may be a newer one.
            let target = format!("{}.{}.{}", triple(app.stage.architecture), GLIBC.0, GLIBC.1);
            command.args(["zigbuild", "--target", &target]);
            Toolchain::of(app).prepare(&mut command);
        }
    }
    command
        .args([
            "--locked",
            "--profile",
            &app.stage.build_profile,
            "--message-format",
            "json-render-diagnostics",
        ])
        .arg("--manifest-path")
        .arg(app.root.join("Cargo.toml"));
    // For Lambda each function gets only the features it asks for. On this machine features are
    // chosen for the whole workspace, as `cargo test --workspace` does, so that nothing is compiled twice.
    let selector = match app.stage.target {
        Target::Local => {
            command.arg("--workspace");
            "--bin"
        }
        Target::Aws => "--package",
    };
    for function in functions {
        command.args([selector, function]);
    }
    command
}

fn explain(app: &App, words: &str) -> Error {
    let error =
        Error::new(Kind::Build, "the functions could not be built").detail(words.trim_end());
    if words.contains("no such command: `zigbuild`") {
        return error.hint(format!(
            "install the cross-compiler: `deployer doctor --stage {} --fix`",
            app.stage_name
        ));
    }
    if words.contains("the lock file") && words.contains("--locked") {
        return error.hint(
            "run `cargo check` once, so that Cargo.lock matches the manifests, and commit it",
        );
    }
    if let Some(target) = target_that_is_missing(words) {
        return error.hint(format!("run `rustup target add {target}`"));
    }
    if words.contains("error: toolchain '") && words.contains("is not installed") {
        return error.hint("install the toolchain that rust-toolchain.toml names, with `rustup toolchain install`, or correct the file");
    }
    if words.contains("could not execute process") && words.contains("(never executed)") {
        return error.hint("RUSTC, RUSTC_WRAPPER or cargo's configuration names a program that is not there: correct it, or install that");
    }
    if words.contains("Read-only file system") {
        return error
            .hint("let CARGO_HOME and CARGO_TARGET_DIR name folders that can be written to");
    }
    error.hint("the compiler's own words are above")
}

/// Finds the target in "the `T` target may not be installed".
fn target_that_is_missing(words: &str) -> Option<&str> {
    let (before, _) = words.split_once("` target may not be installed")?;
    before.rsplit('`').next()
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::explain;
    use crate::config::load;

    #[test]
    fn what_the_cross_build_lacks_is_told_with_the_command_that_installs_it() {
        let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let app = load(root, "staging").unwrap();
        for (words, hint) in [
            (
                "error: no such command: `zigbuild`",
                "`deployer doctor --stage staging --fix`",
            ),
            (
                "error[E0463]: can't find crate for `core`\n  = note: the `aarch64-unknown-linux-gnu` target may not be installed",
                "`rustup target add aarch64-unknown-linux-gnu`",
            ),
            (
                "error: toolchain 'nightly-2020-01-01' is not installed",
                "`rustup toolchain install`",
            ),
            (
                "error: could not execute process `/absent rustc -vV` (never executed)",
                "RUSTC_WRAPPER",
            ),
            (
                "Caused by:\n  Read-only file system (os error 30)",
                "CARGO_HOME",
            ),
            ("error[E0308]: mismatched types", "the compiler's own words"),
        ] {
            let error = explain(&app, words);
            assert!(error.way_out().unwrap().contains(hint), "{words}");
            assert_eq!(error.details(), [words]);
        }
    }
}

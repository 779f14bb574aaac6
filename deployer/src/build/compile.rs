//! Runs cargo, once for all functions.

use std::collections::BTreeMap;
use std::process::Stdio;

use camino::Utf8PathBuf;
use cargo_metadata::Message;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Command;

use crate::config::{App, Architecture, Target};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};

/// The glibc of `provided.al2023`.
const GLIBC: &str = "2.34";

/// Compiles `functions` and returns their binaries by name.
pub(super) async fn compile(
    app: &App,
    functions: &[String],
    reporter: &dyn Reporter,
) -> Result<BTreeMap<String, Utf8PathBuf>> {
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

fn command(app: &App, functions: &[String]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    match app.stage.target {
        Target::Local => {
            command.arg("build");
        }
        Target::Aws => {
            let triple = match app.stage.architecture {
                Architecture::Arm64 => "aarch64-unknown-linux-gnu",
                Architecture::X86_64 => "x86_64-unknown-linux-gnu",
            };
            command.args(["zigbuild", "--target", &format!("{triple}.{GLIBC}")]);
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
        return error.hint("install the cross-compiler: `pip install ziglang cargo-zigbuild`");
    }
    if words.contains("the lock file") && words.contains("--locked") {
        return error.hint(
            "run `cargo check` once, so that Cargo.lock matches the manifests, and commit it",
        );
    }
    if words.contains("may not be installed") || words.contains("target may not be installed") {
        let triple = match app.stage.architecture {
            Architecture::Arm64 => "aarch64-unknown-linux-gnu",
            Architecture::X86_64 => "x86_64-unknown-linux-gnu",
        };
        return error.hint(format!("run `rustup target add {triple}`"));
    }
    error.hint("the compiler's own words are above")
}

//! Artifacts: zips named by the hash of their content, kept so that an unchanged binary is not zipped again.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use super::archive::zip_bootstrap;
use super::compile::compile;
use super::inspect::{Place, inspect};
use super::reads::Reads;
use super::stamp::{Built, Print, Stamps};
use super::toolchain::Toolchain;
use crate::config::{App, Target};
use crate::error::{Error, Kind, Result};
use crate::event::Reporter;
use crate::hash::hexadecimal;

/// A function's zip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// The function.
    pub function: String,
    /// The zip's file.
    pub zip: Utf8PathBuf,
    /// The SHA-256 of the zip, in hexadecimal.
    pub sha256: String,
    /// The size of the zip in bytes.
    pub bytes: u64,
}

impl Artifact {
    /// Returns the key in the artifact bucket; another content has another key.
    pub fn key(&self) -> String {
        format!("functions/{}/{}.zip", self.function, self.sha256)
    }
}

/// Builds `functions` and returns their artifacts by name.
///
/// Where nothing that cargo reads has changed since the last build, cargo is not run.
///
/// # Errors
///
/// A function that cannot be compiled, and a binary that cannot run where the stage is.
pub async fn build(
    app: &App,
    functions: &[String],
    reporter: &dyn Reporter,
) -> Result<BTreeMap<String, Artifact>> {
    let stamps = compiler(app)
        .await
        .map(|compiler| Stamps::new(app, functions, &compiler, std::env::vars_os()));
    let artifacts = build_in(app, functions, reporter, stamps).await?;
    Ok(artifacts
        .into_iter()
        .map(|artifact| (artifact.function.clone(), artifact))
        .collect())
}

/// Builds `functions`, unless the stamp tells that there is nothing to build.
pub(super) async fn build_in(
    app: &App,
    functions: &[String],
    reporter: &dyn Reporter,
    stamps: Option<Stamps>,
) -> Result<Vec<Artifact>> {
    if let Some(artifacts) = stamps.as_ref().and_then(Stamps::recall) {
        return Ok(artifacts);
    }
    let started = SystemTime::now();
    let (binaries, reads) = tokio::join!(compile(app, functions, reporter), Reads::of(app));
    let built = pack_all(app, binaries?).await?;
    let artifacts = built.iter().map(|built| built.artifact.clone()).collect();
    if let (Some(stamps), Some(reads)) = (stamps, reads) {
        stamps.remember(app, started, &reads, built);
    }
    Ok(artifacts)
}

/// Returns what compiles, by name and version; nothing if it does not say.
async fn compiler(app: &App) -> Option<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command.arg("-vV").stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    let linker = match app.stage.target {
        Target::Local => String::new(),
        Target::Aws => format!("{:?}", Toolchain::of(app)),
    };
    output
        .status
        .success()
        .then(|| format!("{version}{linker}"))
}

async fn pack_all(app: &App, binaries: BTreeMap<String, Utf8PathBuf>) -> Result<Vec<Built>> {
    let folder = app.state_directory.join("artifacts");
    let place = Place::of(app);
    let tasks = binaries.into_iter().map(|(function, binary)| {
        let folder = folder.clone();
        tokio::task::spawn_blocking(move || pack(&folder, &function, binary, place))
    });
    let mut built = Vec::new();
    for task in futures::future::join_all(tasks).await {
        built.push(
            task.map_err(|error| {
                Error::new(Kind::Bug, "a zip was not finished").caused_by(error)
            })??,
        );
    }
    Ok(built)
}

fn pack(folder: &Utf8Path, function: &str, binary: Utf8PathBuf, place: Place) -> Result<Built> {
    let binary_print = Print::of(&binary);
    let content = fs_err::read(&binary)?;
    inspect(function, &content, place)?;
    let fingerprint = hexadecimal(&content);
    let folder = folder.join(function);
    let zip = folder.join(format!("{fingerprint}.zip"));
    let packed = if let Ok(packed) = fs_err::read(&zip) {
        packed
    } else {
        let packed = zip_bootstrap(&content)?;
        // Only the newest zip is of use; the bucket keeps what was published.
        let _ = fs_err::remove_dir_all(&folder);
        fs_err::create_dir_all(&folder)?;
        let unfinished = folder.join("unfinished.zip");
        fs_err::write(&unfinished, &packed)?;
        fs_err::rename(&unfinished, &zip)?;
        packed
    };
    let artifact = Artifact {
        function: function.to_owned(),
        sha256: hexadecimal(&packed),
        bytes: packed.len() as u64,
        zip,
    };
    Ok(Built {
        artifact,
        binary,
        binary_print,
    })
}

#[cfg(test)]
mod tests {
    use camino::{Utf8Path, Utf8PathBuf};

    use super::super::inspect::Place;
    use super::pack;
    use crate::config::Architecture;
    use crate::error::Kind;

    #[test]
    fn a_binary_for_another_machine_is_never_packed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let binary = Utf8PathBuf::from_path_buf(std::env::current_exe().unwrap()).unwrap();
        let other = if cfg!(target_arch = "aarch64") {
            Architecture::X86_64
        } else {
            Architecture::Arm64
        };
        let place = Place::Lambda(other);
        let error = pack(folder, "orders", binary.clone(), place).unwrap_err();
        assert_eq!(error.kind(), Kind::Build);
        assert!(!folder.join("orders").exists());
        let built = pack(folder, "orders", binary, Place::Host).unwrap();
        assert!(built.artifact.zip.is_file());
    }
}

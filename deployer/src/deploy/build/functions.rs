//! Artifacts: zips named by the hash of their content, kept so that an unchanged binary is not zipped again.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use object::ReadCache;
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use super::archive::{each_chunk, zip_bootstrap};
use super::artifact::Artifact;
use super::compile::compile;
use super::fingerprint::{Built, Fingerprint};
use super::inspect::{Place, inspect};
use super::reads::Reads;
use super::stamp::Stamps;
use super::toolchain::Toolchain;
use crate::config::{App, Target};
use crate::error::{Error, Kind, Result};
use crate::event::Reporter;
use crate::hash::to_hexadecimal;

/// Builds `functions` and returns their artifacts by name.
///
/// Where nothing that cargo reads has changed since the last build, cargo is not run.
///
/// # Errors
///
/// A function that cannot be compiled, and a binary that cannot run where the stage is.
#[expect(clippy::disallowed_methods, reason = "what cargo itself reads")]
pub async fn build_functions(
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
#[expect(
    clippy::disallowed_methods,
    reason = "what changes while cargo runs is not remembered"
)]
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
    let platform = stamps.as_ref().and_then(Stamps::platform);
    let (binaries, reads) =
        tokio::join!(compile(app, functions, reporter), Reads::of(app, platform));
    let packed = stamps.as_ref().map(Stamps::packed).unwrap_or_default();
    let built = pack_all(app, binaries?, packed).await?;
    let artifacts = built.iter().map(|built| built.artifact.clone()).collect();
    if let (Some(stamps), Some(reads)) = (stamps, reads) {
        stamps.remember(app, started, &reads, built);
    }
    Ok(artifacts)
}

/// Returns what compiles, by name and version; nothing if it does not say.
#[expect(clippy::disallowed_methods, reason = "what cargo itself reads")]
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

async fn pack_all(
    app: &App,
    binaries: BTreeMap<String, Utf8PathBuf>,
    mut packed: BTreeMap<Utf8PathBuf, Built>,
) -> Result<Vec<Built>> {
    let folder = app.state_directory.join("artifacts");
    let place = Place::of(app);
    let tasks = binaries.into_iter().map(|(function, binary)| {
        let folder = folder.clone();
        let packed = packed.remove(&binary);
        tokio::task::spawn_blocking(move || match packed {
            Some(packed) if packed.is_as_it_was() => Ok(packed),
            _ => pack(&folder, &function, binary, place),
        })
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

/// Packs a binary, which may be larger than what this program should have in memory.
fn pack(folder: &Utf8Path, function: &str, binary: Utf8PathBuf, place: Place) -> Result<Built> {
    let fingerprint = Fingerprint::of(&binary);
    let inspected = ReadCache::new(fs_err::File::open(&binary)?);
    inspect(function, &inspected, place)?;
    let content = hash(&binary)?;
    let folder = folder.join(function);
    let zip = folder.join(format!("{content}.zip"));
    if !zip.is_file() {
        // Only the newest zip is of use; the bucket keeps what was published.
        let _ = fs_err::remove_dir_all(&folder);
        fs_err::create_dir_all(&folder)?;
        let unfinished = folder.join("unfinished.zip");
        zip_bootstrap(
            fs_err::File::open(&binary)?,
            fs_err::File::create(&unfinished)?,
        )?;
        fs_err::rename(&unfinished, &zip)?;
    }
    let artifact = Artifact {
        function: function.to_owned(),
        sha256: hash(&zip)?,
        bytes: fs_err::metadata(&zip)?.len(),
        zip,
    };
    Ok(Built {
        artifact,
        binary,
        fingerprint,
    })
}

/// Returns the SHA-256 of a file in hexadecimal.
fn hash(file: &Utf8Path) -> Result<String> {
    let mut hash = Sha256::new();
    each_chunk(fs_err::File::open(file)?, |chunk| {
        hash.update(chunk);
        Ok(())
    })?;
    Ok(to_hexadecimal(&hash.finalize()))
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

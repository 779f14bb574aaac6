//! Artifacts: zips named by the hash of their content, kept so that an unchanged binary is not zipped again.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::archive::zip_bootstrap;
use super::compile::compile;
use crate::config::App;
use crate::error::{Error, Kind, Result};
use crate::event::Reporter;
use crate::hash::hexadecimal;

/// A function's zip.
#[derive(Debug, Clone)]
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
pub async fn build(
    app: &App,
    functions: &[String],
    reporter: &dyn Reporter,
) -> Result<BTreeMap<String, Artifact>> {
    let binaries = compile(app, functions, reporter).await?;
    let folder = app.state_directory.join("artifacts");
    let tasks = binaries.into_iter().map(|(function, binary)| {
        let folder = folder.clone();
        tokio::task::spawn_blocking(move || pack(&folder, &function, &binary))
    });
    let mut artifacts = BTreeMap::new();
    for task in futures::future::join_all(tasks).await {
        let artifact = task
            .map_err(|error| Error::new(Kind::Bug, "a zip was not finished").caused_by(error))??;
        artifacts.insert(artifact.function.clone(), artifact);
    }
    Ok(artifacts)
}

fn pack(folder: &Utf8Path, function: &str, binary: &Utf8Path) -> Result<Artifact> {
    let content = fs_err::read(binary)?;
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
    Ok(Artifact {
        function: function.to_owned(),
        sha256: hexadecimal(&packed),
        bytes: packed.len() as u64,
        zip,
    })
}

//! Binaries that run on this machine, of whatever the functions are built for.

use camino::{Utf8Path, Utf8PathBuf};

use super::artifact::Artifact;
use super::functions::build_functions;
use crate::config::{App, Architecture, Target};
use crate::error::{Error, Kind, Result};
use crate::event::Reporter;

/// Returns the binary of `function`, built from what is checked out now, as it runs on this machine.
///
/// It is the one that is deployed, where this machine can run that; else one that is compiled for this machine.
///
/// # Errors
///
/// As [`build_functions`]; a zip that cannot be unpacked.
pub async fn build_to_run(
    app: &App,
    function: &str,
    reporter: &dyn Reporter,
) -> Result<Utf8PathBuf> {
    let mut app = app.clone();
    let folder = app.state_directory.join("replay");
    if !runs_here(&app) {
        // Apart from the zips for Lambda, which stay as they are.
        app.stage.target = Target::Local;
        app.state_directory.clone_from(&folder);
    }
    let functions = [function.to_owned()];
    let built = build_functions(&app, &functions, reporter).await?;
    let artifact = built.get(function).ok_or_else(|| {
        Error::new(
            Kind::Bug,
            format!("`{function}` was built and is not there"),
        )
    })?;
    unpack(artifact, &folder.join(function))
}

/// Returns the binary of a zip that was built before; nothing where this machine cannot run it.
///
/// # Errors
///
/// The zip cannot be unpacked.
pub fn unpack_to_run(app: &App, artifact: &Artifact) -> Result<Option<Utf8PathBuf>> {
    if !runs_here(app) {
        return Ok(None);
    }
    let folder = app.state_directory.join("replay").join(&artifact.function);
    unpack(artifact, &folder).map(Some)
}

/// Returns whether this machine can run what the functions of a stage are built for.
fn runs_here(app: &App) -> bool {
    let same = match app.stage.architecture {
        Architecture::Arm64 => cfg!(target_arch = "aarch64"),
        Architecture::X86_64 => cfg!(target_arch = "x86_64"),
    };
    app.stage.target == Target::Local || (cfg!(target_os = "linux") && same)
}

/// Takes the binary out of a zip, into a folder that has only the newest one.
fn unpack(artifact: &Artifact, folder: &Utf8Path) -> Result<Utf8PathBuf> {
    let unpacked = folder.join(&artifact.sha256);
    let binary = unpacked.join("bootstrap");
    if binary.is_file() {
        return Ok(binary);
    }
    let unreadable = |error: zip::result::ZipError| {
        let what = format!("{} could not be unpacked", artifact.zip);
        Error::new(Kind::Build, what).caused_by(error)
    };
    let _ = fs_err::remove_dir_all(folder);
    let unfinished = folder.join("unfinished");
    fs_err::create_dir_all(&unfinished)?;
    let zip = fs_err::File::open(&artifact.zip)?;
    let mut zip = zip::ZipArchive::new(zip).map_err(unreadable)?;
    zip.extract(&unfinished).map_err(unreadable)?;
    fs_err::rename(&unfinished, &unpacked)?;
    Ok(binary)
}

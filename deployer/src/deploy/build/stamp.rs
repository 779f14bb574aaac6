//! Whether cargo needs to run: a stamp of everything that it read when it last did.
//!
//! A stamp speaks for artifacts only while nothing that cargo reads has changed: manifests, lock and
//! configuration files, every file of the packages involved, the files that the compiler and build
//! scripts named, the compiler, the profile and target, and the environment. In doubt there is no
//! stamp, and cargo decides. Like cargo, it takes size and time for a file's content.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::time::SystemTime;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::artifact::Artifact;
use super::fingerprint::{Built, Fingerprint};
use super::inspect::triple;
use super::reads::{self, Reads};
use crate::config::{App, Target};
use crate::hash::hexadecimal;

/// Variables that shells and terminals change by themselves, and that no compiler reads.
const OWN_BUSINESS: [&str; 7] = ["COLUMNS", "LINES", "OLDPWD", "PWD", "SHLVL", "TERM", "_"];

#[derive(Debug, Serialize, Deserialize)]
struct Stamp {
    /// A hash of all that is no file.
    settings: String,
    /// Every file that cargo reads, or would read if it were there.
    files: BTreeMap<Utf8PathBuf, Option<Fingerprint>>,
    /// The folders in which a new file may be one that cargo reads.
    folders: BTreeSet<Utf8PathBuf>,
    built: Vec<Built>,
    /// The zips, as they were written.
    zips: Vec<Option<Fingerprint>>,
}

impl Stamp {
    fn zips_are_as_they_were(&self) -> bool {
        self.built.len() == self.zips.len()
            && self
                .built
                .iter()
                .zip(&self.zips)
                .all(|(built, fingerprint)| {
                    fingerprint.is_some() && *fingerprint == Fingerprint::of(&built.artifact.zip)
                })
    }
}

/// The stamp of one set of functions on one stage.
#[derive(Debug)]
pub(super) struct Stamps {
    file: Utf8PathBuf,
    settings: String,
    platform: Option<String>,
}

impl Stamps {
    /// Returns where the stamp is for these functions, compiled by this compiler in this environment.
    pub(super) fn new(
        app: &App,
        functions: &[String],
        compiler: &str,
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> Self {
        let stage = &app.stage;
        let what = format!(
            "{}\n{}\n{:?} {:?} {}\n{functions:?}\n",
            env!("CARGO_PKG_VERSION"),
            app.root,
            stage.target,
            stage.architecture,
            stage.build_profile
        );
        let name = hexadecimal(what.as_bytes());
        let name = name.get(..16).unwrap_or(&name);
        let variables: BTreeMap<OsString, OsString> = environment
            .filter(|(name, _)| {
                let name = name.to_string_lossy();
                !OWN_BUSINESS.contains(&name.as_ref()) && !name.starts_with("DEPLOYER_")
            })
            .collect();
        let folder = std::env::current_dir();
        let settings = format!("{what}{compiler}\n{folder:?}\n{variables:?}");
        Self {
            file: app
                .state_directory
                .join(format!("artifacts/stamps/{name}.json")),
            settings: hexadecimal(settings.as_bytes()),
            platform: match stage.target {
                Target::Local => host(compiler).map(str::to_owned),
                Target::Aws => Some(triple(stage.architecture).to_owned()),
            },
        }
    }

    /// Returns the platform that is built for, where the compiler says its own.
    pub(super) fn platform(&self) -> Option<&str> {
        self.platform.as_deref()
    }

    /// Returns the artifacts of the last build, if cargo would find nothing to do.
    pub(super) fn recall(&self) -> Option<Vec<Artifact>> {
        let stamp = self.read()?;
        let whole = stamp.settings == self.settings
            && stamp.zips_are_as_they_were()
            && stamp.built.iter().all(Built::is_as_it_was)
            && stamp
                .files
                .iter()
                .all(|(path, fingerprint)| *fingerprint == Fingerprint::of(path));
        if !whole {
            return None;
        }
        for folder in &stamp.folders {
            let there = reads::files_below(folder)?;
            if !there.iter().all(|file| stamp.files.contains_key(file)) {
                return None;
            }
        }
        Some(
            stamp
                .built
                .into_iter()
                .map(|built| built.artifact)
                .collect(),
        )
    }

    /// Returns what the last build packed, by binary: one that is as it was has its zip already.
    pub(super) fn packed(&self) -> BTreeMap<Utf8PathBuf, Built> {
        let stamp = self.read().filter(Stamp::zips_are_as_they_were);
        let built = stamp.into_iter().flat_map(|stamp| stamp.built);
        built.map(|built| (built.binary.clone(), built)).collect()
    }

    /// Keeps what cargo read for a build that began at `started`; nothing is kept in doubt.
    pub(super) fn remember(
        &self,
        app: &App,
        started: SystemTime,
        reads: &Reads,
        built: Vec<Built>,
    ) {
        // What is left of an earlier stamp must not speak for this build.
        let _ = fs_err::remove_file(&self.file);
        let Some((files, folders)) = reads.collect(app, &built) else {
            return;
        };
        let files: BTreeMap<Utf8PathBuf, Option<Fingerprint>> = files
            .into_iter()
            .map(|path| {
                let fingerprint = Fingerprint::of(&path);
                (path, fingerprint)
            })
            .collect();
        // A file that changed meanwhile may have been read before or after.
        if files
            .values()
            .flatten()
            .any(|fingerprint| !fingerprint.is_before(started))
        {
            return;
        }
        let stamp = Stamp {
            settings: self.settings.clone(),
            files,
            folders,
            zips: built
                .iter()
                .map(|built| Fingerprint::of(&built.artifact.zip))
                .collect(),
            built,
        };
        let _ = self.write(&stamp);
    }

    fn read(&self) -> Option<Stamp> {
        serde_json::from_slice(&fs_err::read(&self.file).ok()?).ok()
    }

    fn write(&self, stamp: &Stamp) -> std::io::Result<()> {
        if let Some(folder) = self.file.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let unfinished = self.file.with_extension("unfinished");
        fs_err::write(&unfinished, serde_json::to_vec(stamp)?)?;
        fs_err::rename(unfinished, &self.file)
    }
}

/// Finds the platform of this machine in what `rustc -vV` says.
fn host(compiler: &str) -> Option<&str> {
    compiler
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
}

#[cfg(test)]
mod tests;

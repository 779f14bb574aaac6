//! What cargo reads to build the functions.

use std::collections::BTreeSet;
use std::process::Stdio;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::MetadataCommand;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::process::Command;

use super::configuration;
use super::fingerprint::Built;
use crate::config::App;

/// Folders that cargo never reads.
const SKIPPED: [&str; 2] = [".deployer", ".git"];

/// The file by which cargo marks a folder that it writes to.
const WRITTEN: &str = "CACHEDIR.TAG";

/// Words of cargo's configuration behind which there are further files, or another compiler.
const DOUBTS: [&str; 3] = ["include", "paths", "rustc"];

/// The packages that are files of somebody's own, rather than downloaded and never changed.
#[derive(Debug)]
pub(super) struct Reads {
    manifests: Vec<Utf8PathBuf>,
}

/// What matters of cargo's long answer.
#[derive(Deserialize)]
struct Answer {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: Utf8PathBuf,
    source: Option<IgnoredAny>,
}

type FilesAndFolders = (BTreeSet<Utf8PathBuf>, BTreeSet<Utf8PathBuf>);

impl Reads {
    /// Asks cargo for the packages; nothing if it does not answer.
    ///
    /// Of registry packages, cargo downloads only those of the platform that it builds for, and
    /// without the others it can tell of no other platform.
    pub(super) async fn of(app: &App, platform: Option<&str>) -> Option<Self> {
        let mut options = vec!["--locked", "--offline"];
        if let Some(platform) = platform {
            options.extend(["--filter-platform", platform]);
        }
        let mut command = MetadataCommand::new();
        command
            .manifest_path(app.root.join("Cargo.toml"))
            .other_options(options.into_iter().map(str::to_owned).collect::<Vec<_>>());
        let mut command = Command::from(command.cargo_command());
        command.stdin(Stdio::null()).kill_on_drop(true);
        let answer = command.output().await.ok()?;
        let answer: Answer = serde_json::from_slice(&answer.stdout).ok()?;
        let own = answer.packages.into_iter();
        Some(Self {
            manifests: own
                .filter(|package| package.source.is_none())
                .map(|package| package.manifest_path)
                .collect(),
        })
    }

    /// Returns all files that were read for `built`, and the folders of their packages; nothing in doubt.
    pub(super) fn collect(&self, app: &App, built: &[Built]) -> Option<FilesAndFolders> {
        let mut files: BTreeSet<Utf8PathBuf> = self.manifests.iter().cloned().collect();
        files.extend([app.root.join("Cargo.toml"), app.root.join("Cargo.lock")]);
        files.extend(choosing()?);
        let mut folders = BTreeSet::new();
        for built in built {
            for source in sources(&built.binary.with_extension("d"))? {
                // A build script may watch a folder; what is in it, cargo knows better.
                if !source.is_file() {
                    return None;
                }
                folders.extend(self.package_of(&source));
                files.insert(source);
            }
        }
        for folder in &folders {
            files.extend(files_below(folder)?);
        }
        Some((files, folders))
    }

    /// Returns the folder of the innermost package around a file.
    fn package_of(&self, source: &Utf8Path) -> Option<Utf8PathBuf> {
        self.manifests
            .iter()
            .filter_map(|manifest| manifest.parent())
            .filter(|folder| source.starts_with(folder))
            .max_by_key(|folder| folder.components().count())
            .map(Utf8Path::to_owned)
    }
}

/// Returns the files below a folder; nothing if that cannot be told for sure.
pub(super) fn files_below(folder: &Utf8Path) -> Option<BTreeSet<Utf8PathBuf>> {
    let mut files = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().ok()? {
            let entry = entry.ok()?;
            let path = entry.path().to_owned();
            if entry.file_type().ok()?.is_dir() {
                if !SKIPPED.contains(&entry.file_name()) && !path.join(WRITTEN).is_file() {
                    folders.push(path);
                }
            } else if path.is_dir() {
                // A link to a folder can lead anywhere, in circles too.
                return None;
            } else {
                files.insert(path);
            }
        }
    }
    Some(files)
}

/// Returns the files that the compiler and the build scripts named, from the list that cargo writes
/// beside a binary: `binary: file file`, with a backslash before a space in a name.
fn sources(list: &Utf8Path) -> Option<Vec<Utf8PathBuf>> {
    let text = fs_err::read_to_string(list).ok()?;
    let (_, sources) = text.split_once(": ")?;
    let sources = sources.replace("\\ ", "\0");
    Some(
        sources
            .split_whitespace()
            .map(|source| source.replace('\0', " ").into())
            .collect(),
    )
}

/// Returns every file that may configure cargo or choose the compiler, there or not.
fn choosing() -> Option<Vec<Utf8PathBuf>> {
    let mut files = Vec::new();
    for folder in configuration::folder()?.ancestors() {
        files.extend(["rust-toolchain", "rust-toolchain.toml"].map(|name| folder.join(name)));
    }
    for file in configuration::files()? {
        if let Ok(text) = fs_err::read_to_string(&file)
            && DOUBTS.iter().any(|doubt| text.contains(doubt))
        {
            return None;
        }
        files.push(file);
    }
    Some(files)
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::Reads;
    use crate::config::load;

    /// Has dependencies of other platforms, which no build on this one downloads.
    #[tokio::test]
    async fn the_packages_are_known_where_only_those_of_this_platform_were_downloaded() {
        let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let app = load(root, "dev").unwrap();
        let compiler = std::process::Command::new("rustc").arg("-vV").output();
        let compiler = String::from_utf8(compiler.unwrap().stdout).unwrap();
        let host = compiler
            .lines()
            .find_map(|line| line.strip_prefix("host: "));
        let reads = Reads::of(&app, host).await.unwrap();
        let manifest = root.join("functions/queue-intermediary/Cargo.toml");
        assert!(reads.manifests.contains(&manifest), "{reads:?}");
    }
}

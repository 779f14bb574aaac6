//! The cross-compiler: cargo-zigbuild and zig, pinned with hashes, in a virtual environment in `.deployer/`.

use std::process::{Output, Stdio};

use camino::Utf8PathBuf;
use tokio::process::Command;

use crate::config::App;
use crate::error::{Error, Kind, Result};
use crate::hash::hexadecimal;

/// The packages and their hashes, as pip reads them.
const REQUIREMENTS: &str = include_str!("../../../toolchain.txt");

/// Written last, so that an installation that was cut short is seen and made again.
const MARKER: &str = "installed";

/// How much of a failed program's output an error carries.
const OUTPUT_LINES: usize = 15;

/// The cross-compiler of a project, there or not.
#[derive(Debug, Clone)]
pub struct Toolchain {
    folder: Utf8PathBuf,
}

impl Toolchain {
    /// Returns where the cross-compiler of an application is, or will be.
    pub fn of(app: &App) -> Self {
        let fingerprint = hexadecimal(REQUIREMENTS.as_bytes());
        let short = fingerprint.get(..12).unwrap_or(&fingerprint);
        let name = format!("{}-{short}", version("cargo-zigbuild"));
        Self {
            folder: app.state_directory.join("toolchain").join(name),
        }
    }

    /// Returns what it is made of, for people.
    pub fn name() -> String {
        format!(
            "cargo-zigbuild {} with zig {}",
            version("cargo-zigbuild"),
            version("ziglang")
        )
    }

    /// Returns the folder that it is installed in.
    pub fn folder(&self) -> &Utf8PathBuf {
        &self.folder
    }

    /// Returns whether it is there.
    pub fn is_installed(&self) -> bool {
        self.folder.join(MARKER).is_file()
    }

    /// Installs it unless it is there. Needs Python and the Python package index.
    pub async fn install(&self) -> Result<()> {
        if self.is_installed() {
            return Ok(());
        }
        if self.folder.exists() {
            fs_err::remove_dir_all(&self.folder)?;
        }
        fs_err::create_dir_all(&self.folder)?;
        let python = durable_local::find_python().await?;
        let mut venv = Command::new(python);
        venv.args(["-m", "venv"]).arg(&self.folder);
        run(&mut venv)
            .await
            .map_err(|error| error.hint("install Python's venv module (Debian, Ubuntu: `apt install python3-venv`), or name another interpreter in DEPLOYER_PYTHON"))?;
        let requirements = self.folder.join("requirements.txt");
        fs_err::write(&requirements, REQUIREMENTS)?;
        let mut pip = Command::new(self.programs().join("python"));
        pip.args(["-m", "pip", "install", "--require-hashes", "--no-input"])
            .args([
                "--only-binary",
                ":all:",
                "--disable-pip-version-check",
                "-r",
            ])
            .arg(&requirements);
        run(&mut pip).await.map_err(|error| {
            error.hint("check the network, or pip's own settings (PIP_INDEX_URL, HTTPS_PROXY)")
        })?;
        fs_err::write(self.folder.join(MARKER), Self::name())?;
        Ok(())
    }

    /// Lets `command` find it before anything of the same name on the system.
    #[expect(clippy::disallowed_methods, reason = "what cargo itself reads")]
    pub(super) fn prepare(&self, command: &mut Command) {
        if !self.is_installed() {
            return;
        }
        let programs = self.programs();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(programs.clone().into_std_path_buf())
            .chain(std::env::split_paths(&path));
        if let Ok(path) = std::env::join_paths(folders) {
            command.env("PATH", path);
        }
        // Or cargo-zigbuild would take a zig of another version that the system has.
        command.env("CARGO_ZIGBUILD_ZIG_PATH", programs.join("python-zig"));
    }

    fn programs(&self) -> Utf8PathBuf {
        self.folder.join("bin")
    }
}

/// Returns the pinned version of a package.
fn version(package: &str) -> &'static str {
    REQUIREMENTS
        .lines()
        .find_map(|line| line.strip_prefix(package)?.strip_prefix("=="))
        .and_then(|rest| rest.split_whitespace().next())
        .unwrap_or("unknown")
}

async fn run(command: &mut Command) -> Result<()> {
    command.stdin(Stdio::null()).kill_on_drop(true);
    let failed = || {
        Error::new(
            Kind::WrongState,
            "the cross-compiler could not be installed",
        )
    };
    let output = command
        .output()
        .await
        .map_err(|error| failed().caused_by(error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed().detail(tail(&output)))
}

fn tail(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let start = lines.len().saturating_sub(OUTPUT_LINES);
    lines.get(start..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{REQUIREMENTS, version};

    #[test]
    fn every_package_is_pinned_with_hashes() {
        for package in ["cargo-zigbuild", "ziglang"] {
            assert!(version(package).starts_with(|first: char| first.is_ascii_digit()));
        }
        let (packages, hashes): (Vec<&str>, Vec<&str>) = REQUIREMENTS
            .lines()
            .partition(|line| !line.starts_with(' '));
        assert!(
            packages
                .iter()
                .all(|line| line.contains("==") && line.ends_with('\\'))
        );
        assert!(
            hashes
                .iter()
                .all(|line| line.trim().starts_with("--hash=sha256:"))
        );
    }
}

//! Installs MiniStack, pinned with hashes, into a virtual environment of its own.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use super::error::InstallError;
use super::python;
use crate::error::LocalError;
use crate::lock::FileLock;

/// The list of packages and their hashes, as pip reads it.
const REQUIREMENTS: &str = include_str!("../../ministack.txt");

/// Written last, so that an installation that was cut short is seen and made again.
const MARKER: &str = "installed";

/// How much of a failed program's output an error carries.
const OUTPUT_LINES: usize = 15;

/// Returns the version of MiniStack that this crate installs.
pub(crate) fn version() -> &'static str {
    REQUIREMENTS
        .lines()
        .find_map(|line| line.strip_prefix("ministack=="))
        .and_then(|rest| rest.split_whitespace().next())
        .unwrap_or("unknown")
}

/// Returns whether nothing needs to be installed.
pub(crate) fn is_installed(installations: &Path) -> bool {
    installations.join(name()).join(MARKER).is_file()
}

/// Installs MiniStack unless it is there and returns the interpreter that runs it.
pub(crate) async fn ensure_installed(installations: &Path) -> Result<PathBuf, LocalError> {
    fs_err::create_dir_all(installations).map_err(LocalError::file)?;
    // A virtual environment knows its own path, so the folder must have one spelling.
    let installations = fs_err::canonicalize(installations).map_err(LocalError::file)?;
    let folder = installations.join(name());
    let interpreter = folder.join("bin").join("python");
    if is_installed(&installations) {
        return Ok(interpreter);
    }
    let lock = installations.join(format!("{}.lock", name()));
    let _held = FileLock::acquire(&lock, || {}).await?;
    if !is_installed(&installations) {
        install(&folder, &interpreter).await?;
    }
    Ok(interpreter)
}

#[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
async fn install(folder: &Path, interpreter: &Path) -> Result<(), LocalError> {
    if folder.exists() {
        fs_err::remove_dir_all(folder).map_err(LocalError::file)?;
    }
    let program = python::find(std::env::var_os("DEPLOYER_PYTHON")).await?;
    let mut venv = Command::new(&program);
    venv.args(["-m", "venv"]).arg(folder);
    let output = run(&mut venv).await?;
    if !output.status.success() {
        let program = program.to_string_lossy().into_owned();
        return Err(venv_error(program, &tail(&output)).into());
    }

    let requirements = folder.join("requirements.txt");
    fs_err::write(&requirements, REQUIREMENTS).map_err(LocalError::file)?;
    let mut pip = Command::new(interpreter);
    pip.args(["-m", "pip", "install", "--require-hashes", "--no-input"])
        .args([
            "--disable-pip-version-check",
            "--no-warn-script-location",
            "-r",
        ])
        .arg(&requirements);
    let output = run(&mut pip).await?;
    if !output.status.success() {
        let output = tail(&output);
        return Err(InstallError::Pip { output }.into());
    }
    fs_err::write(folder.join(MARKER), version()).map_err(LocalError::file)
}

async fn run(command: &mut Command) -> Result<Output, InstallError> {
    // An installation that nobody waits for any more must not go on behind the lock's back.
    command
        .kill_on_drop(true)
        .stdin(std::process::Stdio::null());
    command.output().await.map_err(|source| InstallError::Run {
        program: command
            .as_std()
            .get_program()
            .to_string_lossy()
            .into_owned(),
        source,
    })
}

fn venv_error(program: String, output: &str) -> InstallError {
    let modules_missing = [
        "No module named venv",
        "No module named 'venv'",
        "ensurepip",
    ];
    if modules_missing.iter().any(|text| output.contains(text)) {
        InstallError::NoVenv { program }
    } else {
        InstallError::Venv {
            program,
            output: output.to_owned(),
        }
    }
}

fn tail(output: &Output) -> String {
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let start = lines.len().saturating_sub(OUTPUT_LINES);
    lines.get(start..).unwrap_or_default().join("\n")
}

fn name() -> String {
    let hash = Sha256::digest(REQUIREMENTS.as_bytes());
    let mut name = format!("{}-", version());
    for byte in hash.iter().take(6) {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_pins_every_package_with_hashes() {
        assert!(
            version().starts_with(|c: char| c.is_ascii_digit()),
            "{}",
            version()
        );
        let packages: Vec<&str> = REQUIREMENTS
            .lines()
            .filter(|line| !line.starts_with(' '))
            .collect();
        assert!(
            packages
                .iter()
                .all(|line| line.contains("==") && line.ends_with('\\')),
            "{packages:?}"
        );
        assert!(packages.is_sorted(), "{packages:?}");
    }

    #[test]
    fn a_missing_module_is_told_from_other_failures() {
        let debian = "The virtual environment was not created successfully because ensurepip is not\navailable.";
        assert!(matches!(
            venv_error("python3".into(), debian),
            InstallError::NoVenv { .. }
        ));
        let absent = "/usr/bin/python3: No module named venv";
        let error = venv_error("python3".into(), absent);
        assert!(error.hint().unwrap().contains("apt install python3-venv"));
        let full = "OSError: [Errno 28] No space left on device";
        assert!(
            matches!(venv_error("python3".into(), full), InstallError::Venv { output, .. } if output == full)
        );
    }

    #[test]
    fn an_installation_without_marker_is_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join(name()).join("bin")).unwrap();
        assert!(!is_installed(folder.path()));
    }
}

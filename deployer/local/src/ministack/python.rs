//! Finds a Python interpreter that MiniStack runs on.

use std::ffi::OsString;
use std::io;

use tokio::process::Command;

use super::error::InstallError;

/// The oldest version that MiniStack runs on.
pub(super) const OLDEST: (u32, u32) = (3, 10);

/// The names under which systems install interpreters beside their default one.
const NAMES: [&str; 7] = [
    "python3",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
    "python",
];

/// Returns the first interpreter that is new enough; `chosen` (`DEPLOYER_PYTHON`) admits no other.
pub(crate) async fn find(chosen: Option<OsString>) -> Result<OsString, InstallError> {
    let candidates = match &chosen {
        Some(program) => vec![program.clone()],
        None => NAMES.iter().map(OsString::from).collect(),
    };
    let mut too_old = None;
    for program in candidates {
        match version_of(&program).await {
            Ok(Some(version)) if version >= OLDEST => return Ok(program),
            Ok(Some(version)) => too_old = too_old.or(Some((program, version))),
            Ok(None) | Err(_) => {}
        }
    }
    Err(match (too_old, chosen) {
        (Some((program, version)), _) => InstallError::PythonTooOld {
            program: program.to_string_lossy().into_owned(),
            version: format!("{}.{}", version.0, version.1),
        },
        (None, chosen) => InstallError::NoPython {
            program: chosen.map_or_else(
                || "python3".to_owned(),
                |program| program.to_string_lossy().into_owned(),
            ),
        },
    })
}

async fn version_of(program: &OsString) -> io::Result<Option<(u32, u32)>> {
    let output = Command::new(program)
        .args(["-c", "import sys; print(*sys.version_info[:2], sep='.')"])
        .output()
        .await?;
    Ok(parse_version(&String::from_utf8_lossy(&output.stdout)))
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(parse_version("3.9\n"), Some((3, 9)));
        assert!(parse_version("3.9").unwrap() < OLDEST);
        assert!(parse_version("3.10").unwrap() >= OLDEST);
        assert_eq!(parse_version("command not found"), None);
    }

    #[tokio::test]
    async fn a_chosen_interpreter_admits_no_other() {
        let error = find(Some("/nowhere/python3".into())).await.unwrap_err();
        assert!(
            matches!(error, InstallError::NoPython { program } if program == "/nowhere/python3")
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn an_old_interpreter_is_named_with_its_version() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("python3");
        std::fs::write(&program, "#!/bin/sh\necho 3.9\n").unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let error = find(Some(program.into())).await.unwrap_err();
        assert!(matches!(error, InstallError::PythonTooOld { version, .. } if version == "3.9"));
    }
}

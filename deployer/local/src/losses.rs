//! What the local target has lost, and whether it can keep anything at all.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

use serde::Deserialize;

use crate::error::LocalError;
use crate::settings::LocalSettings;

/// How much room there must be for the target to be of use.
const LEAST_ROOM: usize = 256 * 1024;

/// Damage that was found, and what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// What is lost and why, such as `the logs: lost, for cloudwatch_logs.json cannot be read`.
    pub text: String,
    /// Where the damaged files lie. Who deletes them is not told of the loss any more.
    pub evidence: PathBuf,
}

/// A line of the list of losses, as the launcher of MiniStack writes it.
#[derive(Debug, Deserialize)]
struct Line {
    loss: String,
}

/// Returns what was lost to damaged files for as long as these lie set aside. Needs no running
/// target.
pub fn losses(settings: &LocalSettings) -> Vec<Loss> {
    let state = settings.state();
    let damaged = state.damaged();
    let list = fs_err::read_to_string(damaged.join("losses.jsonl")).unwrap_or_default();
    let texts: BTreeSet<String> = list
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok())
        .map(|line| line.loss)
        .collect();
    let loss = |text| Loss {
        text,
        evidence: damaged.clone(),
    };
    let mut losses: Vec<Loss> = texts.into_iter().map(loss).collect();
    let executions = state.executions();
    match damaged_logs(settings) {
        0 => {}
        count => losses.push(Loss {
            text: match count {
                1 => "one execution: lost, for its log is damaged".to_owned(),
                count => format!("{count} executions: lost, for their logs are damaged"),
            },
            evidence: executions.join("*.damaged"),
        }),
    }
    losses
}

fn damaged_logs(settings: &LocalSettings) -> usize {
    let Ok(entries) = fs_err::read_dir(settings.state().executions()) else {
        return 0;
    };
    let is_damaged = |path: PathBuf| path.extension() == Some(OsStr::new("damaged"));
    entries
        .filter_map(Result::ok)
        .filter(|entry| is_damaged(entry.path()))
        .count()
}

/// Checks that what the local target accepts can be kept.
///
/// # Errors
///
/// [`LocalError::Full`] where the state's disk takes nothing more.
pub fn check_room(settings: &LocalSettings) -> Result<(), LocalError> {
    let folder = settings.state_folder();
    if !folder.is_dir() {
        return Ok(());
    }
    let probe = folder.join(format!("room-{}", std::process::id()));
    let written = fs_err::write(&probe, vec![0; LEAST_ROOM]);
    // It may have been made without taking anything.
    match fs_err::remove_file(&probe) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => written,
    }
    .map_err(|source| LocalError::Full { folder, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(project: &std::path::Path) -> LocalSettings {
        LocalSettings {
            project: project.to_owned(),
            port: 0,
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
            enforce_iam: true,
        }
    }

    #[test]
    fn a_loss_is_told_once_for_as_long_as_its_evidence_lies_there() {
        let project = tempfile::tempdir().unwrap();
        let settings = settings(project.path());
        assert_eq!(losses(&settings), []);
        let state = settings.create_state().unwrap();
        fs_err::create_dir_all(state.damaged()).unwrap();
        let line = "{\"at\":1,\"loss\":\"the logs: lost\"}\n";
        let list = state.damaged().join("losses.jsonl");
        fs_err::write(list, format!("{line}{line}nonsense")).unwrap();
        fs_err::create_dir_all(state.executions()).unwrap();
        for name in ["a.jsonl", "b.jsonl.damaged", "c.jsonl.damaged"] {
            fs_err::write(state.executions().join(name), "").unwrap();
        }
        let texts: Vec<String> = losses(&settings)
            .into_iter()
            .map(|loss| loss.text)
            .collect();
        assert_eq!(
            texts,
            [
                "the logs: lost",
                "2 executions: lost, for their logs are damaged"
            ]
        );
        fs_err::remove_dir_all(state.damaged()).unwrap();
        assert_eq!(losses(&settings).len(), 1);
    }

    #[test]
    fn room_is_looked_for_and_nothing_is_left_of_the_look() {
        let project = tempfile::tempdir().unwrap();
        let settings = settings(project.path());
        assert!(check_room(&settings).is_ok(), "there is no state yet");
        let state = settings.create_state().unwrap();
        assert!(check_room(&settings).is_ok());
        assert_eq!(fs_err::read_dir(state.folder()).unwrap().count(), 0);
        // What cannot be written for another reason cannot be kept either.
        let probe = state.folder().join(format!("room-{}", std::process::id()));
        fs_err::create_dir_all(probe).unwrap();
        let error = check_room(&settings).unwrap_err();
        assert!(matches!(error, LocalError::Full { .. }), "{error:?}");
        assert!(error.hint().unwrap().contains("free space"));
    }
}

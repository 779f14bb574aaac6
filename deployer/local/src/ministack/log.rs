//! Log files: one run back is kept, and errors carry the last lines.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::error::LocalError;

/// How far from the end the last lines are looked for.
const TAIL_BYTES: u64 = 16 * 1024;

/// Moves the log of the run before out of the way, over the one before that.
pub(crate) fn rotate(log: &Path) -> Result<(), LocalError> {
    if log.exists() {
        let mut older = log.as_os_str().to_owned();
        older.push(".1");
        fs_err::rename(log, older).map_err(LocalError::file)?;
    }
    Ok(())
}

/// Returns the last lines of a log, none when it cannot be read.
pub(crate) fn last_lines(log: &Path, count: usize) -> Vec<String> {
    let text = tail(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.len().saturating_sub(count);
    lines
        .get(start..)
        .unwrap_or_default()
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

fn tail(log: &Path) -> std::io::Result<String> {
    let mut file = fs_err::File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_back_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("x.log");
        for run in ["first", "second"] {
            rotate(&log).unwrap();
            std::fs::write(&log, run).unwrap();
        }
        rotate(&log).unwrap();
        assert!(!log.exists());
        assert_eq!(
            std::fs::read_to_string(folder.path().join("x.log.1")).unwrap(),
            "second"
        );
    }

    #[test]
    fn the_end_of_a_long_log_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("x.log");
        let lines: Vec<String> = (0..10_000).map(|n| format!("line {n}")).collect();
        let text = lines.join("\n");
        std::fs::write(&log, text).unwrap();
        assert_eq!(last_lines(&log, 2), ["line 9998", "line 9999"]);
        assert!(last_lines(&folder.path().join("absent"), 2).is_empty());
    }
}

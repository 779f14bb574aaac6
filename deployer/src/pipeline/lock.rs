//! One change of a stage at a time on this machine.

use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::time::Duration;

use camino::Utf8PathBuf;

use crate::aws::{Pace, until};
use crate::config::App;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};

/// How often to look whether the other command has ended.
const LOOK: Duration = Duration::from_millis(100);

/// The right to change a stage, until it is dropped.
///
/// The system takes it back when the process ends, however that ends, and what the process starts
/// does not inherit it.
#[derive(Debug)]
pub struct StageLock {
    _file: File,
}

impl StageLock {
    /// Takes the lock as soon as it is free, and tells once who has it where it is not.
    ///
    /// Waits without end, because every command ends; Ctrl-C ends the waiting.
    pub async fn take(app: &App, command: &str, reporter: &dyn Reporter) -> Result<Self> {
        let path = path(app);
        if let Some(lock) = Self::try_take(&path, command)? {
            return Ok(lock);
        }
        let holder = fs_err::read_to_string(&path).unwrap_or_default();
        let text = match holder.trim().split_once(' ') {
            Some((process, other)) => {
                format!("waiting for `deployer {other}` of process {process}")
            }
            None => "waiting for another deployer".to_owned(),
        };
        let text = format!("{text}, which works on stage `{}`", app.stage_name);
        reporter.report(&Event::Note { text });
        let pace = Pace {
            interval: LOOK,
            deadline: Duration::MAX,
        };
        let taken = until(pace, || async { Self::try_take(&path, command) }).await?;
        taken.ok_or_else(|| Error::new(Kind::Bug, "a wait without an end came to its end"))
    }

    fn try_take(path: &Utf8PathBuf, command: &str) -> Result<Option<Self>> {
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let mut options = fs_err::OpenOptions::new();
        let options = options.create(true).truncate(false).write(true);
        let mut file = options.open(path)?.into_file();
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        file.set_len(0)?;
        writeln!(file, "{} {command}", std::process::id())?;
        Ok(Some(Self { _file: file }))
    }
}

fn path(app: &App) -> Utf8PathBuf {
    let name = format!("{}-{}", app.application.name, app.stage_name);
    app.state_directory.join("locks").join(name)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use camino::Utf8PathBuf;

    use super::StageLock;

    #[test]
    fn one_has_it_at_a_time_and_what_it_starts_does_not_inherit_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("locks/shop-dev")).unwrap();
        let held = StageLock::try_take(&path, "up").unwrap();
        assert!(held.is_some());
        assert!(StageLock::try_take(&path, "destroy").unwrap().is_none());
        let text = fs_err::read_to_string(&path).unwrap();
        assert_eq!(text, format!("{} up\n", std::process::id()));
        // Reads its input, which stays open, so it outlives the lock.
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        drop(held);
        // Another test's child has every open file for the moment between its fork and its exec.
        let deadline = Instant::now() + Duration::from_secs(10);
        while StageLock::try_take(&path, "destroy").unwrap().is_none() {
            assert!(Instant::now() < deadline, "the child has inherited it");
            std::thread::yield_now();
        }
        assert!(child.try_wait().unwrap().is_none());
        drop(child.stdin.take());
        child.wait().unwrap();
    }
}

//! Executions on disk: one append-only log of JSON lines for each.
//!
//! A line is in the hands of the kernel before its effect is acknowledged, so nothing acknowledged
//! is lost when this process is killed. There is no `fsync`: a crash of the machine itself may take
//! the last lines along. A line torn by a kill was never acknowledged and is cut off on opening.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use durable_history::Timestamp;
use serde::{Deserialize, Serialize};

use crate::execution::error::StoreError;
use crate::execution::model::{Change, Execution, Identity};

const EXTENSION: &str = "jsonl";

/// One line of a log.
#[derive(Serialize, Deserialize)]
enum Record {
    Started {
        at: Timestamp,
        identity: Identity,
    },
    Changed(Change),
    /// The end of the execution was published.
    Announced,
}

/// An execution as its log tells of it.
#[derive(Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) execution: Execution,
    /// Whether the end of the execution was published.
    pub(crate) announced: bool,
}

/// The folder of logs.
#[derive(Debug)]
pub(crate) struct Store {
    directory: PathBuf,
}

impl Store {
    /// Opens the folder, which is made when missing.
    pub(crate) fn open(directory: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(directory).map_err(file_error("create folder", directory))?;
        Ok(Self {
            directory: directory.to_owned(),
        })
    }

    /// Begins the log of an execution.
    pub(crate) fn create(&self, identity: &Identity, at: Timestamp) -> Result<(), StoreError> {
        let record = Record::Started {
            at,
            identity: identity.clone(),
        };
        self.write(&identity.id, &record, OpenOptions::new().create(true))
    }

    /// Adds a change to the log of an execution.
    pub(crate) fn append(&self, id: &str, change: &Change) -> Result<(), StoreError> {
        self.write(
            id,
            &Record::Changed(change.clone()),
            &mut OpenOptions::new(),
        )
    }

    /// Notes that the end of an execution was published; of one that was deleted meanwhile nothing
    /// is noted any more.
    pub(crate) fn announce(&self, id: &str) -> Result<(), StoreError> {
        match self.write(id, &Record::Announced, &mut OpenOptions::new()) {
            Err(StoreError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(())
            }
            written => written,
        }
    }

    /// Deletes the log of an execution.
    pub(crate) fn remove(&self, id: &str) -> Result<(), StoreError> {
        let path = self.path(id);
        fs::remove_file(&path).map_err(file_error("remove", &path))
    }

    /// Reads every execution back.
    pub(crate) fn load(&self) -> Result<Vec<Stored>, StoreError> {
        let mut executions = Vec::new();
        let entries = fs::read_dir(&self.directory).map_err(file_error("list", &self.directory))?;
        for entry in entries {
            let path = entry.map_err(file_error("list", &self.directory))?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == EXTENSION)
            {
                executions.extend(read(&path)?);
            }
        }
        Ok(executions)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{id}.{EXTENSION}"))
    }

    fn write(
        &self,
        id: &str,
        record: &Record,
        options: &mut OpenOptions,
    ) -> Result<(), StoreError> {
        let path = self.path(id);
        let mut append = || -> io::Result<()> {
            let mut line = serde_json::to_vec(record)?;
            line.push(b'\n');
            // Opened for each line: thousands of executions may not hold as many files open.
            let mut file = options.append(true).open(&path)?;
            let length = file.metadata()?.len();
            file.write_all(&line).inspect_err(|_| {
                // Half a line in the middle would make the log unreadable.
                let _ = file.set_len(length);
            })
        };
        append().map_err(file_error("write", &path))
    }
}

fn file_error(
    operation: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |source| StoreError::File {
        operation,
        path,
        source,
    }
}

/// Replays one log; `None` when not even its start was written whole.
fn read(path: &Path) -> Result<Option<Stored>, StoreError> {
    let bytes = fs::read(path).map_err(file_error("read", path))?;
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    if whole < bytes.len() {
        let cut = |file: File| file.set_len(whole as u64);
        OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(cut)
            .map_err(file_error("shorten", path))?;
    }
    let mut stored = None;
    let lines = bytes
        .get(..whole)
        .unwrap_or_default()
        .split(|byte| *byte == b'\n');
    for (index, line) in lines.filter(|line| !line.is_empty()).enumerate() {
        let record = serde_json::from_slice(line).map_err(|source| StoreError::Damaged {
            path: path.to_owned(),
            line: index + 1,
            source,
        })?;
        match (record, &mut stored) {
            (Record::Started { at, identity }, slot) => {
                let execution = Execution::start(identity, at);
                *slot = Some(Stored {
                    execution,
                    announced: false,
                });
            }
            (Record::Changed(change), Some(known)) => known.execution.apply(change),
            (Record::Announced, Some(known)) => known.announced = true,
            (Record::Changed(_) | Record::Announced, None) => {}
        }
    }
    if stored.is_none() {
        fs::remove_file(path).map_err(file_error("remove", path))?;
    }
    Ok(stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::model::Outcome;

    fn identity(id: &str) -> Identity {
        Identity {
            id: id.into(),
            name: id.into(),
            arn: format!("arn:aws:lambda:r:a:function:f:1/durable-execution/{id}/{id}"),
            function_name: "f".into(),
            function_arn: "arn:aws:lambda:r:a:function:f".into(),
            version: "1".into(),
            input: "{\"a\":1}".into(),
            execution_timeout_seconds: 60,
            retention_days: 1,
            trace_header: None,
        }
    }

    #[test]
    fn what_was_written_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let now = Timestamp::from_millis(1_767_225_600_123);
        let mut execution = Execution::start(identity("one"), now);
        store.create(&execution.identity, now).unwrap();
        let mut change = Change::default();
        change.close(
            Outcome::Succeeded(Some("\"ä\\n\"".into())),
            now.plus_seconds(1),
        );
        store.append("one", &change).unwrap();
        execution.apply(change);
        let announced = |announced| Stored {
            execution: execution.clone(),
            announced,
        };
        assert_eq!(store.load().unwrap(), [announced(false)]);
        store.announce("one").unwrap();
        assert_eq!(store.load().unwrap(), [announced(true)]);
        store.remove("one").unwrap();
        assert!(store.load().unwrap().is_empty());
    }

    #[test]
    fn a_torn_last_line_is_cut_off_and_writing_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let now = Timestamp::from_millis(1000);
        store.create(&identity("one"), now).unwrap();
        let path = folder.path().join("one.jsonl");
        let whole = fs::read(&path).unwrap();
        fs::write(
            &path,
            [whole.clone(), b"{\"Changed\":{\"ev".to_vec()].concat(),
        )
        .unwrap();
        fs::write(folder.path().join("two.jsonl"), b"{\"Started\":").unwrap();
        assert_eq!(store.load().unwrap().len(), 1);
        assert_eq!(fs::read(&path).unwrap(), whole);
        assert!(!folder.path().join("two.jsonl").exists());
        let mut change = Change::default();
        change.close(Outcome::Succeeded(None), now);
        store.append("one", &change).unwrap();
        assert!(store.load().unwrap()[0].execution.is_closed());
    }

    #[test]
    fn a_line_that_makes_no_sense_is_an_error_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store
            .create(&identity("one"), Timestamp::from_millis(0))
            .unwrap();
        let path = folder.path().join("one.jsonl");
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [whole, b"nonsense\n".to_vec()].concat()).unwrap();
        let error = store.load().unwrap_err();
        assert!(
            matches!(error, StoreError::Damaged { line: 2, .. }),
            "{error}"
        );
    }
}

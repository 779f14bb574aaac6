//! Executions on disk: one append-only log of JSON lines for each.
//!
//! A line is in the hands of the kernel before its effect is acknowledged, so nothing acknowledged
//! is lost when this process is killed. There is no `fsync`: a crash of the machine itself may take
//! the last lines along. A line torn by a kill was never acknowledged and is cut off on opening. A
//! log that tells of no execution, as a crash of the machine may leave behind, is set aside under
//! another name: it is evidence, and the others go on without it.

use std::error::Error as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use durable_history::Timestamp;

use crate::execution::error::StoreError;
use crate::execution::log::{Damage, Record, Stored, replay};
use crate::execution::model::{Change, Identity};

const EXTENSION: &str = "jsonl";
/// What is added to the name of a log that is set aside.
const DAMAGED: &str = "damaged";
/// How a log is called until its first line is written: nobody has heard of its execution.
const UNBORN: &str = "new";

/// What a folder of logs held.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) executions: Vec<Stored>,
    /// The logs that are set aside in the folder, those of earlier times too.
    pub(crate) damaged: usize,
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
        let path = self.path(&identity.id);
        let unborn = path.with_extension(UNBORN);
        let begin = || -> io::Result<()> {
            fs::write(&unborn, record.to_line()?)?;
            // A log without its first line would look like a damaged one.
            fs::rename(&unborn, &path)
        };
        begin()
            .inspect_err(|_| {
                let _ = fs::remove_file(&unborn);
            })
            .map_err(file_error("write", &path))
    }

    /// Adds a change to the log of an execution.
    pub(crate) fn append(&self, id: &str, change: &Change) -> Result<(), StoreError> {
        self.write(id, &Record::Changed(change.clone()))
    }

    /// Notes that the end of an execution was published; of one that was deleted meanwhile nothing
    /// is noted any more.
    pub(crate) fn announce(&self, id: &str) -> Result<(), StoreError> {
        match self.write(id, &Record::Announced) {
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

    /// Writes the whole log of an execution.
    pub(crate) fn import(&self, id: &str, records: &[Record]) -> Result<(), StoreError> {
        let path = self.path(id);
        let lines = records.iter().map(Record::to_line);
        let lines: Result<Vec<Vec<u8>>, _> = lines.collect();
        lines
            .map_err(io::Error::from)
            .and_then(|lines| fs::write(&path, lines.concat()))
            .map_err(file_error("write", &path))
    }

    /// Reads every execution back.
    pub(crate) fn load(&self) -> Result<Loaded, StoreError> {
        let mut logs = Vec::new();
        let mut damaged = 0;
        let entries = fs::read_dir(&self.directory).map_err(file_error("list", &self.directory))?;
        for entry in entries {
            let path = entry.map_err(file_error("list", &self.directory))?.path();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some(EXTENSION) => logs.push(path),
                Some(DAMAGED) => damaged += 1,
                Some(UNBORN) => fs::remove_file(&path).map_err(file_error("remove", &path))?,
                _ => {}
            }
        }
        let executions = read_all(&logs)?;
        damaged += logs.len() - executions.len();
        Ok(Loaded {
            executions,
            damaged,
        })
    }

    fn path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{id}.{EXTENSION}"))
    }

    fn write(&self, id: &str, record: &Record) -> Result<(), StoreError> {
        let path = self.path(id);
        let append = || -> io::Result<()> {
            let line = record.to_line()?;
            // Opened for each line: thousands of executions may not hold as many files open.
            let mut file = OpenOptions::new().append(true).open(&path)?;
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

/// Reads logs, on every processor that there is: a start waits for it.
fn read_all(logs: &[PathBuf]) -> Result<Vec<Stored>, StoreError> {
    let readers = thread::available_parallelism().map_or(1, NonZero::get);
    let share = logs.len().div_ceil(readers).max(1);
    thread::scope(|scope| {
        let read_share = |logs: &'_ [PathBuf]| -> Result<Vec<Stored>, StoreError> {
            logs.iter()
                .filter_map(|log| read(log).transpose())
                .collect()
        };
        let shares: Vec<_> = logs
            .chunks(share)
            .map(|logs| scope.spawn(move || read_share(logs)))
            .collect();
        let mut executions = Vec::with_capacity(logs.len());
        for reading in shares {
            let read = reading
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            executions.extend(read);
        }
        Ok(executions)
    })
}

/// Reads one log; a damaged one is set aside and tells of nothing.
fn read(path: &Path) -> Result<Option<Stored>, StoreError> {
    let bytes = fs::read(path).map_err(file_error("read", path))?;
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    match replay(bytes.get(..whole).unwrap_or_default()) {
        Ok(stored) => {
            if whole < bytes.len() {
                let cut = |file: File| file.set_len(whole as u64);
                OpenOptions::new()
                    .write(true)
                    .open(path)
                    .and_then(cut)
                    .map_err(file_error("shorten", path))?;
            }
            Ok(Some(stored))
        }
        Err(damage) => {
            set_aside(path, &damage)?;
            Ok(None)
        }
    }
}

fn set_aside(path: &Path, damage: &Damage) -> Result<(), StoreError> {
    let aside = path.with_added_extension(DAMAGED);
    fs::rename(path, &aside).map_err(file_error("set aside", path))?;
    let cause = damage.source().map(ToString::to_string);
    tracing::warn!(
        log = %aside.display(),
        %damage,
        cause,
        "the log of an execution is damaged and set aside: the execution is lost here, and its message starts a new one when it is sent again"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::model::{Execution, Outcome};

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
        assert_eq!(store.load().unwrap().executions, [announced(false)]);
        store.announce("one").unwrap();
        assert_eq!(store.load().unwrap().executions, [announced(true)]);
        store.remove("one").unwrap();
        assert!(store.load().unwrap().executions.is_empty());
        // A note that comes late brings nothing back.
        store.announce("one").unwrap();
        assert!(store.append("one", &Change::default()).is_err());
        assert!(!folder.path().join("one.jsonl").exists());
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
        assert_eq!(store.load().unwrap().executions.len(), 1);
        assert_eq!(fs::read(&path).unwrap(), whole);
        let mut change = Change::default();
        change.close(Outcome::Succeeded(None), now);
        store.append("one", &change).unwrap();
        assert!(store.load().unwrap().executions[0].execution.is_closed());
    }

    #[test]
    fn a_damaged_log_is_set_aside_and_the_others_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let now = Timestamp::from_millis(0);
        for id in ["good", "middle", "start"] {
            store.create(&identity(id), now).unwrap();
            store.append(id, &Change::default()).unwrap();
        }
        let log = |id: &str| folder.path().join(format!("{id}.jsonl"));
        let whole = fs::read_to_string(log("good")).unwrap();
        let (start, rest) = whole.split_once('\n').unwrap();
        let damaged = [
            ("middle", format!("{start}\nnonsense\n{rest}")),
            ("start", rest.to_owned()),
            ("empty", String::new()),
            ("torn", start[..20].to_owned()),
            ("zeros", "\0".repeat(512)),
        ];
        for (id, text) in &damaged {
            fs::write(log(id), text).unwrap();
        }
        for _ in 0..2 {
            let loaded = store.load().unwrap();
            assert_eq!(loaded.executions.len(), 1);
            assert_eq!(loaded.damaged, damaged.len());
        }
        for (id, text) in &damaged {
            assert!(!log(id).exists(), "{id}");
            let aside = log(id).with_added_extension("damaged");
            assert_eq!(fs::read_to_string(aside).unwrap(), *text, "{id}");
        }
        assert!(log("good").exists());
    }

    #[test]
    fn a_log_that_a_kill_kept_from_beginning_is_no_damage() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        fs::write(folder.path().join("one.new"), "{\"Start").unwrap();
        let loaded = store.load().unwrap();
        assert_eq!((loaded.executions.len(), loaded.damaged), (0, 0));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_damaged_line_is_named_by_its_place() {
        let started = Record::Started {
            at: Timestamp::from_millis(0),
            identity: identity("one"),
        };
        let log = [started.to_line().unwrap(), b"nonsense\n".to_vec()].concat();
        let damage = replay(&log).unwrap_err();
        assert!(matches!(damage, Damage::Line { line: 2, .. }), "{damage}");
    }
}

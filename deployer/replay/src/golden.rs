//! Histories that are kept beside the code, replayed by its tests.

use std::path::Path;

use durable_history::Record;

use crate::apart::{FOLDER, Worker, check_apart, work};
use crate::program::{Error, Program};
use crate::verdict::{Isolation, Report};

/// Checks `program` by every `*.json` of `folder`, in the order of their names.
///
/// It is for tests, and to be called by a test that does nothing else: the process that checks is the test
/// itself, started once more, which ends in here.
///
/// # Errors
///
/// Fails where there is no file, where one is no execution, and where the check itself cannot be made.
#[expect(
    clippy::disallowed_methods,
    reason = "whether this is the process that checks"
)]
pub fn golden(program: &Program, folder: &Path) -> Result<Report, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::machine("no runtime could be had"))?;
    if std::env::var_os(FOLDER).is_some() {
        runtime.block_on(work())?;
        return Ok(Report {
            isolation: Isolation::Apart,
            verdicts: Vec::new(),
        });
    }
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let worker = Worker {
        program: std::env::current_exe().map_err(Error::machine("the test has no file"))?,
        arguments: vec!["--exact".to_owned(), test, "--test-threads=1".to_owned()],
    };
    let records = read(folder)?;
    runtime.block_on(check_apart(&worker, program, records))
}

fn read(folder: &Path) -> Result<Vec<Record>, Error> {
    let unreadable = || Error::machine(format!("{} could not be read", folder.display()));
    let mut files = Vec::new();
    for entry in fs_err::read_dir(folder).map_err(unreadable())? {
        files.push(entry.map_err(unreadable())?.path());
    }
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "json")
    });
    if files.is_empty() {
        return Err(Error::NoHistories {
            folder: folder.to_owned(),
        });
    }
    files.sort();
    let read = files.into_iter().map(|file| {
        let text = fs_err::read_to_string(&file).map_err(unreadable())?;
        Record::read(&text).map_err(|source| Error::NoExecution { file, source })
    });
    read.collect()
}

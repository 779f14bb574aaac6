//! The check in a process of its own, in a network that reaches nothing, where the machine allows one.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use durable_history::Record;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::check::Check;
#[cfg(target_os = "linux")]
use crate::loopback;
use crate::program::{Error, Program};
use crate::verdict::{Isolation, Report, Verdict};

/// What the worker reads, in its folder.
const JOB: &str = "job.json";

/// What it writes there.
const REPORT: &str = "report.json";

/// The variable that names the worker's folder.
pub(crate) const FOLDER: &str = "DURABLE_REPLAY_FOLDER";

/// The variable that says why the worker has the network of this machine.
const SHARED: &str = "DURABLE_REPLAY_SHARED";

/// What makes a network namespace: a part of util-linux. It needs no rights where users may have namespaces.
const UNSHARE: [&str; 5] = ["unshare", "--user", "--map-root-user", "--net", "--"];

/// The program that calls [`work`]: the one that asks for the check, under arguments that lead there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// The program's file.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// What is to be checked.
#[derive(Debug, Serialize, Deserialize)]
struct Job {
    program: Program,
    records: Vec<Record>,
}

/// What the worker leaves.
#[derive(Debug, Serialize, Deserialize)]
enum Left {
    Report(Report),
    NotStarted(String),
}

/// Checks `program` by `records`, in a process of its own.
///
/// # Errors
///
/// Fails where this machine refuses what the check needs, and where the worker ends without a report.
pub async fn check_apart(
    worker: &Worker,
    program: &Program,
    records: Vec<Record>,
) -> Result<Report, Error> {
    let folder = tempfile::tempdir().map_err(Error::machine("no folder for the check"))?;
    let job = Job {
        program: program.clone(),
        records,
    };
    write(&folder.path().join(JOB), &job)?;
    let output = launch(worker, folder.path()).await?;
    let left = fs_err::read_to_string(folder.path().join(REPORT)).ok();
    match left.and_then(|left| serde_json::from_str(&left).ok()) {
        Some(Left::Report(report)) => Ok(report),
        Some(Left::NotStarted(words)) => Err(Error::NotStarted { words }),
        None => Err(Error::Worker {
            status: output.status,
            words: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        }),
    }
}

async fn launch(worker: &Worker, folder: &Path) -> Result<Output, Error> {
    let reason = namespace_refused().await;
    let mut command = match &reason {
        None => {
            let mut command = apart();
            command.arg(&worker.program);
            command
        }
        Some(reason) => {
            let mut command = Command::new(&worker.program);
            command.env(SHARED, reason);
            command
        }
    };
    command
        .args(&worker.arguments)
        .env(FOLDER, folder)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(Error::machine(
            "the process that checks could not be started",
        ))
}

fn apart() -> Command {
    let [program, arguments @ ..] = UNSHARE;
    let mut command = Command::new(program);
    command.args(arguments).kill_on_drop(true);
    command
}

/// Says why this machine has no network namespace for the check; nothing where it has.
async fn namespace_refused() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("only Linux has network namespaces".to_owned());
    }
    match apart().arg("true").stdin(Stdio::null()).output().await {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Some(format!("`unshare` could not be run: {error}")),
    }
}

/// Does what [`check_apart`] asks for, in the process that it started, and leaves the report there.
///
/// # Errors
///
/// Fails where this machine refuses what the check needs, and outside of such a process.
#[expect(
    clippy::disallowed_methods,
    reason = "how a worker is told its folder; its arguments belong to whoever calls it"
)]
pub async fn work() -> Result<(), Error> {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap_or_default());
    let isolation = match std::env::var(SHARED) {
        Ok(reason) => Isolation::Shared { reason },
        Err(_) => loopback()?,
    };
    let file = folder.join(JOB);
    let job = fs_err::read_to_string(&file).map_err(Error::machine("the check has no job"))?;
    let job: Job =
        serde_json::from_str(&job).map_err(|source| Error::NoExecution { file, source })?;
    let left = match check(&job).await {
        Ok(verdicts) => Left::Report(Report {
            isolation,
            verdicts,
        }),
        Err(Error::NotStarted { words }) => Left::NotStarted(words),
        Err(error) => return Err(error),
    };
    write(&folder.join(REPORT), &left)
}

async fn check(job: &Job) -> Result<Vec<Verdict>, Error> {
    let mut check = Check::new(&job.program).await?;
    let mut verdicts = Vec::new();
    for record in &job.records {
        verdicts.push(check.verdict(record).await?);
    }
    Ok(verdicts)
}

/// Brings up the loopback of a new network namespace, where it is down at first.
#[cfg(target_os = "linux")]
fn loopback() -> Result<Isolation, Error> {
    let refused =
        || Error::machine("the loopback of the program's own network could not be brought up");
    match loopback::interfaces().map_err(refused())? {
        1 => {}
        interfaces => {
            return Ok(Isolation::Shared {
                reason: format!("its network has {interfaces} interfaces"),
            });
        }
    }
    loopback::bring_up().map_err(refused())?;
    Ok(Isolation::Apart)
}

#[cfg(not(target_os = "linux"))]
fn loopback() -> Result<Isolation, Error> {
    Ok(Isolation::Shared {
        reason: "only Linux has network namespaces".to_owned(),
    })
}

fn write(file: &Path, content: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_vec(content)
        .map_err(|error| Error::machine("the check could not be written")(error.into()))?;
    fs_err::write(file, text).map_err(Error::machine("the check could not be written"))
}

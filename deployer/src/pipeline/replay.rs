//! `replay-check`: the code as it is now, run against the histories of executions, here and apart from everything.

use std::collections::BTreeMap;
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use durable_history::Record;
use durable_replay::{Program, Report, Verdict, Worker, check_apart};
use serde::Serialize;
use serde_json::Value;

use super::connect::connect;
use super::prepare::Artifacts;
use super::session::Session;
use crate::aws::Clients;
use crate::config::ReplayCheck;
use crate::count::counted;
use crate::deploy::apply::Request;
use crate::deploy::build::{build_to_run, unpack_to_run};
use crate::deploy::link::{Components, Published, link_workflow};
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::operate::deployed::deployed;
use crate::operate::executions::parse_record;
use crate::operate::replay::sample;

/// What a variable is in the check whose value only an account has, such as the name of a table.
const UNKNOWN: &str = "replay-check";

/// Where a linked template has the variables of the orchestrator.
const VARIABLES: &str = "/Resources/OrchestratorFunction/Properties/Environment/Variables";

/// How many executions of a workflow are looked at, where nobody says how many.
pub const SAMPLE: usize = 50;

/// Where the histories come from.
#[derive(Debug, Clone)]
pub enum Histories {
    /// The stage: up to so many executions of each workflow, those that go on first.
    Stage(usize),
    /// Files that `executions export` wrote, and folders of such, of one workflow.
    Files(Vec<Utf8PathBuf>),
}

/// What was found for one workflow.
#[derive(Debug, Clone, Serialize)]
pub struct Replayed {
    /// The workflow.
    pub workflow: String,
    /// A verdict for each history.
    #[serde(flatten)]
    pub report: Report,
}

/// Checks the chosen workflows; none chosen means all.
///
/// # Errors
///
/// Code that cannot be built or started; histories that cannot be read. That code does not replay is no error.
pub async fn replay_check(
    session: &Session<'_>,
    chosen: &[String],
    histories: &Histories,
) -> Result<Vec<Replayed>> {
    let app = session.app;
    let mut workflows = Vec::new();
    match histories {
        Histories::Files(files) => {
            let [workflow] = chosen else {
                return Err(Error::usage("files are of one workflow")
                    .hint("name it: deployer replay-check WORKFLOW --file FILE"));
            };
            app.select(chosen)?;
            workflows.push((workflow.clone(), read(files)?));
        }
        Histories::Stage(most) => {
            let clients = connect(app).await?;
            for workflow in deployed(app, &clients, &app.select(chosen)?).await? {
                let records = sample(&clients, &workflow, *most).await?;
                workflows.push((workflow.workflow, records));
            }
        }
    }
    let mut found = Vec::new();
    let components = Components::load(&app.root)?;
    for (workflow, records) in workflows {
        let template = link_workflow(app, &components, &workflow, &Published::placeholder(app))?;
        let program = program(session, &workflow, template.body(), Code::Source).await?;
        if let Some(program) = program {
            found.push(check(session, workflow, &program, records).await?);
        }
    }
    Ok(found)
}

/// What is run against the histories.
#[derive(Clone, Copy)]
pub(super) enum Code<'a> {
    /// What is checked out now.
    Source,
    /// What was built for a plan.
    Zips(&'a Artifacts),
}

/// Checks workflows that are about to be changed, where the stage asks for it, and says what would not replay.
///
/// # Errors
///
/// As [`replay_check`]; where the stage requires that everything replays, something that does not.
pub(super) async fn require_replay(
    session: &Session<'_>,
    clients: &Clients,
    requests: impl Iterator<Item = &Request>,
    code: Code<'_>,
) -> Result<()> {
    let wanted = session.app.stage.deployment.replay_check;
    if wanted == ReplayCheck::Skip {
        return Ok(());
    }
    let mut doubtful = Vec::new();
    for request in requests {
        let workflow = &request.workflow;
        // One that is not deployed has no executions.
        let deployed = deployed(session.app, clients, std::slice::from_ref(workflow)).await;
        let records = match deployed.as_deref() {
            Ok([deployed]) => sample(clients, deployed, SAMPLE).await?,
            _ => continue,
        };
        if records.is_empty() {
            continue;
        }
        let Some(program) = program(session, workflow, request.template.body(), code).await? else {
            session.reporter.report(&Event::Note {
                text: format!(
                    "{workflow}: the code of the plan is not here, or is for other machines; its executions were checked \
                     when the plan was made, and are not again"
                ),
            });
            continue;
        };
        let replayed = check(session, workflow.clone(), &program, records).await?;
        let told = replayed.report.doubtful().map(|verdict| {
            let Verdict {
                execution,
                judgment,
                ..
            } = verdict;
            format!("{workflow}: {execution} {judgment}")
        });
        doubtful.extend(told);
    }
    if doubtful.is_empty() {
        return Ok(());
    }
    let what = format!("{} would not replay", counted(doubtful.len(), "execution"));
    if wanted == ReplayCheck::Require {
        let refused = Error::new(Kind::Verification, format!("{what}; nothing was changed"));
        let refused = doubtful.into_iter().fold(refused, Error::detail);
        return Err(refused.hint(
            "mend the code, or let the stage only report it: `deployment: { replay_check: report }`",
        ));
    }
    let text = format!(
        "{what} on the new code. They stay on their version:\n  {}",
        doubtful.join("\n  ")
    );
    session.reporter.report(&Event::Warning { text });
    Ok(())
}

/// Returns the orchestrator of a workflow as it is run here; nothing where this machine cannot run it.
async fn program(
    session: &Session<'_>,
    workflow: &str,
    template: &Value,
    code: Code<'_>,
) -> Result<Option<Program>> {
    let app = session.app;
    let function = &app.workflow(workflow)?.orchestrator.function;
    let binary = match code {
        Code::Source => Some(build_to_run(app, function, session.reporter).await?),
        Code::Zips(zips) => match zips.get(function) {
            Some(zip) => unpack_to_run(app, zip)?,
            None => None,
        },
    };
    Ok(binary.map(|binary| Program {
        binary: binary.into_std_path_buf(),
        environment: environment(template),
    }))
}

async fn check(
    session: &Session<'_>,
    workflow: String,
    program: &Program,
    records: Vec<Record>,
) -> Result<Replayed> {
    let start = Instant::now();
    session.reporter.report(&Event::StepStarted {
        step: "replay",
        text: format!("{workflow}: {}", counted(records.len(), "execution")),
    });
    let count = counted(records.len(), "execution");
    let report = check_apart(&worker()?, program, records)
        .await
        .map_err(|error| {
            Error::new(
                Kind::WrongState,
                format!("the replay check of `{workflow}` came to nothing"),
            )
            .caused_by(error)
        })?;
    session.reporter.report(&Event::StepFinished {
        step: "replay",
        text: format!(
            "{workflow}: {count} checked, {} in doubt",
            report.doubtful().count()
        ),
        seconds: start.elapsed().as_secs_f64(),
    });
    Ok(Replayed { workflow, report })
}

/// Returns this program, as it checks in a process of its own.
fn worker() -> Result<Worker> {
    let program = std::env::current_exe().map_err(|error| {
        Error::new(Kind::Bug, "this program cannot find itself").caused_by(error)
    })?;
    Ok(Worker {
        program,
        arguments: vec!["replay-worker".to_owned()],
    })
}

/// Returns the variables that the orchestrator of a linked template has, as far as the configuration decides them.
fn environment(template: &Value) -> BTreeMap<String, String> {
    let variables = template.pointer(VARIABLES).and_then(Value::as_object);
    let variables = variables.into_iter().flatten().map(|(name, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Object(_) | Value::Array(_) | Value::Null => UNKNOWN.to_owned(),
            literal => literal.to_string(),
        };
        (name.clone(), value)
    });
    variables.collect()
}

/// Reads files, and the files of folders, in the order of their names.
fn read(paths: &[Utf8PathBuf]) -> Result<Vec<Record>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut inside = Vec::new();
            for entry in path.read_dir_utf8()? {
                inside.push(entry?.into_path());
            }
            inside.retain(|file| file.extension() == Some("json"));
            inside.sort();
            files.extend(inside);
        } else {
            files.push(path.clone());
        }
    }
    if files.is_empty() {
        return Err(Error::usage("there is no *.json to check by")
            .hint("`deployer executions export NAME --out FILE` writes one"));
    }
    files.iter().map(|file| read_file(file)).collect()
}

fn read_file(file: &Utf8Path) -> Result<Record> {
    parse_record(file, &fs_err::read_to_string(file)?)
}

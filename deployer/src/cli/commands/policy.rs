//! `deployer policy`: what whoever deploys may do.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::config::{App, Target};
use crate::deploy::policy::{Document, Issuer, LARGEST_MANAGED, Part, PolicyStack, policy, trust};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::pipeline::synthesize;

/// Prints the least IAM policy with which `up`, `plan`, `status` and `destroy` work for this application
///
/// Asks nobody: it comes from the templates and the stage's account and region. IAM takes 6144 characters in a
/// managed policy; what is larger comes as several, by name.
#[derive(Debug, Args)]
pub(in crate::cli) struct PolicyArguments {
    /// Which part; by default `calls`, with `resources` where the stage names no `deployment.role`
    #[arg(value_enum)]
    part: Option<PolicyPart>,
    /// Writes one file a policy into this folder instead, for `aws iam create-policy --policy-document file://…`
    #[arg(long, value_name = "FOLDER")]
    out: Option<Utf8PathBuf>,
    /// The account, where the stage's file does not name it yet
    #[arg(long, value_name = "ID", value_parser = account_id)]
    account: Option<String>,
    /// For `trust`: the repository on GitHub whose jobs may take on the role, in the environment named as the stage
    #[arg(long, value_name = "OWNER/REPOSITORY", conflicts_with = "issuer")]
    github: Option<String>,
    /// For `trust`: jobs on this branch instead, in no environment
    #[arg(long, value_name = "BRANCH", requires = "github")]
    branch: Option<String>,
    /// For `trust`: another issuer of OIDC tokens, without `https://`
    #[arg(long, value_name = "HOST", requires = "subject")]
    issuer: Option<String>,
    /// For `trust`: what its tokens must be about
    #[arg(long, value_name = "SUBJECT", requires = "issuer")]
    subject: Option<String>,
    /// For `trust`: whom its tokens are for
    #[arg(long, value_name = "AUDIENCE", default_value = "sts.amazonaws.com")]
    audience: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PolicyPart {
    /// The calls of this program
    Calls,
    /// What CloudFormation does for the caller, or for `deployment.role`
    Resources,
    /// What operating executions and messages and the smoke test need
    Operate,
    /// All three
    All,
    /// Whom a role for CI trusts
    Trust,
}

pub(in crate::cli) fn run(context: &Context, arguments: &PolicyArguments) -> Result<Outcome> {
    let app = in_account(&context.app, arguments.account.as_deref())?;
    let (what, parts): (&str, &[Part]) = match arguments.part {
        None => ("deploy", Part::of_whoever_deploys(&app)),
        Some(PolicyPart::Calls) => ("calls", &[Part::Calls]),
        Some(PolicyPart::Resources) => ("resources", &[Part::Resources]),
        Some(PolicyPart::Operate) => ("operate", &[Part::Operate]),
        Some(PolicyPart::All) => ("all", Part::ALL),
        Some(PolicyPart::Trust) => {
            let document = trust(&app, &arguments.issuer_of(&app.stage_name)?);
            return show(arguments, vec![(name(&app, "trust"), document)]);
        }
    };
    let note = |text: String| context.reporter.report(&Event::Note { text });
    let policies = policies(&app, what, parts, &note)?;
    if policies.len() > 1 && arguments.out.is_none() {
        note(format!(
            "IAM takes {LARGEST_MANAGED} characters in a managed policy, so these are {}; attach all of them, or add `--out FOLDER` for a file each",
            policies.len()
        ));
    }
    show(arguments, policies)
}

/// Returns the application with the account that its policy is for.
fn in_account(app: &App, account: Option<&str>) -> Result<App> {
    let mut app = app.clone();
    let stage = &app.stage_name;
    if app.stage.target != Target::Aws {
        return Err(
            Error::usage(format!("stage `{stage}` is in no AWS account"))
                .hint("choose a stage with `target: aws`, such as `--stage prod`"),
        );
    }
    match (&app.stage.account, account) {
        (Some(known), Some(other)) if known != other => Err(Error::usage(format!(
            "stage `{stage}` belongs to account {known}, not to {other}"
        ))
        .hint("leave `--account` out, or correct `account` in the stage's file")),
        (None, None) => Err(Error::usage(format!("stage `{stage}` names no account"))
            .hint("add `--account ID`, or write `account` into the stage's file")),
        (_, Some(account)) => {
            app.stage.account = Some(account.to_owned());
            Ok(app)
        }
        (Some(_), None) => Ok(app),
    }
}

fn account_id(text: &str) -> std::result::Result<String, &'static str> {
    if text.len() == 12 && text.chars().all(|digit| digit.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account id has 12 digits")
    }
}

/// Returns the policies of these parts, by name.
fn policies(
    app: &App,
    what: &str,
    parts: &[Part],
    note: &dyn Fn(String),
) -> Result<Vec<(String, Value)>> {
    let templates = synthesize(app, &[])?;
    let stacks: Vec<_> = templates
        .iter()
        .map(|template| PolicyStack {
            name: &template.stack,
            template: template.body(),
        })
        .collect();
    let policy = policy(app, &stacks, parts);
    for kind in policy.unknown() {
        note(format!(
            "the actions of {kind} are not known; allow them beside this policy"
        ));
    }
    let documents = policy.split();
    let several = documents.len() > 1;
    let named = |(index, document): (usize, Document)| {
        let mut name = name(app, what);
        if several {
            name = format!("{name}-{}", index + 1);
        }
        (name, document.to_value())
    };
    Ok(documents.into_iter().enumerate().map(named).collect())
}

fn name(app: &App, what: &str) -> String {
    format!("{}-{}-{what}", app.application.name, app.stage_name)
}

/// Shows one document as it is, for a pipe, and several by their names.
fn show(arguments: &PolicyArguments, policies: Vec<(String, Value)>) -> Result<Outcome> {
    if let Some(folder) = &arguments.out {
        fs_err::create_dir_all(folder)?;
        let mut files = Vec::new();
        for (name, document) in &policies {
            let file = folder.join(format!("{name}.json"));
            fs_err::write(&file, pretty(document))?;
            files.push(file.to_string());
        }
        return Ok(Outcome::done(files.join("\n"), json!({ "files": files })));
    }
    let all: Vec<Value> = policies
        .iter()
        .map(|(name, document)| json!({ "name": name, "document": document }))
        .collect();
    let text = match policies.as_slice() {
        [(_, document)] => pretty(document),
        _ => pretty(&Value::Object(policies.into_iter().collect::<Map<_, _>>())),
    };
    Ok(Outcome::done(text, json!({ "policies": all })))
}

impl PolicyArguments {
    fn issuer_of(&self, stage: &str) -> Result<Issuer> {
        match (&self.github, &self.issuer, &self.subject) {
            (Some(repository), ..) => {
                let filter = match &self.branch {
                    Some(branch) => format!("ref:refs/heads/{branch}"),
                    None => format!("environment:{stage}"),
                };
                Issuer::github(repository, &filter)
            }
            (None, Some(host), Some(subject)) => Ok(Issuer {
                host: host.trim_start_matches("https://").to_owned(),
                audience: self.audience.clone(),
                subject: subject.clone(),
            }),
            _ => Err(Error::usage("whom the role is to trust was not said")
                .hint("add `--github OWNER/REPOSITORY`, or `--issuer HOST --subject SUBJECT`")),
        }
    }
}

fn pretty(document: &Value) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}

//! `deployer policy`: what whoever deploys may do.

use clap::{Args, ValueEnum};
use serde_json::json;

use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::config::Target;
use crate::deploy::policy::{Issuer, LARGEST_MANAGED, Part, PolicyStack, policy, trust};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::pipeline::synthesize;

/// Prints the least IAM policy with which `up`, `plan`, `status` and `destroy` work for this application
///
/// Asks nobody: it comes from the templates and the stage's account and region. IAM takes 6144 characters in a
/// managed policy; attach `calls` and `resources` as two where both together are larger.
#[derive(Debug, Args)]
pub(in crate::cli) struct PolicyArguments {
    /// Which part; by default `calls` and `resources` in one
    #[arg(value_enum)]
    part: Option<PolicyPart>,
    /// For `trust`: the repository on GitHub whose jobs may take on the role, in the environment named as the stage
    #[arg(long, value_name = "OWNER/REPOSITORY", conflicts_with = "issuer")]
    github: Option<String>,
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
    /// Whom a role for CI trusts
    Trust,
}

pub(in crate::cli) fn run(context: &Context, arguments: &PolicyArguments) -> Result<Outcome> {
    let app = &context.app;
    if app.stage.target != Target::Aws || app.stage.account.is_none() {
        return Err(
            Error::usage(format!("stage `{}` is in no AWS account", app.stage_name))
                .hint("choose a stage with `target: aws` and an `account`, such as `--stage prod`"),
        );
    }
    let parts: &[Part] = match arguments.part {
        None => &[Part::Calls, Part::Resources],
        Some(PolicyPart::Calls) => &[Part::Calls],
        Some(PolicyPart::Resources) => &[Part::Resources],
        Some(PolicyPart::Operate) => &[Part::Operate],
        Some(PolicyPart::Trust) => {
            let document = trust(app, &arguments.issuer_of(&app.stage_name)?);
            return Ok(Outcome::done(pretty(&document), document));
        }
    };
    let templates = synthesize(app, &[])?;
    let stacks: Vec<_> = templates
        .iter()
        .map(|template| PolicyStack {
            name: &template.stack,
            template: template.body(),
        })
        .collect();
    let policy = policy(app, &stacks, parts);
    let note = |text: String| context.reporter.report(&Event::Note { text });
    for kind in policy.unknown() {
        note(format!(
            "the actions of {kind} are not known; allow them beside this policy"
        ));
    }
    if policy.characters() > LARGEST_MANAGED {
        note(format!(
            "the policy has {} characters, and IAM takes {LARGEST_MANAGED} in a managed one: attach `deployer policy calls` and `deployer policy resources` as two",
            policy.characters()
        ));
    }
    let document = policy.to_value();
    Ok(Outcome::done(pretty(&document), json!(document)))
}

impl PolicyArguments {
    fn issuer_of(&self, stage: &str) -> Result<Issuer> {
        match (&self.github, &self.issuer, &self.subject) {
            (Some(repository), ..) => Issuer::github(repository, stage),
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

fn pretty(document: &serde_json::Value) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}

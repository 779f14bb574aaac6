//! Names: what CloudFormation, S3 and logical ids take.

use std::collections::BTreeMap;

use super::finding::{Findings, Rule};
use crate::config::{ARTIFACTS, App};

const NAME: Rule = Rule {
    code: "N001",
    reason: "names become parts of stack names and logical ids",
    source: "AWS CloudFormation: stack names match [a-zA-Z][-a-zA-Z0-9]*, at most 128",
};
const BUCKET: Rule = Rule {
    code: "N002",
    reason: "the artifact bucket is named after application, stage, account and region",
    source: "Amazon S3: bucket names have at most 63 characters",
};
const COLLISION: Rule = Rule {
    code: "N003",
    reason: "tables, workers and the parts of a workflow share the logical ids of one template, and workflows the names of stacks",
    source: "templates/: instances are named after what they are",
};

/// The instances that every workflow has of itself.
const RESERVED: [&str; 4] = ["orchestrator", "intake", "idempotency", "alarm"];

pub(super) fn check(app: &App, findings: &mut Findings<'_>) {
    named(&app.application.name, "name", 24, findings);
    if !is_name(&app.stage_name, 16) {
        findings.add_stage(
            NAME,
            "",
            format!("the stage's name `{}` {}", app.stage_name, shape(16)),
        );
    }
    let bucket = app.artifact_bucket();
    if bucket.len() > 63 {
        findings.add(BUCKET, "name", format!("the bucket `{bucket}` would have {} characters; shorten the application's or the stage's name", bucket.len()));
    }
    for (name, workflow) in &app.application.workflows {
        let path = format!("workflows.{name}");
        named(name, &path, 40, findings);
        if name == ARTIFACTS {
            let message = format!(
                "`{ARTIFACTS}` is the name of the artifact bucket's stack; choose another one"
            );
            findings.add(COLLISION, &path, message);
        }
        let mut taken: BTreeMap<String, &str> = RESERVED
            .map(|name| (name.to_owned(), "a part of every workflow"))
            .into();
        if workflow.questions.is_some() {
            let parts = ["questions", "answers", "answerspage"];
            taken.extend(parts.map(|name| (name.to_owned(), "a part of every workflow that asks")));
        }
        let tables = workflow
            .tables
            .keys()
            .map(|table| (table, ("tables", "a table")));
        let workers = workflow
            .workers
            .keys()
            .map(|worker| (worker, ("workers", "a worker")));
        for (instance, (section, kind)) in workers.chain(tables) {
            let path = format!("{path}.{section}.{instance}");
            named(instance, &path, 40, findings);
            let key = instance.replace(['-', '_'], "");
            if let Some(other) = taken.insert(key, kind) {
                findings.add(
                    COLLISION,
                    &path,
                    format!("`{instance}` is also the name of {other}; choose another one"),
                );
            }
        }
    }
}

fn named(name: &str, path: &str, longest: usize, findings: &mut Findings<'_>) {
    if !is_name(name, longest) {
        findings.add(NAME, path, format!("the name `{name}` {}", shape(longest)));
    }
}

fn is_name(name: &str, longest: usize) -> bool {
    name.len() <= longest
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
}

fn shape(longest: usize) -> String {
    format!("is not made of a–z, 0–9 and `-`, starting with a letter, at most {longest} long")
}

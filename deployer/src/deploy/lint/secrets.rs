//! Secrets: none may enter a template, because whoever reads the stack reads its template.

use serde_json::Value;

use super::finding::{Finding, Findings, Rule};
use crate::config::App;
use crate::deploy::link::Template;
use crate::secrets::suspicion;

const ENVIRONMENT: Rule = Rule {
    code: "X001",
    reason: "whoever may read a stack or a function reads its environment",
    source: "AWS CloudFormation: dynamic references to AWS Secrets Manager",
};
const TAG: Rule = Rule {
    code: "X002",
    reason: "tags are not encrypted, and show in lists, bills and logs",
    source: "AWS: tagging best practices, \"Do not add sensitive information to tags\"",
};

pub(super) fn check(app: &App, findings: &mut Findings<'_>) {
    for (workflow, parts) in &app.application.workflows {
        let orchestrator = (
            format!("workflows.{workflow}.orchestrator"),
            &parts.orchestrator.environment,
        );
        let workers = parts.workers.iter().map(|(name, worker)| {
            (
                format!("workflows.{workflow}.workers.{name}"),
                &worker.environment,
            )
        });
        for (path, environment) in std::iter::once(orchestrator).chain(workers) {
            for (name, value) in environment {
                if let Some(what) = suspicion(name, value) {
                    let key = name.to_lowercase().replace('_', "-");
                    findings.add(
                        ENVIRONMENT,
                        &format!("{path}.environment.{name}"),
                        format!(
                            "`{name}` looks like {what}; keep it in AWS Secrets Manager and write \
                             `{{{{resolve:secretsmanager:{}/{}/{key}:SecretString}}}}`",
                            app.application.name, app.stage_name
                        ),
                    );
                }
            }
        }
    }
    for (name, value) in &app.stage.tags {
        if let Some(what) = suspicion(name, value) {
            let message = format!("the tag `{name}` looks like {what}; a tag is no place for it");
            findings.add_stage(TAG, &format!("tags.{name}"), message);
        }
    }
}

/// Returns what in a linked template looks like a secret, wherever it came from.
pub(super) fn in_template(template: &Template) -> Vec<Finding> {
    let mut found = Vec::new();
    let resources = template.body().get("Resources").and_then(Value::as_object);
    for (id, resource) in resources.into_iter().flatten() {
        let mut named = Vec::new();
        walk(id, resource, &mut named);
        found.extend(named.into_iter().map(|(name, what)| Finding {
            code: ENVIRONMENT.code,
            place: template.place(id).unwrap_or(id).to_owned(),
            message: format!(
                "`{name}` of `{id}` looks like {what}; keep it in AWS Secrets Manager and write \
                 `{{{{resolve:secretsmanager:NAME:SecretString}}}}`"
            ),
            reason: ENVIRONMENT.reason,
            source: ENVIRONMENT.source,
        }));
    }
    found
}

fn walk(name: &str, value: &Value, found: &mut Vec<(String, &'static str)>) {
    match value {
        Value::String(text) => {
            found.extend(suspicion(name, text).map(|what| (name.to_owned(), what)));
        }
        Value::Array(items) => items.iter().for_each(|item| walk(name, item, found)),
        Value::Object(fields) => {
            // Tags and their like carry the name beside the value.
            let beside = fields.get("Key").or_else(|| fields.get("Name"));
            for (key, inner) in fields {
                let name = match (key.as_str(), beside.and_then(Value::as_str)) {
                    ("Value", Some(beside)) => beside,
                    (key, _) if key.starts_with("Fn::") => name,
                    (key, _) => key,
                };
                walk(name, inner, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;

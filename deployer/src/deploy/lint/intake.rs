//! The intake: queue, dead-letter queue, intermediary and mapping must fit each other.

use super::finding::{Findings, Rule};
use crate::config::{App, Intake, MOST_STARTS, Span, Workflow};

const RANGES: Rule = Rule {
    code: "I001",
    reason: "SQS and Lambda take nothing else",
    source: "AWS::SQS::Queue, AWS::Lambda::EventSourceMapping",
};
const VISIBILITY: Rule = Rule {
    code: "I002",
    reason: "a message that becomes visible while it is still being handled is handled twice",
    source: "AWS Lambda: SQS event sources, visibility timeout ≥ 6 × function timeout + batching window",
};
const DEAD_LETTER_RETENTION: Rule = Rule {
    code: "I003",
    reason: "a dead letter keeps its first sending time, so a shorter retention deletes it unseen",
    source: "Amazon SQS: dead-letter queues, retention periods",
};
const SYNCHRONOUS: Rule = Rule {
    code: "I004",
    reason: "an event source mapping invokes synchronously, and no synchronous execution lasts over 15 minutes",
    source: "AWS Lambda: invoking durable functions from event source mappings",
};
const EXECUTION_NAME: Rule = Rule {
    code: "I005",
    reason: "the name makes duplicates harmless, so it must be one execution's own",
    source: "AWS Lambda Invoke: DurableExecutionName matches [a-zA-Z0-9-_]{1,64}",
};
const IDEMPOTENCY_WINDOW: Rule = Rule {
    code: "I006",
    reason: "between the end of the retention and a later duplicate, only the idempotency record knows the message",
    source: "AWS Lambda: DurableConfig RetentionPeriodInDays, reuse of names",
};
const RECEIVES: Rule = Rule {
    code: "I007",
    reason: "with fewer tries, throttled messages end in the dead-letter queue",
    source: "AWS Lambda: SQS event sources, maxReceiveCount of at least 5",
};
const BATCH: Rule = Rule {
    code: "I008",
    reason: "a batch of more than ten messages is only filled within a window",
    source: "AWS::Lambda::EventSourceMapping MaximumBatchingWindowInSeconds",
};

const STARTS: Rule = Rule {
    code: "I009",
    reason: "an account starts so many durable executions a second, and throttles what is more",
    source: "AWS Lambda quotas: 300 starts of durable executions a second",
};

/// Checks what all intakes together start.
pub(super) fn check_starts(app: &App, findings: &mut Findings<'_>) {
    let workflows = app.application.workflows.iter();
    let said = workflows
        .filter_map(|(name, workflow)| Some((name, workflow.intake.as_ref()?.starts_per_second?)));
    let said: Vec<_> = said.collect();
    let sum: u64 = said.iter().map(|(_, rate)| u64::from(*rate)).sum();
    for (name, rate) in said {
        let path = format!("workflows.{name}.intake.starts_per_second");
        if rate == 0 {
            findings.add(
                STARTS,
                &path,
                "at 0 starts a second nothing is started".to_owned(),
            );
        } else if sum > u64::from(MOST_STARTS) {
            let text = format!(
                "the intakes start {sum} executions a second together; AWS takes {MOST_STARTS} in an account"
            );
            findings.add(STARTS, &path, text);
        }
    }
}

pub(super) fn check(name: &str, workflow: &Workflow, intake: &Intake, findings: &mut Findings<'_>) {
    let path = |key: &str| format!("workflows.{name}.intake.{key}");
    ranges(name, intake, findings);
    let least = Span::from_seconds(intake.timeout.seconds() * 6 + intake.batching_window.seconds());
    if intake.visibility() < least {
        findings.add(
            VISIBILITY,
            &path("visibility_timeout"),
            format!(
                "{} is too short; six timeouts and the batching window are {least}",
                intake.visibility()
            ),
        );
    }
    if intake.dead_letter_retention <= intake.message_retention {
        findings.add(
            DEAD_LETTER_RETENTION,
            &path("dead_letter_retention"),
            format!(
                "dead letters are kept for {}, messages for {}; keep dead letters longer",
                intake.dead_letter_retention, intake.message_retention
            ),
        );
    }
    if intake.function == workflow.orchestrator.function {
        findings.add(SYNCHRONOUS, &path("function"), format!("`{}` is the orchestrator itself; name an intermediary, such as `queue-intermediary`", intake.function));
    }
    if intake.idempotency_window <= workflow.orchestrator.retention {
        findings.add(
            IDEMPOTENCY_WINDOW,
            &path("idempotency_window"),
            format!(
                "{} is not longer than the orchestrator's retention of {}",
                intake.idempotency_window, workflow.orchestrator.retention
            ),
        );
    }
    if intake.max_receive_count < 5 {
        findings.add(
            RECEIVES,
            &path("max_receive_count"),
            format!("{} tries are too few; allow 5", intake.max_receive_count),
        );
    }
    if intake.batch_size > 10 && intake.batching_window.seconds() == 0 {
        findings.add(
            BATCH,
            &path("batch_size"),
            format!(
                "a batch size of {} needs a batching window of at least 1s",
                intake.batch_size
            ),
        );
    }
    if let Err(message) = execution_name(&intake.execution_name) {
        findings.add(EXECUTION_NAME, &path("execution_name"), message);
    }
}

fn ranges(name: &str, intake: &Intake, findings: &mut Findings<'_>) {
    let path = |key: &str| format!("workflows.{name}.intake.{key}");
    findings.range(
        RANGES,
        &path("timeout"),
        intake.timeout.seconds(),
        1..=900,
        "seconds",
    );
    findings.range(
        RANGES,
        &path("memory"),
        intake.memory.megabytes(),
        128..=10_240,
        "MB",
    );
    findings.range(
        RANGES,
        &path("batch_size"),
        intake.batch_size.into(),
        1..=10_000,
        "messages",
    );
    findings.range(
        RANGES,
        &path("batching_window"),
        intake.batching_window.seconds(),
        0..=300,
        "seconds",
    );
    findings.range(
        RANGES,
        &path("max_concurrency"),
        intake.max_concurrency.into(),
        2..=1_000,
        "batches",
    );
    findings.range(
        RANGES,
        &path("max_receive_count"),
        intake.max_receive_count.into(),
        1..=1_000,
        "tries",
    );
    findings.range(
        RANGES,
        &path("visibility_timeout"),
        intake.visibility().seconds(),
        0..=43_200,
        "seconds",
    );
    findings.range(
        RANGES,
        &path("message_retention"),
        intake.message_retention.seconds(),
        60..=1_209_600,
        "seconds",
    );
    findings.range(
        RANGES,
        &path("dead_letter_retention"),
        intake.dead_letter_retention.seconds(),
        60..=1_209_600,
        "seconds",
    );
}

/// Checks that a template can only come to valid names, different for different messages and stages.
fn execution_name(template: &str) -> Result<(), String> {
    let mut literal = String::new();
    let mut fields = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        literal.push_str(before);
        let (field, after) = after
            .split_once('}')
            .ok_or_else(|| format!("`{template}` has a `{{` without its `}}`"))?;
        fields.push(field);
        rest = after;
    }
    literal.push_str(rest);
    if let Some(wrong) = literal
        .chars()
        .find(|letter| !letter.is_ascii_alphanumeric() && !"-_".contains(*letter))
    {
        return Err(format!(
            "`{wrong}` in `{template}` cannot be part of an execution's name"
        ));
    }
    if let Some(wrong) = fields.iter().find(|field| {
        field.is_empty()
            || !field
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
    }) {
        return Err(format!(
            "`{{{wrong}}}` in `{template}` is no field of a message"
        ));
    }
    if !fields.contains(&"stage") {
        return Err(format!(
            "`{template}` lacks `{{stage}}`; AWS does not say whether names are shared between functions, so begin with it"
        ));
    }
    if fields.iter().all(|field| *field == "stage") {
        return Err(format!(
            "`{template}` has no field of the message, so every message would have the same name"
        ));
    }
    if literal.len() >= 48 {
        return Err(format!(
            "`{template}` leaves no room for its fields within 64 characters"
        ));
    }
    Ok(())
}

//! The durable function: its times and sizes.

use super::finding::{Findings, Rule};
use crate::config::{App, Orchestrator};

const TIMES: Rule = Rule {
    code: "O001",
    reason: "Lambda takes nothing else",
    source: "AWS::Lambda::Function Timeout, MemorySize, DurableConfig",
};
const LONGEST_WAIT: Rule = Rule {
    code: "O002",
    reason: "an execution that times out while it waits never sees the wait's end",
    source: "AWS: durable functions, \"Match timeouts to invocation type\"",
};
const ACTIVE_PHASE: Rule = Rule {
    code: "O003",
    reason: "one active phase cannot be longer than the whole execution",
    source: "AWS::Lambda::Function DurableConfig ExecutionTimeout",
};

pub(super) fn check(
    app: &App,
    workflow: &str,
    orchestrator: &Orchestrator,
    findings: &mut Findings<'_>,
) {
    let path = |key: &str| format!("workflows.{workflow}.orchestrator.{key}");
    check_ranges(workflow, orchestrator, findings);
    if orchestrator.longest_wait >= orchestrator.execution_timeout {
        findings.add(
            LONGEST_WAIT,
            &path("execution_timeout"),
            format!("the execution may take {}, but waits up to {}; give it longer than its longest wait", orchestrator.execution_timeout, orchestrator.longest_wait),
        );
    }
    if orchestrator.timeout > orchestrator.execution_timeout {
        findings.add(
            ACTIVE_PHASE,
            &path("timeout"),
            format!(
                "one active phase may take {}, the whole execution {}",
                orchestrator.timeout, orchestrator.execution_timeout
            ),
        );
    }
    for (name, worker) in app
        .application
        .workflows
        .get(workflow)
        .iter()
        .flat_map(|workflow| &workflow.workers)
    {
        let path = |key: &str| format!("workflows.{workflow}.workers.{name}.{key}");
        findings.range(
            TIMES,
            &path("timeout"),
            worker.timeout.seconds(),
            1..=900,
            "seconds",
        );
        findings.range(
            TIMES,
            &path("memory"),
            worker.memory.megabytes(),
            128..=10_240,
            "MB",
        );
    }
}

fn check_ranges(name: &str, orchestrator: &Orchestrator, findings: &mut Findings<'_>) {
    let path = |key: &str| format!("workflows.{name}.orchestrator.{key}");
    findings.range(
        TIMES,
        &path("timeout"),
        orchestrator.timeout.seconds(),
        1..=900,
        "seconds",
    );
    findings.range(
        TIMES,
        &path("execution_timeout"),
        orchestrator.execution_timeout.seconds(),
        1..=31_622_400,
        "seconds",
    );
    findings.range(
        TIMES,
        &path("memory"),
        orchestrator.memory.megabytes(),
        128..=10_240,
        "MB",
    );
    match orchestrator.retention.whole_days() {
        Some(days) => findings.range(TIMES, &path("retention"), days, 1..=90, "days"),
        None => findings.add(
            TIMES,
            &path("retention"),
            format!("{} is not a whole number of days", orchestrator.retention),
        ),
    }
}

//! The results of a smoke test, for people.

use comfy_table::{Table, presets};

use super::super::super::outcome::fit;
use crate::cli::plain::{plain, plain_lines};
use crate::count::counted;
use crate::smoke::{Left, Removed, SmokeReport};

/// Returns what failed and why, the table of all scenarios, and what was left.
pub(super) fn report(report: &SmokeReport, stage: &str) -> String {
    let mut lines = failures(report);
    lines.push(table(report).to_string());
    lines.push(String::new());
    let rare = [(report.skipped, "skipped"), (report.stopped, "stopped")];
    let counts = [(report.passed, "passed"), (report.failed, "failed")]
        .into_iter()
        .chain(rare.into_iter().filter(|(count, _)| *count > 0));
    let counts: Vec<String> = counts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    lines.push(counts.join(", "));
    for left in &report.left {
        lines.push(String::new());
        lines.extend(left_lines(left, stage));
    }
    lines.join("\n")
}

fn failures(report: &SmokeReport) -> Vec<String> {
    let mut lines = Vec::new();
    let wrong = report.scenarios.iter();
    for scenario in wrong.filter(|scenario| scenario.status == "failed") {
        lines.push(format!("{}: {}", scenario.workflow, scenario.name));
        let reason = scenario.reason.as_deref().unwrap_or_default();
        lines.push(format!("  {}", plain_lines(reason)));
        let history = scenario.history.iter().map(|line| plain(line));
        lines.extend(history.map(|line| format!("    {line}")));
        lines.push(String::new());
    }
    lines
}

fn table(report: &SmokeReport) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["workflow", "scenario", "status", "seconds"]);
    for scenario in &report.scenarios {
        let seconds = format!("{:.1}", scenario.seconds);
        table.add_row([
            scenario.workflow.as_str(),
            &scenario.name,
            scenario.status,
            &seconds,
        ]);
    }
    fit(&mut table, 0);
    table
}

/// Returns what is left of a workflow's scenarios, and how to look at it.
fn left_lines(left: &Left, stage: &str) -> Vec<String> {
    let workflow = &left.workflow;
    let on = |command: String| format!("deployer --stage {stage} {command}");
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let executions = counted(left.executions.len(), "execution");
    let prefixes = left.name_prefixes.iter();
    let looks: Vec<String> = prefixes
        .map(|prefix| {
            on(format!(
                "executions list --workflow {workflow} --name {prefix}"
            ))
        })
        .collect();
    table.add_row([executions, looks.join("\n")]);
    for queue in &left.queues {
        let messages = format!(
            "{} among {}",
            counted(queue.messages, "message"),
            queue.role
        );
        table.add_row([messages, on(format!("dlq list --workflow {workflow}"))]);
    }
    let mut tables: Vec<(&str, usize)> = Vec::new();
    for item in &left.items {
        match tables.iter_mut().find(|(name, _)| *name == item.table) {
            Some((_, count)) => *count += 1,
            None => tables.push((&item.table, 1)),
        }
    }
    for (name, count) in tables {
        table.add_row([counted(count, "item"), format!("table {name}")]);
    }
    fit(&mut table, 0);
    let mut lines = vec![format!(
        "Left of {workflow}, for you to look at and to delete:"
    )];
    lines.push(table.to_string());
    lines
}

/// Returns what became of a run that was stopped.
pub(super) fn stopped(ended: usize, removed: &Removed, kept: bool) -> String {
    let ended = match ended {
        0 => "no scenario had ended".to_owned(),
        ended => format!("{} had ended", counted(ended, "scenario")),
    };
    if kept {
        return format!("{ended}; what the run made stays where it is");
    }
    format!(
        "{ended}; {} stopped, {} deleted, {} taken out of queues",
        counted(removed.executions, "running execution"),
        counted(removed.items, "item"),
        counted(removed.messages, "message"),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clap::Parser as _;

    use super::{failures, left_lines, stopped};
    use crate::cli::arguments::Arguments;
    use crate::smoke::{Left, LeftItem, LeftMessages, Removed, ScenarioOutcome, SmokeReport};

    #[test]
    fn what_is_left_is_told_with_how_to_look_at_it() {
        let item = |table: &str| LeftItem {
            table: table.to_owned(),
            key: BTreeMap::new(),
        };
        let left = Left {
            workflow: "orders".to_owned(),
            executions: vec!["dev-smoke-1-000".to_owned()],
            name_prefixes: vec!["dev-smoke-1".to_owned()],
            items: vec![item("idempotency"), item("stock"), item("idempotency")],
            queues: vec![LeftMessages {
                role: "dead letters".to_owned(),
                url: "url".to_owned(),
                messages: 2,
            }],
        };
        insta::assert_snapshot!(left_lines(&left, "dev").join("\n"), @r#"
        Left of orders, for you to look at and to delete:
         1 execution                    deployer --stage dev executions list --workflow orders --name dev-smoke-1 
         2 messages among dead letters  deployer --stage dev dlq list --workflow orders                           
         2 items                        table idempotency                                                         
         1 item                         table stock
        "#);
        let told = left_lines(&left, "dev").join("\n");
        let commands: Vec<&str> = told
            .lines()
            .filter_map(|line| Some(&line[line.find("deployer ")?..]))
            .collect();
        assert_eq!(commands.len(), 2);
        for command in commands {
            let read = Arguments::try_parse_from(command.split_whitespace());
            assert!(read.is_ok(), "{command}: {}", read.unwrap_err());
        }
    }

    #[test]
    fn what_came_with_a_message_never_moves_the_terminal() {
        let failed = ScenarioOutcome {
            workflow: "orders".to_owned(),
            name: "one".to_owned(),
            status: "failed",
            seconds: 1.0,
            reason: Some("is FAILED (\u{1b}[2J)".to_owned()),
            history: vec!["StepFailed \u{7}".to_owned()],
        };
        let report = SmokeReport {
            failed: 1,
            scenarios: vec![failed],
            ..SmokeReport::default()
        };
        let text = failures(&report).join("\n");
        assert_eq!(
            text,
            "orders: one\n  is FAILED (\\u{1b}[2J)\n    StepFailed \\u{7}\n"
        );
    }

    #[test]
    fn what_was_taken_away_is_told() {
        let removed = Removed {
            executions: 1,
            items: 0,
            messages: 3,
        };
        assert_eq!(
            stopped(2, &removed, false),
            "2 scenarios had ended; 1 running execution stopped, 0 items deleted, 3 messages taken out of queues"
        );
        assert_eq!(
            stopped(0, &removed, true),
            "no scenario had ended; what the run made stays where it is"
        );
    }
}

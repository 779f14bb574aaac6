//! The stage: where it lives, and its logs.

use std::collections::BTreeSet;

use camino::Utf8Path;
use regex_lite::Regex;

use super::finding::{Findings, Rule};
use super::roles;
use crate::config::{App, Mode, Target, WatchedToo, nearest};

const ACCOUNT: Rule = Rule {
    code: "S001",
    reason: "a stage is deployed with the credentials of its own account only",
    source: "AWS: account ids have 12 digits",
};
const LOG_RETENTION: Rule = Rule {
    code: "S002",
    reason: "CloudWatch Logs knows these lengths and no others",
    source: "AWS::Logs::LogGroup RetentionInDays",
};
const LOGS_OUTLIVE: Rule = Rule {
    code: "S003",
    reason: "an execution whose history can be read should have its logs too",
    source: "AWS::Lambda::Function DurableConfig RetentionPeriodInDays",
};
const PROFILE: Rule = Rule {
    code: "S004",
    reason: "Cargo builds with `dev`, `release`, or a profile of Cargo.toml",
    source: "The Cargo Book: profiles",
};
const REGION: Rule = Rule {
    code: "S005",
    reason: "stacks, buckets and functions live in one region",
    source: "AWS: region codes",
};
const EXPRESS: Rule = Rule {
    code: "S006",
    reason: "Express reports a resource complete before it is ready, so a resource that fails later is not rolled back",
    source: "AWS CloudFormation: Express mode",
};

const UNHEARD: Rule = Rule {
    code: "S007",
    reason: "an alarm that notifies nobody is seen by whoever happens to open the console",
    source: "AWS::CloudWatch::Alarm AlarmActions",
};

const TRIGGERS: Rule = Rule {
    code: "S010",
    reason: "whether Express mode honors rollback triggers is not documented, and a watch has its limits",
    source: "RollbackConfiguration in the AWS CloudFormation API Reference",
};

const WATCHED_ALARMS: Rule = Rule {
    code: "S011",
    reason: "what is watched while a new version comes has to be there",
    source: "DescribeAlarms in the Amazon CloudWatch API Reference",
};

/// The longest time for which CloudFormation watches alarms after an update.
const LONGEST_WATCH_SECONDS: u64 = 3 * 60 * 60;

const RETENTIONS: [u64; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

pub(super) fn check(app: &App, findings: &mut Findings<'_>) {
    check_account(app, findings);
    check_region(app, findings);
    check_profile(app, findings);
    let stage = &app.stage;
    if stage.protect && stage.deployment.mode == Mode::Express {
        findings.add_stage(
            EXPRESS,
            "deployment.mode",
            "a protected stage is deployed in the mode `standard`".to_owned(),
        );
    }
    check_triggers(app, findings);
    check_watched_alarms(app, findings);
    check_alarms(app, findings);
    check_logs(app, findings);
    roles::check(app, findings);
}

fn check_triggers(app: &App, findings: &mut Findings<'_>) {
    let deployment = &app.stage.deployment;
    let Some(watched) = deployment.rollback_on_failure else {
        return;
    };
    let seconds = watched.seconds();
    let message = if !seconds.is_multiple_of(60) || seconds > LONGEST_WATCH_SECONDS {
        format!(
            "CloudFormation watches alarms for whole minutes, at most 3 hours, not for {watched}"
        )
    } else if deployment.mode == Mode::Express {
        "alarms roll updates back in the mode `standard`".to_owned()
    } else if !app.stage.alarms {
        "the stage has no alarms that could roll an update back".to_owned()
    } else {
        return;
    };
    findings.add_stage(TRIGGERS, "deployment.rollback_on_failure", message);
}

fn check_watched_alarms(app: &App, findings: &mut Findings<'_>) {
    let traffic = app.stage.deployment.traffic;
    let watched = traffic.is_some_and(|traffic| traffic.watch == Some(WatchedToo::Alarms));
    if watched && !app.stage.alarms {
        findings.add_stage(
            WATCHED_ALARMS,
            "deployment.traffic",
            "the stage has no alarms that could be watched".to_owned(),
        );
    }
}

fn check_account(app: &App, findings: &mut Findings<'_>) {
    let stage = &app.stage;
    match (&stage.account, stage.target) {
        (Some(account), _)
            if account.len() != 12 || !account.chars().all(|digit| digit.is_ascii_digit()) =>
        {
            findings.add_stage(
                ACCOUNT,
                "account",
                format!("`{account}` is no account id; write its 12 digits in quotes"),
            );
        }
        (None, Target::Aws) => {
            findings.add_stage(
                ACCOUNT,
                "target",
                "the stage names no account; write `account: \"…\"`".to_owned(),
            );
        }
        _ => {}
    }
}

fn check_region(app: &App, findings: &mut Findings<'_>) {
    let stage = &app.stage;
    let region_parts = stage.region.split('-').count();
    if region_parts < 3 || !stage.region.ends_with(|last: char| last.is_ascii_digit()) {
        findings.add_stage(
            REGION,
            "region",
            format!("`{}` is no region, such as `eu-west-1`", stage.region),
        );
    }
}

fn check_profile(app: &App, findings: &mut Findings<'_>) {
    let stage = &app.stage;
    let profile = &stage.build_profile;
    let named = profile
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if !named || !profile.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        findings.add_stage(
            PROFILE,
            "build_profile",
            format!("`{profile}` is no cargo profile"),
        );
    } else if let Some(known) = profiles(&app.root)
        && !known.contains(profile)
    {
        let near = nearest(profile, known.iter().map(String::as_str));
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let way_out = near.map_or_else(
            || format!("there are `{}`", known.join("`, `")),
            |near| format!("did you mean `{near}`?"),
        );
        findings.add_stage(
            PROFILE,
            "build_profile",
            format!("Cargo.toml has no profile `{profile}`; {way_out}"),
        );
    }
}

fn check_logs(app: &App, findings: &mut Findings<'_>) {
    let stage = &app.stage;
    let days = stage
        .log_retention
        .whole_days()
        .filter(|days| RETENTIONS.contains(days));
    let Some(days) = days else {
        let near = RETENTIONS
            .iter()
            .find(|days| **days * 86_400 >= stage.log_retention.seconds())
            .unwrap_or(&3653);
        findings.add_stage(
            LOG_RETENTION,
            "log_retention",
            format!(
                "CloudWatch keeps no logs for {}; the next longer is {near}d",
                stage.log_retention
            ),
        );
        return;
    };
    for (name, workflow) in &app.application.workflows {
        let retention = workflow.orchestrator.retention;
        if days * 86_400 < retention.seconds() {
            findings.add_stage(
                LOGS_OUTLIVE,
                "log_retention",
                format!("logs are kept for {days}d, executions of `{name}` for {retention}; keep logs at least as long"),
            );
        }
    }
}

/// Somebody must hear of the alarms of a stage that matters, and where they go must be an address.
fn check_alarms(app: &App, findings: &mut Findings<'_>) {
    let stage = &app.stage;
    let heard = stage.alarm_topic.is_some() || stage.alarm_email.is_some();
    if stage.protect && stage.target == Target::Aws && stage.alarms && !heard {
        let message = "the alarms of a protected stage notify nobody; name an `alarm_email` or an `alarm_topic`, or write `alarms: false`";
        findings.add_stage(UNHEARD, "protect", message.to_owned());
    }
    if let Some(topic) = &stage.alarm_topic
        && !topic.starts_with("arn:")
    {
        let message = format!("`{topic}` is no ARN of an SNS topic");
        findings.add_stage(UNHEARD, "alarm_topic", message);
    }
    if let Some(email) = &stage.alarm_email
        && !email.contains('@')
    {
        let message = format!("`{email}` is no e-mail address");
        findings.add_stage(UNHEARD, "alarm_email", message);
    }
}

/// Returns the profiles that cargo has for a workspace; nothing where that cannot be said.
fn profiles(root: &Utf8Path) -> Option<BTreeSet<String>> {
    let header = Regex::new(r#"^\s*\[\s*profile\s*\.\s*["']?([A-Za-z0-9_-]+)"#).ok()?;
    // Other ways of writing a table are legal and rare, and not read here.
    let unread = Regex::new(r"^\s*(\[\s*profile\s*\]|profile\s*[.=])").ok()?;
    let mut known: BTreeSet<String> = ["dev", "release", "test", "bench"]
        .map(str::to_owned)
        .into();
    let manifest = fs_err::read_to_string(root.join("Cargo.toml")).ok()?;
    // Profiles stand in the workspace's manifest, which may be above the project's.
    if !manifest.lines().any(|line| line.trim() == "[workspace]") {
        return None;
    }
    let mut texts = vec![manifest];
    for file in [".cargo/config.toml", ".cargo/config"] {
        texts.extend(fs_err::read_to_string(root.join(file)));
    }
    for line in texts.iter().flat_map(|text| text.lines()) {
        if unread.is_match(line) {
            return None;
        }
        let name = header.captures(line).and_then(|found| found.get(1));
        known.extend(name.map(|name| name.as_str().to_owned()));
    }
    Some(known)
}

//! How people are asked: what the functions would refuse at their start, and what nobody would get.

use super::finding::{Findings, Rule};
use crate::config::{Channel, KeyType, Questions, Workflow, nearest};

const CONTACTS: Rule = Rule {
    code: "Q001",
    reason: "whom a question goes to is looked up by `contact_id` in a table of the workflow",
    source: "functions/libraries/questions",
};
const CHANNELS: Rule = Rule {
    code: "Q002",
    reason: "a question goes through at least one channel, once through each",
    source: "functions/libraries/questions",
};
const SENDER: Rule = Rule {
    code: "Q003",
    reason: "SES sends from one address that it has verified, and SNS takes no other sender ids",
    source: "Amazon SES SendEmail FromEmailAddress; Amazon SNS sender IDs",
};
const REMINDER: Rule = Rule {
    code: "Q004",
    reason: "a reminder after the longest wait reaches nobody",
    source: "functions/libraries/questions",
};
const PAGE: Rule = Rule {
    code: "Q005",
    reason: "Lambda takes nothing else",
    source: "AWS::Lambda::Function Timeout, MemorySize, ReservedConcurrentExecutions",
};

pub(super) fn check(
    name: &str,
    workflow: &Workflow,
    questions: &Questions,
    findings: &mut Findings<'_>,
) {
    let path = |key: &str| format!("workflows.{name}.questions.{key}");
    check_contacts(&path("contacts"), workflow, questions, findings);
    let mut channels = questions.channels.clone();
    channels.sort_unstable();
    channels.dedup();
    if channels.is_empty() || channels.len() < questions.channels.len() {
        let message = "name `sms`, `email` or both, each once".to_owned();
        findings.add(CHANNELS, &path("channels"), message);
    }
    check_senders(&path, questions, findings);
    if let Some(after) = questions.remind_after
        && (after.seconds() == 0 || after >= workflow.orchestrator.longest_wait)
    {
        let longest = workflow.orchestrator.longest_wait;
        let message = format!("{after} is not within the longest wait, {longest}");
        findings.add(REMINDER, &path("remind_after"), message);
    }
    let (seconds, megabytes) = (questions.timeout.seconds(), questions.memory.megabytes());
    findings.range(PAGE, &path("timeout"), seconds, 1..=900, "seconds");
    findings.range(PAGE, &path("memory"), megabytes, 128..=10_240, "MB");
    if let Some(concurrency) = questions.concurrency {
        let place = path("concurrency");
        findings.range(PAGE, &place, concurrency.into(), 1..=1_000, "requests");
    }
}

fn check_contacts(
    path: &str,
    workflow: &Workflow,
    questions: &Questions,
    findings: &mut Findings<'_>,
) {
    let contacts = &questions.contacts;
    let message = match workflow.tables.get(contacts) {
        Some(table)
            if table.partition_key == "contact_id"
                && table.partition_key_type == KeyType::S
                && table.sort_key.is_none() =>
        {
            return;
        }
        Some(_) => format!("the key of the table `{contacts}` is not `contact_id`, a text, alone"),
        None => match nearest(contacts, workflow.tables.keys().map(String::as_str)) {
            Some(near) => {
                format!("the workflow has no table `{contacts}`; did you mean `{near}`?")
            }
            None => format!(
                "the workflow has no table `{contacts}`; add it: `{contacts}: {{ partition_key: contact_id }}`"
            ),
        },
    };
    findings.add(CONTACTS, path, message);
}

fn check_senders(
    path: &dyn Fn(&str) -> String,
    questions: &Questions,
    findings: &mut Findings<'_>,
) {
    let mails = questions.channels.contains(&Channel::Email);
    match &questions.email_sender {
        Some(sender) if !is_address(sender) => {
            let message = format!("`{sender}` is not one address, such as `no-reply@example.com`");
            findings.add(SENDER, &path("email_sender"), message);
        }
        None if mails => {
            let message = "e-mails have no sender; say which address SES sends from, or leave `email` out of `channels`";
            findings.add(SENDER, &path("channels"), message.to_owned());
        }
        _ => {}
    }
    if let Some(id) = &questions.sms_sender_id {
        let letters = id.bytes().any(|byte| byte.is_ascii_alphabetic());
        let right = id.len() <= 11 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !letters || !right {
            let message =
                format!("`{id}` is not of 1 to 11 letters and digits, one of them a letter");
            findings.add(SENDER, &path("sms_sender_id"), message);
        }
    }
}

fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&byte));
    parts.is_some_and(|(name, domain)| {
        !name.is_empty() && domain.contains('.') && !domain.contains('@')
    }) && plain
}

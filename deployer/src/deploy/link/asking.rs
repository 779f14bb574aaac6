//! What a workflow that asks people has besides: a table of questions, and the page behind their links.

use serde_json::json;

use super::instance::{Binding, Instance};
use super::wiring::{ORCHESTRATOR, with_access, with_variable};
use crate::config::{Channel, Questions};
use crate::stack::pascal_case;

/// The instance of the function behind the links.
pub(super) const ANSWERS: &str = "Answers";
const PAGE: &str = "AnswersPage";
const QUESTIONS: &str = "Questions";

/// Returns the table, the function of the page, and its address.
pub(super) fn answers(function: Instance, questions: &Questions) -> Vec<Instance> {
    let mut function = with_variable(function, "QUESTIONS_TABLE", table("TableName"));
    if let Some(concurrency) = questions.concurrency {
        function = function.overlay(
            &["Function", "Properties", "ReservedConcurrentExecutions"],
            Binding::literal(concurrency),
        );
    }
    let page = Instance::new(PAGE, "function-url")
        .bind("FunctionName", Binding::output(ANSWERS, "FunctionName"))
        .bind("AliasArn", Binding::output(ANSWERS, "AliasArn"));
    vec![questions_table(), function, page]
}

/// Lets the orchestrator ask.
///
/// Nobody has a link before the orchestrator's alias starts an execution, so that alias waits for what the page may do,
/// too. The page's own cannot: the orchestrator has its address, and its policy names the orchestrator.
pub(super) fn asks(
    orchestrator: Instance,
    questions: &Questions,
    access: &mut Vec<Instance>,
) -> Instance {
    let mut channels: Vec<&str> = Vec::new();
    channels.extend(questions.channels.iter().map(|channel| channel.as_str()));
    let contacts = pascal_case(&questions.contacts);
    let text = |value: &Option<String>| value.clone().map(Binding::literal);
    let reminder = questions
        .remind_after
        .map(|after| after.seconds().to_string());
    let variables = [
        ("QUESTIONS_TABLE", Some(table("TableName"))),
        (
            "CONTACTS_TABLE",
            Some(Binding::output(&contacts, "TableName")),
        ),
        ("ANSWERS_URL", Some(Binding::output(PAGE, "Url"))),
        (
            "QUESTION_CHANNELS",
            Some(Binding::literal(channels.join(","))),
        ),
        ("EMAIL_SENDER", text(&questions.email_sender)),
        (
            "EMAIL_CONFIGURATION_SET",
            text(&questions.email_configuration_set),
        ),
        ("SMS_SENDER_ID", text(&questions.sms_sender_id)),
        ("REMIND_AFTER_SECONDS", reminder.map(Binding::literal)),
        (
            "QUESTION_IDENTITY",
            questions
                .identity
                .map(|identity| Binding::literal(identity.as_str())),
        ),
    ];
    let mut orchestrator = orchestrator;
    for (name, value) in variables {
        if let Some(value) = value {
            orchestrator = with_variable(orchestrator, name, value);
        }
    }
    let orchestrator = with_access(orchestrator, asking_access(questions, contacts), access);
    with_access(orchestrator, answer_access(), access)
}

fn asking_access(questions: &Questions, contacts: String) -> Instance {
    let name = format!("{ORCHESTRATOR}Asks");
    let texts = questions.channels.contains(&Channel::Sms);
    let mails = questions.channels.contains(&Channel::Email);
    let sender = questions.email_sender.clone().filter(|_| mails);
    let instance = Instance::new(&name, "asking-access")
        .set("Name", name.clone())
        .bind("RoleName", Binding::output(ORCHESTRATOR, "RoleName"))
        .bind("QuestionsTableArn", table("TableArn"))
        .bind("ContactsTableArn", Binding::output(contacts, "TableArn"))
        .set("SendsTexts", texts.to_string())
        .set("EmailSender", sender.unwrap_or_default());
    match &questions.email_configuration_set {
        Some(set) => instance.set("ConfigurationSet", set.clone()),
        None => instance,
    }
}

fn answer_access() -> Instance {
    let name = format!("{ANSWERS}Complete{ORCHESTRATOR}");
    Instance::new(&name, "answer-access")
        .set("Name", name.clone())
        .bind("RoleName", Binding::output(ANSWERS, "RoleName"))
        .bind("QuestionsTableArn", table("TableArn"))
        .bind(
            "OrchestratorName",
            Binding::output(ORCHESTRATOR, "FunctionName"),
        )
}

fn questions_table() -> Instance {
    let records = json!({ "checkov": { "skip": [{
        "id": "CKV_AWS_28",
        "comment": "its records are of questions under way, and expire",
    }] } });
    Instance::new(QUESTIONS, "table")
        .set("PartitionKey", "id")
        .set("PartitionKeyType", "S")
        .set("TimeToLive", "expiration")
        .set("Recoverable", "false")
        .overlay(&["Table", "Metadata"], Binding::literal(records))
}

fn table(output: &str) -> Binding {
    Binding::output(QUESTIONS, output)
}

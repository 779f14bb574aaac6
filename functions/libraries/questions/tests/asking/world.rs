//! People who can be written to, and a workflow that asks one of them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_durable_execution_sdk::test_util::{LocalRunner, TestOperation, TestResult};
use questions::{
    Channel, Contact, Contacts, DeliveryError, Identity, Language, MemoryRecords, Messenger,
    Outbox, Outcome, Question, TokenHash, Who, Wording, Wordings, ask,
};
use serde_json::{Value, json};

pub(crate) const PHONE: &str = "+12025550123";
pub(crate) const ADDRESS: &str = "ada@example.com";
pub(crate) const TEXT: &str = "Did you order three looms?";

/// What is in memory.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) records: MemoryRecords,
    pub(crate) outbox: Outbox,
    pub(crate) identity: Option<Identity>,
}

/// One person.
struct Ada;

#[async_trait]
impl Contacts for Ada {
    async fn find(&self, contact_id: &str) -> Result<Option<Contact>, DeliveryError> {
        Ok((contact_id == "ada").then(ada))
    }
}

pub(crate) fn ada() -> Contact {
    Contact {
        phone: Some(PHONE.to_owned()),
        email: Some(ADDRESS.to_owned()),
        language: Language::De,
        identity: Some("12 34".to_owned()),
    }
}

pub(crate) fn wording(text: &str) -> Wording {
    Wording {
        subject: "Your order".to_owned(),
        text: text.to_owned(),
        labels: vec!["Yes".to_owned(), "No".to_owned()],
    }
}

/// Returns a question to Ada through both channels.
pub(crate) fn question() -> Question {
    Question {
        name: "order-check".to_owned(),
        who: Who::Known("ada".to_owned()),
        wordings: Wordings::english(wording(TEXT)),
        choices: vec!["approved".to_owned(), "declined".to_owned()],
        channels: Channel::ALL.to_vec(),
        answer_within: Duration::from_hours(1),
        remind_after: None,
    }
}

pub(crate) fn answer(choice: &str) -> Value {
    json!({ "decision": choice })
}

impl World {
    /// Asks, and returns what came of it as text.
    pub(crate) async fn ask(&self, runner: LocalRunner, question: Question) -> TestResult<String> {
        let question = Arc::new(question);
        let courier = Arc::new(Messenger {
            records: Box::new(self.records.clone()),
            contacts: Box::new(Ada),
            sms: Box::new(self.outbox.clone()),
            email: Box::new(self.outbox.clone()),
            answers_url: "https://answers.example/".to_owned(),
            identity: self.identity,
        });
        runner
            .run(
                move |(): (), context| {
                    let (courier, question) = (Arc::clone(&courier), Arc::clone(&question));
                    async move {
                        Ok(match ask(&context, &courier, &question).await? {
                            Outcome::Answered { channel, choice } => {
                                format!("{choice} by {channel}")
                            }
                            Outcome::TimedOut => "timed out".to_owned(),
                            Outcome::Unreachable => "unreachable".to_owned(),
                        })
                    }
                },
                (),
            )
            .await
    }

    /// Returns how many messages went through each channel.
    pub(crate) fn sent(&self) -> [usize; 2] {
        let messages = self.outbox.messages();
        Channel::ALL.map(|channel| {
            messages
                .iter()
                .filter(|message| message.0 == channel)
                .count()
        })
    }

    /// Returns the tokens of all links that were sent.
    pub(crate) fn tokens(&self) -> Vec<String> {
        let messages = self.outbox.messages();
        let links = messages.iter().map(|(_, _, text)| {
            let (_, link) = text.split_once("https://answers.example/").unwrap();
            link.split_whitespace().next().unwrap().to_owned()
        });
        links.collect()
    }

    /// Returns the callbacks that the links answer.
    pub(crate) fn callbacks(&self) -> Vec<String> {
        let asked = self.records.asked();
        let of = |token: &String| asked[&TokenHash::of(token)].callback_id.clone();
        self.tokens().iter().map(of).collect()
    }
}

pub(crate) fn operation<'a>(result: &'a TestResult<String>, name: &str) -> &'a TestOperation {
    let mut operations = result.operations().iter();
    operations
        .find(|operation| operation.name() == Some(name))
        .unwrap_or_else(|| panic!("no operation `{name}`"))
}

//! A workflow that can be told what to say, and a question that it asked, with records in memory.

use std::sync::{Arc, Mutex};

use answers::{Answering, CallbackError, Callbacks, Request, Response};
use async_trait::async_trait;
use questions::{
    Asked, Channel, Check, Choice, Identity, Language, MemoryRecords, Records as _, Token,
};
use serde_json::json;

pub(crate) const NOW: u64 = 1_000_000;

/// A workflow that keeps what it is told.
#[derive(Clone, Default)]
pub(crate) struct Workflow {
    told: Arc<Mutex<Vec<(String, String)>>>,
    pub(crate) refusals: Arc<Mutex<Vec<CallbackError>>>,
}

#[async_trait]
impl Callbacks for Workflow {
    async fn succeed(&self, callback_id: &str, decision: &str) -> Result<(), CallbackError> {
        if let Some(refusal) = self.refusals.lock().unwrap().pop() {
            return Err(refusal);
        }
        let told = (callback_id.to_owned(), decision.to_owned());
        self.told.lock().unwrap().push(told);
        Ok(())
    }
}

/// A question that was asked through both channels, and the page of its links.
pub(crate) struct World {
    pub(crate) workflow: Workflow,
    pub(crate) answering: Answering,
    pub(crate) sms: Token,
    pub(crate) email: Token,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::asked(NOW + 60, None).await
    }

    pub(crate) async fn asked_until(answer_until: u64) -> Self {
        Self::asked(answer_until, None).await
    }

    /// Asks for these digits too.
    pub(crate) async fn asking_for(digits: &str) -> Self {
        Self::asked(NOW + 60, Some(digits)).await
    }

    async fn asked(answer_until: u64, digits: Option<&str>) -> Self {
        let (records, workflow) = (MemoryRecords::default(), Workflow::default());
        let tokens = [Channel::Sms, Channel::Email].map(|channel| {
            let token = Token::random().unwrap();
            let check = |digits| Check::of(Identity::CardDigits, &token.reveal(), digits);
            let asked = Asked {
                question: "q".to_owned(),
                channel,
                callback_id: format!("callback of {channel}"),
                language: Language::De,
                text: "Haben Sie <b>5 €</b> an متجر gezahlt?".to_owned(),
                choices: ["approved", "declined"]
                    .map(|value| Choice {
                        value: value.to_owned(),
                        label: format!("label {value}"),
                    })
                    .into(),
                answer_until,
                check: digits.map(check),
            };
            (token, asked)
        });
        for (token, asked) in &tokens {
            records.remember(&token.hash(), asked).await.unwrap();
        }
        let [(sms, _), (email, _)] = tokens;
        let answering = Answering {
            records: Box::new(records),
            callbacks: Box::new(workflow.clone()),
            now: || NOW,
        };
        Self {
            workflow,
            answering,
            sms,
            email,
        }
    }

    pub(crate) async fn get(&self, token: &str) -> Response {
        self.send("GET", token, None).await
    }

    pub(crate) async fn post(&self, token: &Token, choice: &str) -> Response {
        let body = format!("choice={choice}");
        self.send("POST", &token.reveal(), Some(&body)).await
    }

    pub(crate) async fn send(&self, method: &str, token: &str, body: Option<&str>) -> Response {
        let request: Request = serde_json::from_value(json!({
            "version": "2.0",
            "rawPath": format!("/{token}"),
            "headers": { "accept-language": "de, en;q=0.5" },
            "requestContext": { "http": { "method": method, "path": "/" } },
            "body": body,
            "isBase64Encoded": false,
        }))
        .unwrap();
        self.answering.handle(&request).await
    }

    pub(crate) fn told(&self) -> Vec<(String, String)> {
        self.workflow.told.lock().unwrap().clone()
    }
}

pub(crate) fn told(channel: &str, decision: &str) -> Vec<(String, String)> {
    vec![(format!("callback of {channel}"), decision.to_owned())]
}

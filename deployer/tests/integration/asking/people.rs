//! People who are written to, and what they do with it.

use serde_json::{Value, json};

use crate::own_workflow::follow;
use crate::page::tab::{Answer, Tab, encoded};
use crate::sandbox::Sandbox;
use crate::stage::{Execution, Stage, eventually};
use crate::templates::let_fraud_detection_ask;

const SCENARIOS: &str = include_str!("scenarios.yaml");

pub(super) const FRAUD: &str = "fraud-detection";
pub(super) const PURCHASE: &str = "purchase-approval";

/// The last four digits of everybody's card.
pub(super) const DIGITS: &str = "4321";

/// Two workflows that ask, and somebody who is asked.
pub(super) struct People {
    pub(super) stage: Stage,
    nobody: Tab,
}

impl People {
    pub(super) fn up() -> Self {
        let sandbox = Sandbox::with_whole_copy();
        let_fraud_detection_ask(&sandbox, "dev");
        follow(&sandbox, "Ask people");
        let scenarios = sandbox.project().join("config/smoke/fraud-detection.yaml");
        let own = fs_err::read_to_string(&scenarios).unwrap();
        fs_err::write(&scenarios, format!("{own}\n{SCENARIOS}")).unwrap();
        let stage = Stage::of(sandbox, &[FRAUD, PURCHASE]);
        let nobody = Tab::of_nobody(stage.authority());
        Self { stage, nobody }
    }

    /// Has somebody pay who is asked about it, and returns the execution's name.
    pub(super) fn pay(&self, id: &str, email: &str) -> String {
        self.know(FRAUD, id, email);
        let message = json!({
            "transaction_id": id, "amount": 650_000, "currency": "USD", "location": "Boston",
            "vendor": format!("Store {id}."), "score": 3, "cardholder_id": id,
        });
        self.stage.send(FRAUD, &[message.to_string()]);
        format!("dev-tx-{id}")
    }

    /// Has somebody want to buy something, which somebody else approves, and returns the execution's name.
    pub(super) fn buy(&self, id: &str) -> String {
        self.know(PURCHASE, id, "ada@example.com");
        let message = json!({
            "purchase_id": id, "item": format!("loom {id}."), "price": "EUR 900", "approver": id,
        });
        self.stage.send(PURCHASE, &[message.to_string()]);
        format!("dev-purchase-{id}")
    }

    fn know(&self, workflow: &str, id: &str, email: &str) {
        let contact = json!({
            "contact_id": id, "phone": "+12025550123", "email": email, "identity": DIGITS,
        });
        self.stage.put(&format!("{workflow}-Contacts"), &contact);
    }

    /// Returns everything that was sent, the newest first.
    pub(super) fn letters(&self) -> Vec<Value> {
        let inbox = self.stage.lines(&["--format", "json", "local", "inbox"]);
        inbox[0]["messages"].as_array().unwrap().clone()
    }

    /// Returns so many letters about something, the newest first, once they are there.
    pub(super) fn letters_about(&self, id: &str, count: usize) -> Vec<Value> {
        let about = format!(" {id}.");
        eventually(&format!("{count} letters about {id}"), || {
            let mut letters = self.letters();
            letters.retain(|letter| letter["text"].as_str().unwrap().contains(&about));
            (letters.len() == count).then_some(letters)
        })
    }

    /// Returns the links of the text and of the e-mail about something.
    pub(super) fn links(&self, id: &str) -> [String; 2] {
        let letters = self.letters_about(id, 2);
        ["sms", "email"].map(|channel| {
            let mut letters = letters.iter();
            link(letters.find(|letter| letter["channel"] == channel).unwrap())
        })
    }

    pub(super) fn open(&self, link: &str) -> Answer {
        self.nobody.get(&self.path(link))
    }

    /// Presses the button of a choice.
    pub(super) fn press(&self, link: &str, choice: &str) -> Answer {
        self.send(link, &[("choice", choice)])
    }

    pub(super) fn send(&self, link: &str, fields: &[(&str, &str)]) -> Answer {
        let form = encoded(fields);
        self.nobody.ask("POST", &self.path(link), &[], &form)
    }

    fn path(&self, link: &str) -> String {
        let home = format!("http://{}", self.nobody.authority);
        link.strip_prefix(&home).unwrap().to_owned()
    }

    pub(super) fn is_waiting(&self, workflow: &str, name: &str) -> bool {
        self.stage.execution(workflow, name).status == "RUNNING"
    }

    pub(super) fn ended(&self, workflow: &str, name: &str) -> Execution {
        self.stage.ended(workflow, name)
    }
}

/// Returns the one link of a letter.
pub(super) fn link(letter: &Value) -> String {
    let links = letter["links"].as_array().unwrap();
    assert_eq!(links.len(), 1, "{letter}");
    links[0].as_str().unwrap().to_owned()
}

/// Returns what a link begins with, and its token.
pub(super) fn parts(link: &str) -> (&str, &str) {
    let (page, token) = link.rsplit_once('/').unwrap();
    assert_eq!(token.len(), 22, "a token");
    (page, token)
}

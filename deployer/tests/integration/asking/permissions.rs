//! What the page behind the links may do, whatever a record says.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::people::{FRAUD, PURCHASE, People, parts};
use crate::stage::eventually;

const ACTION: &str = "lambda:SendDurableExecutionCallbackSuccess";

pub(super) fn the_page_of_one_workflow_completes_no_callback_of_another(people: &People) {
    let purchase = people.buy("of-others");
    people.pay("own", "ada@example.com");
    let ([link, _], [own, _]) = (people.links("of-others"), people.links("own"));
    let (_, token) = parts(&link);
    let (page, _) = parts(&own);
    // Somebody who can write into the table of one workflow puts a question of another one there.
    let id = format!("token#{}", hash(token));
    let mut record = people.stage.item("purchase-approval-Questions", "id", &id);
    assert!(record["callback_id"].is_string(), "{record}");
    record["question"] = "forged".into();
    people.stage.put("fraud-detection-Questions", &record);
    let forged = format!("{page}/{token}");
    assert!(people.open(&forged).body.contains("loom of-others."));

    let refused = people.press(&forged, "approved");
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(people.is_waiting(PURCHASE, &purchase));
    let is_denied = |denied: &Value| {
        denied["action"] == ACTION && denied["resource"].to_string().contains(PURCHASE)
    };
    let access = people.access();
    assert!(
        access["denied"].as_array().unwrap().iter().any(is_denied),
        "{access:#}"
    );

    // Nothing but the policy was in the way.
    let (template, narrow) = (
        "templates/answer-access.yaml",
        "function:${OrchestratorName}:*",
    );
    let sandbox = people.stage.sandbox();
    sandbox.edit(template, narrow, "function:*");
    people.stage.done(&["up", FRAUD, "--yes"]);
    eventually("a wider policy lets it through", || {
        (people.press(&forged, "approved").status == 200).then_some(())
    });
    assert_eq!(people.ended(PURCHASE, &purchase).result, "bought");
    sandbox.edit(template, "function:*", narrow);
    people.stage.done(&["up", FRAUD, "--yes"]);
}

impl People {
    /// Returns what roles did, and what they were denied.
    fn access(&self) -> Value {
        let answer = crate::page::tab::Tab::of_nobody(self.stage.authority()).get("/_local/access");
        serde_json::from_str(&answer.body).unwrap()
    }
}

fn hash(token: &str) -> String {
    let digest = Sha256::digest(token.as_bytes());
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

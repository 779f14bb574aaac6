//! The requests to the table of questions, against a server that answers from a script.

use questions::{
    Answered, Asked, Channel, Check, Choice, Contacts as _, ContactsTable, Decision, Identity,
    Language, QuestionsTable, Records as _, Token,
};
use scripted_aws::Answer;
use scripted_aws::dynamodb::{client, done, found, refused, returned, throttled};
use serde_json::json;

fn asked() -> Asked {
    Asked {
        question: "q".to_owned(),
        channel: Channel::Email,
        callback_id: "callback".to_owned(),
        language: Language::De,
        text: "Was it you?".to_owned(),
        choices: vec![Choice {
            value: "approved".to_owned(),
            label: "Ja".to_owned(),
        }],
        answer_until: 1_000,
        check: None,
    }
}

async fn table(
    answers: impl IntoIterator<Item = Answer>,
) -> (QuestionsTable, scripted_aws::Requests) {
    let (client, requests) = client(answers).await;
    (QuestionsTable::new(client, "questions"), requests)
}

#[tokio::test]
async fn a_link_is_stored_under_the_hash_of_its_token_with_an_expiry() {
    let (records, requests) = table([done()]).await;
    let token = Token::random().unwrap();
    records.remember(&token.hash(), &asked()).await.unwrap();
    let item = requests.body(0);
    assert_eq!(
        item.pointer("/Item/id/S").unwrap(),
        &json!(format!("token#{}", token.hash().as_str()))
    );
    assert_eq!(item.pointer("/Item/expiration/N").unwrap(), "605800");
    assert!(!item.to_string().contains(&token.reveal()));

    let stored = item.get("Item").unwrap();
    let (records, requests) = table([found(stored), done()]).await;
    assert!(records.find(&token.hash()).await.unwrap() == Some(asked()));
    assert!(records.find(&token.hash()).await.unwrap().is_none());
    assert_eq!(requests.body(0).get("ConsistentRead"), Some(&json!(true)));
}

#[tokio::test]
async fn tries_of_an_identity_are_counted_under_a_condition() {
    let checked = Asked {
        check: Some(Check::of(Identity::CardDigits, "token", "1234")),
        ..asked()
    };
    let counted = json!({ "tries": {"N": "3"} });
    let (records, requests) = table([
        done(),
        returned(&counted),
        refused(&json!(null)),
        throttled(),
    ])
    .await;
    let token = Token::random().unwrap().hash();
    records.remember(&token, &checked).await.unwrap();
    assert_eq!(records.count_try(&token).await.unwrap(), Some(3));
    assert_eq!(records.count_try(&token).await.unwrap(), None);
    assert!(records.count_try(&token).await.is_err());
    let mut item = requests.body(0).get("Item").unwrap().clone();
    assert!(!item.to_string().contains("1234"));
    let update = requests.body(1);
    assert_eq!(
        update.get("ConditionExpression").unwrap(),
        "attribute_exists(id) AND (attribute_not_exists(tries) OR tries < :most)"
    );
    assert_eq!(
        update
            .pointer("/ExpressionAttributeValues/:most/N")
            .unwrap(),
        "5"
    );

    item["tries"] = json!({"N": "5"});
    let (records, _) = table([found(&item)]).await;
    let read = records.find(&token).await.unwrap().unwrap();
    let check = read.check.unwrap();
    assert!(check.is_used_up() && check.is_met_by("token", "1234"));
}

#[tokio::test]
async fn the_first_answer_is_taken_under_a_condition_and_later_ones_are_told_it() {
    let (records, requests) = table([done()]).await;
    let first = records.decide(&asked(), "approved").await.unwrap();
    assert!(first.is_new);
    assert_eq!(first.decision.answered, Answered::Taken);
    let body = requests.body(0);
    assert_eq!(
        body.get("ConditionExpression"),
        Some(&json!("attribute_not_exists(id)"))
    );
    let other = json!({
        "decided_by": {"S": "sms"}, "choice": {"S": "declined"},
        "callback_id": {"S": "other"}, "answered": {"S": "delivered"},
    });
    for answers in [
        vec![refused(&other)],
        vec![refused(&json!(null)), found(&other)],
    ] {
        let (records, _) = table(answers).await;
        let told = records.decide(&asked(), "approved").await.unwrap();
        let expected = Decision {
            channel: Channel::Sms,
            choice: "declined".to_owned(),
            callback_id: "other".to_owned(),
            answered: Answered::Delivered,
        };
        assert_eq!((told.decision, told.is_new), (expected, false));
    }
}

#[tokio::test]
async fn that_an_answer_was_delivered_is_not_replaced() {
    let (records, requests) = table([done(), done(), refused(&json!(null)), throttled()]).await;
    records.settle("q", Answered::Delivered).await.unwrap();
    records.settle("q", Answered::Closed).await.unwrap();
    records.settle("q", Answered::Closed).await.unwrap();
    assert!(records.settle("q", Answered::Closed).await.is_err());
    let conditions = [0, 1].map(|request| requests.body(request)["ConditionExpression"].clone());
    assert_eq!(conditions, ["attribute_exists(id)", "answered = :taken"]);
}

#[tokio::test]
async fn a_sending_begins_once() {
    let (records, requests) = table([done(), refused(&json!(null)), done(), done()]).await;
    assert!(records.begin("s", 1).await.unwrap());
    assert!(!records.begin("s", 1).await.unwrap());
    records.take_back("s").await.unwrap();
    assert!(records.begin("s", 1).await.unwrap());
    let operations = ["PutItem", "PutItem", "DeleteItem", "PutItem"];
    assert_eq!(requests.operations(), operations);
}

#[tokio::test]
async fn errors_have_the_code_only() {
    let (records, _) = table([throttled()]).await;
    let error = records.decision("q").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the table of questions is out of reach: ThrottlingException"
    );
}

#[tokio::test]
async fn contacts_are_read_by_their_id() {
    let item = json!({
        "contact_id": {"S": "ada"}, "phone": {"S": "+12025550123"}, "language": {"S": "de-AT"},
        "identity": {"S": "1234"},
    });
    let (client, requests) = client([found(&item), done()]).await;
    let contacts = ContactsTable::new(client, "contacts");
    let contact = contacts.find("ada").await.unwrap().unwrap();
    assert_eq!(contact.phone.as_deref(), Some("+12025550123"));
    assert_eq!((contact.email, contact.language), (None, Language::De));
    assert_eq!(contact.identity.as_deref(), Some("1234"));
    assert!(contacts.find("ada").await.unwrap().is_none());
    assert_eq!(
        requests.body(0).get("Key"),
        Some(&json!({"contact_id": {"S": "ada"}}))
    );
}

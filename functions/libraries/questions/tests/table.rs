//! The requests to the table of questions, against a server that answers from a script.

use questions::{
    Answered, Asked, Channel, Choice, Contacts as _, ContactsTable, Decision, Language,
    QuestionsTable, Records as _, Token,
};
use scripted_aws::Answer;
use scripted_aws::dynamodb::{client, done, found, refused, throttled};
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
async fn the_first_answer_is_taken_under_a_condition_and_later_ones_are_told_it() {
    let (records, requests) = table([done()]).await;
    let first = records.decide(&asked(), "approved").await.unwrap();
    assert_eq!(first.answered, Answered::Taken);
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
        assert_eq!(told, expected);
    }
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
    });
    let (client, requests) = client([found(&item), done()]).await;
    let contacts = ContactsTable::new(client, "contacts");
    let contact = contacts.find("ada").await.unwrap().unwrap();
    assert_eq!(contact.phone.as_deref(), Some("+12025550123"));
    assert_eq!((contact.email, contact.language), (None, Language::De));
    assert!(contacts.find("ada").await.unwrap().is_none());
    assert_eq!(
        requests.body(0).get("Key"),
        Some(&json!({"contact_id": {"S": "ada"}}))
    );
}

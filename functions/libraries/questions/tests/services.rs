//! What is asked of SNS and SES, and what their errors mean.
#![expect(clippy::unwrap_used, reason = "a failed set-up should fail the test")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{StatusCode, header};
use questions::{Email as _, EmailAddress, Mail, PhoneNumber, Refusal, SesEmail, Sms as _, SnsSms};
use scripted_aws::{sdk_config, serve};

const PHONE: &str = "+12025550123";

/// Serves one answer to everything, and keeps the bodies of the requests.
async fn answering(
    status: u16,
    content_type: &'static str,
    body: String,
) -> (
    aws_durable_execution_sdk::SdkConfig,
    Arc<Mutex<Vec<String>>>,
) {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&bodies);
    let router = Router::new().fallback(async move |request: String| {
        kept.lock().unwrap().push(request);
        let status = StatusCode::from_u16(status).unwrap();
        (status, [(header::CONTENT_TYPE, content_type)], body)
    });
    (sdk_config(&serve(router).await), bodies)
}

async fn sns(status: u16, body: &str) -> (Result<(), Refusal>, Vec<String>) {
    let (config, bodies) = answering(status, "text/xml", body.to_owned()).await;
    let sms = SnsSms::new(&config, Some("BANK".to_owned()));
    let to = PhoneNumber::parse(PHONE).unwrap();
    let result = sms.send(&to, "Was it you? ✓").await;
    let bodies = bodies.lock().unwrap().clone();
    (result, bodies)
}

fn sns_error(code: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>Invalid parameter: {PHONE} is not valid</Message></Error>\
         <RequestId>r</RequestId></ErrorResponse>"
    )
}

#[tokio::test]
async fn a_text_goes_to_the_number_as_a_transaction() {
    let published = "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>";
    let (result, bodies) = sns(200, published).await;
    assert_eq!(result, Ok(()));
    let fields: BTreeMap<String, String> = form_urlencoded::parse(bodies[0].as_bytes())
        .into_owned()
        .collect();
    assert_eq!(fields["PhoneNumber"], PHONE);
    assert_eq!(fields["Message"], "Was it you? ✓");
    assert!(!fields.contains_key("TopicArn"));
    let values: Vec<_> = fields.values().map(String::as_str).collect();
    assert!(
        values.contains(&"Transactional") && values.contains(&"BANK"),
        "{values:?}"
    );
}

#[tokio::test]
async fn refusals_are_told_by_their_code_and_sent_once() {
    let refused = |code: &str, permanent| {
        Err(Refusal::Refused {
            code: code.to_owned(),
            permanent,
        })
    };
    for (status, code, expected) in [
        (400, "InvalidParameter", refused("InvalidParameter", true)),
        (400, "Throttled", refused("Throttled", false)),
        (429, "Throttling", refused("Throttling", false)),
        (
            403,
            "AuthorizationError",
            refused("AuthorizationError", true),
        ),
        (
            500,
            "InternalError",
            Err(Refusal::Unknown {
                code: "InternalError".to_owned(),
            }),
        ),
    ] {
        let (result, bodies) = sns(status, &sns_error(code)).await;
        assert_eq!(result, expected);
        assert_eq!(bodies.len(), 1, "{code}");
        assert!(!format!("{result:?}").contains(PHONE));
    }
}

#[tokio::test]
async fn nobody_can_tell_what_a_service_did_that_did_not_answer() {
    let config = sdk_config("http://127.0.0.1:1");
    let sms = SnsSms::new(&config, None);
    let to = PhoneNumber::parse(PHONE).unwrap();
    let result = sms.send(&to, "x").await;
    assert!(matches!(result, Err(Refusal::Unknown { .. })), "{result:?}");
}

#[tokio::test]
async fn a_mail_goes_from_the_sender_as_text_and_html() {
    let (config, bodies) =
        answering(200, "application/json", r#"{"MessageId":"1"}"#.to_owned()).await;
    let email = SesEmail::new(
        &config,
        "Bank <bank@example.com>".to_owned(),
        Some("questions".to_owned()),
    );
    let mail = Mail {
        subject: "Ä 🦀".to_owned(),
        text: "text".to_owned(),
        html: "<p>html</p>".to_owned(),
    };
    let to = EmailAddress::parse("ada@example.com").unwrap();
    assert_eq!(email.send(&to, &mail).await, Ok(()));
    let body: serde_json::Value = serde_json::from_str(&bodies.lock().unwrap()[0]).unwrap();
    let expected = serde_json::json!({
        "FromEmailAddress": "Bank <bank@example.com>",
        "Destination": { "ToAddresses": ["ada@example.com"] },
        "ConfigurationSetName": "questions",
        "Content": { "Simple": {
            "Subject": { "Data": "Ä 🦀", "Charset": "UTF-8" },
            "Body": {
                "Text": { "Data": "text", "Charset": "UTF-8" },
                "Html": { "Data": "<p>html</p>", "Charset": "UTF-8" },
            },
        } },
    });
    assert_eq!(body, expected);
}

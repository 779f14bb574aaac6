//! What was sent to people: texts and e-mails never leave this machine.

use std::time::Duration;

use axum::http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::error::LocalError;
use crate::http;

const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// How the address of a function begins and goes on; its id is in between.
const ADDRESS: (&str, &str) = ("https://", ".lambda-url.");

/// A text or an e-mail.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Letter {
    /// `sms` or `email`.
    pub channel: &'static str,
    /// Whom it went to: a number or an address.
    pub to: String,
    /// Who it came from, where that is known.
    pub from: Option<String>,
    /// The subject of an e-mail.
    pub subject: Option<String>,
    /// What it says. Links to functions lead to this machine.
    pub text: String,
    /// The links in it, in their order.
    pub links: Vec<String>,
    /// When it was sent, in seconds since 1970.
    pub sent_at: f64,
}

/// Returns what was sent through the local target on `port`, the newest first.
///
/// # Errors
///
/// The local target does not answer.
pub async fn inbox(port: u16) -> Result<Vec<Letter>, LocalError> {
    let texts = ask(port, "/_ministack/sns/sms-messages").await?;
    let mails = ask(port, "/_ministack/ses/messages").await?;
    let mut letters = of_texts(&texts, port);
    letters.extend(of_mails(&mails, port));
    letters.sort_by(|one, other| other.sent_at.total_cmp(&one.sent_at));
    Ok(letters)
}

async fn ask(port: u16, path: &str) -> Result<Value, LocalError> {
    let answer = http::send_local(Method::GET, port, path, ANSWER_WITHIN).await;
    let silent = LocalError::Unresponsive {
        what: "say what was sent",
        pid: None,
    };
    match answer {
        Ok(answer) if answer.status.is_success() => Ok(answer.json()),
        _ => Err(silent),
    }
}

fn of_texts(texts: &Value, port: u16) -> Vec<Letter> {
    let numbers = object(texts, "sms_messages");
    let sent = numbers.flat_map(|(_, sent)| sent.as_array().into_iter().flatten());
    sent.map(|sent| {
        let sender = sent.pointer("/MessageAttributes/AWS.SNS.SMS.SenderID");
        letter(Letter {
            channel: "sms",
            to: text(sent, "PhoneNumber"),
            from: ["StringValue", "Value"]
                .iter()
                .find_map(|key| Some(sender?.get(key)?.as_str()?.to_owned())),
            subject: None,
            text: at_home(&text(sent, "Message"), port),
            links: Vec::new(),
            sent_at: sent_at(sent),
        })
    })
    .collect()
}

fn of_mails(mails: &Value, port: u16) -> Vec<Letter> {
    let accounts = object(mails, "messages");
    let sent = accounts.flat_map(|(_, sent)| sent.as_array().into_iter().flatten());
    sent.map(|sent| {
        let to = sent.get("To").and_then(Value::as_array);
        let to = to.into_iter().flatten().filter_map(Value::as_str);
        letter(Letter {
            channel: "email",
            to: to.collect::<Vec<_>>().join(", "),
            from: Some(text(sent, "Source")),
            subject: Some(text(sent, "Subject")),
            text: at_home(&text(sent, "BodyText"), port),
            links: Vec::new(),
            sent_at: sent_at(sent),
        })
    })
    .collect()
}

fn letter(mut letter: Letter) -> Letter {
    let words = letter.text.split_whitespace();
    let links = words.filter(|word| word.starts_with("http://") || word.starts_with("https://"));
    letter.links = links.map(str::to_owned).collect();
    letter
}

fn object<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let found = value.get(key).and_then(Value::as_object);
    found.into_iter().flatten()
}

fn text(sent: &Value, key: &str) -> String {
    let found = sent.get(key).and_then(Value::as_str);
    found.unwrap_or_default().to_owned()
}

fn sent_at(sent: &Value) -> f64 {
    let found = sent.get("Timestamp").and_then(Value::as_f64);
    found.unwrap_or_default()
}

/// Returns a text whose links to functions lead through the router: on AWS their host says which function it is, and
/// here the path does.
fn at_home(text: &str, port: u16) -> String {
    let (start, middle) = ADDRESS;
    let mut home = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find(start) {
        let (before, link) = rest.split_at(place);
        home.push_str(before);
        let address = link.strip_prefix(start).unwrap_or_default();
        let function = address.split_once(middle).and_then(|(id, host)| {
            let is_id = !id.is_empty()
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            Some((id, host.split_once(".on.aws/")?)).filter(|_| is_id)
        });
        rest = if let Some((id, (region, path))) = function
            && region
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            let router = format!("http://127.0.0.1:{port}/_aws/lambda-url/{id}/");
            home.push_str(&router);
            path
        } else {
            home.push_str(start);
            address
        };
    }
    home.push_str(rest);
    home
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{at_home, of_mails, of_texts};

    #[test]
    fn links_to_functions_lead_to_this_machine_and_others_stay() {
        let text =
            "a https://example.com/b https://ab12.lambda-url.eu-west-1.on.aws/T-k_n! https://";
        let expected =
            "a https://example.com/b http://127.0.0.1:4566/_aws/lambda-url/ab12/T-k_n! https://";
        assert_eq!(at_home(text, 4566), expected);
        assert_eq!(at_home("", 1), "");
    }

    #[test]
    fn texts_and_mails_are_read_as_ministack_tells_them() {
        let texts = json!({ "sms_messages": { "+12025550123": [{
            "PhoneNumber": "+12025550123", "Timestamp": 2.5,
            "Message": "Answer: https://ab.lambda-url.eu-west-1.on.aws/x",
        }] } });
        let letters = of_texts(&texts, 1);
        assert_eq!(letters.len(), 1);
        assert_eq!(
            letters[0].links,
            ["http://127.0.0.1:1/_aws/lambda-url/ab/x"]
        );
        let mails = json!({ "messages": { "000000000000": [{
            "Source": "bank@example.com", "To": ["ada@example.com"], "Subject": "s",
            "BodyText": "t", "Timestamp": 1,
        }] } });
        let letters = of_mails(&mails, 1);
        assert_eq!(
            (letters[0].to.as_str(), letters[0].sent_at),
            ("ada@example.com", 1.0)
        );
        assert!(of_mails(&json!(null), 1).is_empty() && of_texts(&json!({}), 1).is_empty());
    }
}

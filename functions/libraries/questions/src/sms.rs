//! Text messages.

use async_trait::async_trait;
use aws_durable_execution_sdk::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::types::MessageAttributeValue;

use crate::contact::PhoneNumber;
use crate::error::Refusal;
use crate::refusal::refusal;

/// Sends text messages.
#[async_trait]
pub trait Sms: Send + Sync {
    /// Sends one message, once.
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), Refusal>;
}

/// Amazon SNS.
#[derive(Debug, Clone)]
pub struct SnsSms {
    client: Client,
    sender_id: Option<String>,
}

impl SnsSms {
    /// Returns the sender of this id, where the recipient's country knows such ids.
    pub fn new(config: &SdkConfig, sender_id: Option<String>) -> Self {
        // The SDK would send again what may have been sent.
        let once = aws_sdk_sns::config::Builder::from(config).retry_config(RetryConfig::disabled());
        Self {
            client: Client::from_conf(once.build()),
            sender_id,
        }
    }
}

#[async_trait]
impl Sms for SnsSms {
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), Refusal> {
        let attribute = |value: &str| {
            MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .ok()
        };
        let mut call = self
            .client
            .publish()
            .phone_number(to.reveal())
            .message(text);
        let settings = [
            ("AWS.SNS.SMS.SMSType", Some("Transactional")),
            ("AWS.SNS.SMS.SenderID", self.sender_id.as_deref()),
        ];
        for (name, value) in settings {
            if let Some(value) = value.and_then(attribute) {
                call = call.message_attributes(name, value);
            }
        }
        call.send()
            .await
            .map(|_| ())
            .map_err(|error| refusal(&error))
    }
}

/// How many text messages a phone company makes of a text, and bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SegmentCount(pub usize);

/// The alphabet of text messages besides the letters and digits of ASCII. A text with any other character is sent in
/// UTF-16, in which a message holds less than half of it.
///
/// Source: GSM 03.38, tables of the default alphabet and of its extension.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
const GSM_EXTENSION: &str = "^{}\\[~]|€\u{c}";

impl SegmentCount {
    /// Counts the messages of a text.
    pub fn of(text: &str) -> Self {
        let septets = |character: char| {
            if character.is_ascii_alphanumeric() || GSM.contains(character) {
                Some(1)
            } else if GSM_EXTENSION.contains(character) {
                Some(2)
            } else {
                None
            }
        };
        let gsm: Option<usize> = text.chars().map(septets).sum();
        let (length, alone, joined) = match gsm {
            Some(septets) => (septets, 160, 153),
            None => (text.encode_utf16().count(), 70, 67),
        };
        if length <= alone {
            Self(1)
        } else {
            Self(length.div_ceil(joined))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SegmentCount;

    #[test]
    fn messages_are_counted_as_phone_companies_count() {
        let count = |text: &str| SegmentCount::of(text).0;
        assert_eq!(count(""), 1);
        assert_eq!(count(&"a".repeat(160)), 1);
        assert_eq!(count(&"a".repeat(161)), 2);
        assert_eq!(count(&"€".repeat(80)), 1);
        assert_eq!(count(&"€".repeat(81)), 2);
        assert_eq!(count(&"ß".repeat(160)), 1);
        assert_eq!(count(&"م".repeat(70)), 1);
        assert_eq!(count(&"م".repeat(71)), 2);
        assert_eq!(count(&"🦀".repeat(35)), 1);
        assert_eq!(count(&"🦀".repeat(36)), 2);
        assert_eq!(count(&"a".repeat(2000)), 14);
    }
}

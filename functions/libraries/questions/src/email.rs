//! E-mails.

use std::fmt;

use async_trait::async_trait;
use aws_durable_execution_sdk::SdkConfig;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

use crate::contact::EmailAddress;
use crate::error::Refusal;
use crate::refusal::refusal;

/// Sends e-mails.
#[async_trait]
pub trait Email: Send + Sync {
    /// Sends one e-mail, once.
    async fn send(&self, to: &EmailAddress, mail: &Mail) -> Result<(), Refusal>;
}

/// An e-mail, as text and as HTML.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its subject, on one line.
    pub subject: String,
    /// What shows where HTML does not.
    pub text: String,
    /// What shows else.
    pub html: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Mail(…)")
    }
}

/// Amazon SES.
#[derive(Debug, Clone)]
pub struct SesEmail {
    client: Client,
    sender: String,
    configuration_set: Option<String>,
}

impl SesEmail {
    /// Returns the sender of this address, which SES has verified, or whose domain it has.
    pub fn new(config: &SdkConfig, sender: String, configuration_set: Option<String>) -> Self {
        // The SDK would send again what may have been sent.
        let once =
            aws_sdk_sesv2::config::Builder::from(config).retry_config(RetryConfig::disabled());
        Self {
            client: Client::from_conf(once.build()),
            sender,
            configuration_set,
        }
    }
}

#[async_trait]
impl Email for SesEmail {
    async fn send(&self, to: &EmailAddress, mail: &Mail) -> Result<(), Refusal> {
        let unbuilt = |_| Refusal::Refused {
            code: "InvalidContent".to_owned(),
            permanent: true,
        };
        let content = |text: &str| {
            Content::builder()
                .data(text)
                .charset("UTF-8")
                .build()
                .map_err(unbuilt)
        };
        let body = Body::builder()
            .text(content(&mail.text)?)
            .html(content(&mail.html)?)
            .build();
        let message = Message::builder()
            .subject(content(&mail.subject)?)
            .body(body)
            .build();
        let call = self
            .client
            .send_email()
            .from_email_address(&self.sender)
            .destination(Destination::builder().to_addresses(to.reveal()).build())
            .set_configuration_set_name(self.configuration_set.clone())
            .content(EmailContent::builder().simple(message).build());
        call.send()
            .await
            .map(|_| ())
            .map_err(|error| refusal(&error))
    }
}

//! Writing to people.

use async_trait::async_trait;
use aws_durable_execution_sdk::SdkConfig;
use maud::{DOCTYPE, html};

use crate::channel::Channel;
use crate::clock::now;
use crate::contact::{Contact, EmailAddress, PhoneNumber};
use crate::contacts::Contacts;
use crate::courier::{Courier, Delivery};
use crate::dynamodb::{ContactsTable, QuestionsTable};
use crate::email::{Email, Mail, SesEmail};
use crate::error::{DeliveryError, Refusal};
use crate::identity::{Check, Identity};
use crate::question::Who;
use crate::records::{Asked, Records, RecordsError};
use crate::settings::Settings;
use crate::sms::{SegmentCount, Sms, SnsSms};
use crate::text::plain;
use crate::token::{Token, hex};

/// The most text messages that one question is sent as.
const MOST_SEGMENTS: usize = 4;

/// The courier that writes to people: it finds the contact, draws a token, remembers its hash and sends the link.
pub struct Messenger {
    /// Remembers what was asked.
    pub records: Box<dyn Records>,
    /// Knows how people are reached.
    pub contacts: Box<dyn Contacts>,
    /// Sends text messages.
    pub sms: Box<dyn Sms>,
    /// Sends e-mails.
    pub email: Box<dyn Email>,
    /// What every link begins with, up to and with its last `/`.
    pub answers_url: String,
    /// What whoever answers has to know besides having the link.
    pub identity: Option<Identity>,
}

/// A message that is ready to be sent.
enum Letter {
    Sms(PhoneNumber, String),
    Email(EmailAddress, Mail),
}

#[async_trait]
impl Courier for Messenger {
    type Error = DeliveryError;

    async fn deliver(&self, delivery: &Delivery<'_>) -> Result<(), DeliveryError> {
        let channel = delivery.channel;
        let contact = self.contact(delivery).await?;
        let token = Token::random().map_err(|_| DeliveryError::NoRandomness)?;
        let check = self.check(channel, &contact, &token)?;
        let asked = asked(delivery, &contact, check);
        let letter = self.letter(delivery, &contact, &asked, &token)?;
        if delivery.is_reminder && self.is_decided(&asked).await? {
            return Ok(());
        }
        let kind = if delivery.is_reminder {
            "reminder"
        } else {
            "question"
        };
        let sending = hex(&format!("{}/{kind}", delivery.callback_id));
        if !self.records.begin(&sending, asked.answer_until).await? {
            tracing::warn!(%channel, kind, "an interrupted attempt may have sent it; it is not sent again");
            return Ok(());
        }
        self.records.remember(&token.hash(), &asked).await?;
        match self.send(&letter).await {
            Ok(()) => {
                tracing::info!(%channel, kind, "sent");
                Ok(())
            }
            Err(Refusal::Unknown { code }) => {
                tracing::warn!(%channel, kind, code, "it may have been sent; it is not sent again");
                Ok(())
            }
            Err(Refusal::Refused { code, permanent }) => {
                self.records.take_back(&sending).await?;
                Err(DeliveryError::Refused {
                    channel,
                    code,
                    permanent,
                })
            }
        }
    }
}

impl Messenger {
    /// Returns the messenger that `settings` describe.
    pub fn on_aws(config: &SdkConfig, settings: Settings) -> Self {
        let client = aws_sdk_dynamodb::Client::new(config);
        let sender = settings.email_sender.unwrap_or_default();
        Self {
            records: Box::new(QuestionsTable::new(
                client.clone(),
                settings.questions_table,
            )),
            contacts: Box::new(ContactsTable::new(client, settings.contacts_table)),
            sms: Box::new(SnsSms::new(config, settings.sms_sender_id)),
            email: Box::new(SesEmail::new(
                config,
                sender,
                settings.email_configuration_set,
            )),
            answers_url: settings.answers_url,
            identity: settings.identity,
        }
    }

    /// Returns how the person behind a link is known. Whose identity nobody knows is not asked without it.
    fn check(
        &self,
        channel: Channel,
        contact: &Contact,
        token: &Token,
    ) -> Result<Option<Check>, DeliveryError> {
        let Some(identity) = self.identity else {
            return Ok(None);
        };
        let known = contact
            .identity
            .as_deref()
            .and_then(|known| identity.read(known));
        let known = known.ok_or(DeliveryError::NoIdentity { channel })?;
        Ok(Some(Check::of(identity, &token.reveal(), &known)))
    }

    async fn contact(&self, delivery: &Delivery<'_>) -> Result<Contact, DeliveryError> {
        match &delivery.question.who {
            Who::Directly(contact) => Ok(contact.clone()),
            Who::Known(id) => self
                .contacts
                .find(id)
                .await?
                .ok_or(DeliveryError::NoContact {
                    channel: delivery.channel,
                }),
        }
    }

    fn letter(
        &self,
        delivery: &Delivery<'_>,
        contact: &Contact,
        asked: &Asked,
        token: &Token,
    ) -> Result<Letter, DeliveryError> {
        let channel = delivery.channel;
        let missing = || DeliveryError::NoContact { channel };
        let invalid = |source| DeliveryError::InvalidContact { channel, source };
        let link = format!("{}{}", self.answers_url, token.reveal());
        let reminder = if delivery.is_reminder {
            asked.language.word("reminder")
        } else {
            ""
        };
        match channel {
            Channel::Sms => {
                let number = contact.phone.as_deref().ok_or_else(missing)?;
                let number = PhoneNumber::parse(number).map_err(invalid)?;
                let tail = asked.language.word("answer").replace("{link}", &link);
                let text = format!("{reminder}{} {tail}", asked.text);
                let SegmentCount(segments) = SegmentCount::of(&text);
                if segments > MOST_SEGMENTS {
                    let most = MOST_SEGMENTS;
                    return Err(DeliveryError::TooLong { segments, most });
                }
                Ok(Letter::Sms(number, text))
            }
            Channel::Email => {
                let address = contact.email.as_deref().ok_or_else(missing)?;
                let address = EmailAddress::parse(address).map_err(invalid)?;
                let (wording, _) = delivery.question.worded(asked.language);
                let subject = format!("{reminder}{}", plain(&wording.subject));
                Ok(Letter::Email(address, mail(asked, subject, &link)))
            }
        }
    }

    async fn is_decided(&self, asked: &Asked) -> Result<bool, DeliveryError> {
        Ok(self.records.decision(&asked.question).await?.is_some())
    }

    async fn send(&self, letter: &Letter) -> Result<(), Refusal> {
        match letter {
            Letter::Sms(number, text) => self.sms.send(number, text).await,
            Letter::Email(address, mail) => self.email.send(address, mail).await,
        }
    }
}

impl From<RecordsError> for DeliveryError {
    fn from(error: RecordsError) -> Self {
        Self::Unavailable {
            what: "questions",
            code: error.code,
        }
    }
}

fn asked(delivery: &Delivery<'_>, contact: &Contact, check: Option<Check>) -> Asked {
    let (wording, choices) = delivery.question.worded(contact.language);
    let question = &delivery.question;
    let mut left = question.answer_within;
    if delivery.is_reminder {
        left = left.saturating_sub(question.remind_after.unwrap_or_default());
    }
    Asked {
        question: hex(&format!("{}/{}", delivery.execution, question.name)),
        channel: delivery.channel,
        callback_id: delivery.callback_id.to_owned(),
        language: contact.language,
        text: plain(&wording.text),
        choices,
        answer_until: now() + left.as_secs(),
        check,
    }
}

fn mail(asked: &Asked, subject: String, link: &str) -> Mail {
    let language = asked.language;
    let (once, ignore) = (language.word("once"), language.word("ignore"));
    let tail = language.word("answer").replace("{link}", link);
    let html = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head { meta charset="utf-8"; title { (subject) } }
            body style="font-family:sans-serif;font-size:16px;line-height:1.5" {
                p dir="auto" { (asked.text) }
                p { a href=(link) { (language.word("button")) } }
                p { (once) }
                p { (ignore) }
            }
        }
    };
    Mail {
        subject,
        text: format!("{}\n\n{tail}\n\n{once}\n{ignore}\n", asked.text),
        html: html.into_string(),
    }
}

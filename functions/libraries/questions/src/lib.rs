//! Asking somebody a question in the middle of a workflow, and waiting for the answer.
//!
//! ```text
//! ask ─┬─ sms ───▶ callback, link ─▶ SNS ─┐
//!      └─ email ─▶ callback, link ─▶ SES ─┴─▶ a person ─▶ answers (a function) ─▶ the callback of the link
//! ```
//!
//! [`ask`] is one durable operation. It opens a callback for every [`Channel`], has a [`Courier`] take the question
//! there, and ends with the first answer, or when no channel is left: [`Outcome`]. [`Messenger`] is the courier that
//! writes to people; a workflow with ways of its own implements [`Courier`] itself.
//!
//! # The link
//!
//! A message holds a link, and the link a [`Token`]: 128 random bits that are drawn inside the step that sends, are
//! in the message, and nowhere else. The table of [`Records`] has its SHA-256 hash, so that whoever reads the table
//! cannot answer, and neither the token nor the contact nor the text is a step's result, so that the history does not
//! have them. The id of the callback never leaves the account.
//!
//! The first answer through any link of a question is taken by one conditional write, for all its channels: of two
//! links that are pressed at once, one decides.
//!
//! # Who answers
//!
//! Whoever has the link answers, unless [`Settings::identity`] asks for what the message does not have: the last four
//! digits of the card. The contact has them (`identity`), the record of the link a code of them under its token, so
//! that the table without the message does not tell them: there are few to be tried. Each link takes five tries
//! ([`MOST_TRIES`]), counted before they are judged, and then is closed; the question stays open for the other links.
//! Whose `identity` nobody knows is not asked.
//!
//! # What happens twice
//!
//! Neither `Publish` of SNS nor `SendEmail` of SES takes an idempotency key. So a sending is noted before it begins,
//! and what an interrupted attempt may have sent is **not sent again**: a second text that asks about money is what
//! people are taught to mistrust, while a lost one is made good by the other channel, by the reminder, and at last by
//! the time-out that every question has. A refusal is different: the service did not send, so the note is taken back
//! and the step's schedule tries again, with a new token.
//!
//! # What is wrong with one channel only
//!
//! No contact, a number without a country, an address that is none, a text too long for texts, a recipient who opted
//! out, bounced or is not in the sandbox, a throttle that lasts: the branch of the channel fails, and the others are
//! waited for. Errors name the channel and the service's code; what a service says besides may hold the contact, and
//! is left out.
//!
//! # Environment
//!
//! | variable | meaning |
//! |---|---|
//! | `QUESTIONS_TABLE` | the table below; without it nobody is written to |
//! | `CONTACTS_TABLE` | partition key `contact_id` (S); `phone`, `email`, `language` (`en`, `de`) and `identity` as texts |
//! | `ANSWERS_URL` | what links begin with, up to and with the last `/` |
//! | `QUESTION_CHANNELS` | `sms`, `email` or `sms,email` |
//! | `EMAIL_SENDER` | the address that e-mails come from; needed for `email` |
//! | `EMAIL_CONFIGURATION_SET` | optional: of SES, for its bounces and complaints |
//! | `SMS_SENDER_ID` | optional: who texts come from, where a country knows such ids |
//! | `REMIND_AFTER_SECONDS` | optional: when whoever did not answer is reminded |
//! | `QUESTION_IDENTITY` | optional: `card-digits`, which whoever answers has to know |
//!
//! # The table
//!
//! Partition key `id` (S), time to live `expiration`. Three kinds of items, none of which outlives the question by
//! more than a week:
//!
//! | `id` | attributes |
//! |---|---|
//! | `token#<hash>` | `question`, `channel`, `callback_id`, `language`, `text`, `choices`, `answer_until`; `identity`, `identity_code`, `tries` |
//! | `question#<hash>` | `decided_by`, `choice`, `callback_id`, `answered`: `taken`, `delivered` or `closed` |
//! | `sending#<hash>` | none: its being there is what it says |

mod ask;
mod channel;
mod clock;
mod contact;
mod contacts;
mod courier;
mod dynamodb;
mod email;
mod error;
mod identity;
mod languages;
mod memory;
mod messenger;
mod money;
mod question;
mod records;
mod refusal;
mod settings;
mod sms;
mod text;
mod token;

pub use ask::{Outcome, ask};
pub use channel::Channel;
pub use clock::now;
pub use contact::{Contact, EmailAddress, InvalidContact, PhoneNumber};
pub use contacts::Contacts;
pub use courier::{Courier, Delivery};
pub use dynamodb::{ContactsTable, QuestionsTable};
pub use email::{Email, Mail, SesEmail};
pub use error::{DeliveryError, Refusal};
pub use identity::{Check, Identity, MOST_TRIES};
pub use languages::Language;
pub use memory::{MemoryRecords, Outbox};
pub use messenger::Messenger;
pub use money::money;
pub use question::{Choice, Question, Who, Wording, Wordings};
pub use records::{Answered, Asked, Decision, Records, RecordsError, Taken};
pub use settings::{Settings, SettingsError};
pub use sms::{SegmentCount, Sms, SnsSms};
pub use text::{fill, plain};
pub use token::{Token, TokenHash};

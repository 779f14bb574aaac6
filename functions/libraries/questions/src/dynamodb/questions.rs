//! The table of questions.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::attributes::{Attributes, code, number, string, text, whole};
use crate::channel::Channel;
use crate::identity::{Check, Identity, MOST_TRIES};
use crate::languages::Language;
use crate::records::{Answered, Asked, Decision, KEPT_SECONDS, Records, RecordsError, Taken};
use crate::token::TokenHash;

/// The table of questions: partition key `id`, time to live `expiration`.
#[derive(Debug, Clone)]
pub struct QuestionsTable {
    client: Client,
    name: String,
}

impl QuestionsTable {
    /// Returns the table `name`.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { client, name }
    }

    async fn read(&self, id: String) -> Result<Option<Attributes>, RecordsError> {
        let read = self
            .client
            .get_item()
            .table_name(&self.name)
            .key("id", text(id))
            .consistent_read(true);
        Ok(read.send().await.map_err(failed)?.item)
    }
}

#[async_trait]
impl Records for QuestionsTable {
    async fn remember(&self, token: &TokenHash, asked: &Asked) -> Result<(), RecordsError> {
        let choices = serde_json::to_string(&asked.choices).unwrap_or_default();
        let check = asked.check.as_ref();
        let identity = check.map(|check| text(check.identity.as_str()));
        let code = check.map(|check| text(&check.code));
        let mut put = self
            .client
            .put_item()
            .table_name(&self.name)
            .item("id", text(of_token(token)))
            .item("question", text(&asked.question))
            .item("channel", text(asked.channel.as_str()))
            .item("callback_id", text(&asked.callback_id))
            .item("language", text(asked.language.tag()))
            .item("text", text(&asked.text))
            .item("choices", text(choices))
            .item("answer_until", number(asked.answer_until))
            .item("expiration", number(asked.answer_until + KEPT_SECONDS));
        for (name, value) in [("identity", identity), ("identity_code", code)] {
            if let Some(value) = value {
                put = put.item(name, value);
            }
        }
        put.send().await.map_err(failed)?;
        Ok(())
    }

    async fn find(&self, token: &TokenHash) -> Result<Option<Asked>, RecordsError> {
        let Some(item) = self.read(of_token(token)).await? else {
            return Ok(None);
        };
        asked(&item).map(Some).ok_or_else(unreadable)
    }

    async fn count_try(&self, token: &TokenHash) -> Result<Option<u32>, RecordsError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("id", text(of_token(token)))
            .update_expression("ADD tries :one")
            .condition_expression(
                "attribute_exists(id) AND (attribute_not_exists(tries) OR tries < :most)",
            )
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(MOST_TRIES.into()))
            .return_values(ReturnValue::UpdatedNew);
        match update.send().await {
            Ok(counted) => {
                let tries = counted.attributes.and_then(|item| whole(&item, "tries"));
                let tries = tries.and_then(|tries| tries.try_into().ok());
                tries.map(Some).ok_or_else(unreadable)
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(failed(error)),
            },
        }
    }

    async fn decision(&self, question: &str) -> Result<Option<Decision>, RecordsError> {
        let Some(item) = self.read(of_question(question)).await? else {
            return Ok(None);
        };
        decision(&item).map(Some).ok_or_else(unreadable)
    }

    async fn decide(&self, asked: &Asked, choice: &str) -> Result<Taken, RecordsError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("id", text(of_question(&asked.question)))
            .update_expression(
                "SET decided_by = :channel, choice = :choice, callback_id = :callback_id, \
                 answered = :taken, expiration = :expiration",
            )
            .condition_expression("attribute_not_exists(id)")
            .expression_attribute_values(":channel", text(asked.channel.as_str()))
            .expression_attribute_values(":choice", text(choice))
            .expression_attribute_values(":callback_id", text(&asked.callback_id))
            .expression_attribute_values(":taken", text(Answered::Taken.as_str()))
            .expression_attribute_values(":expiration", number(asked.answer_until + KEPT_SECONDS))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let first = match update.send().await {
            Ok(_) => {
                let decision = Decision {
                    channel: asked.channel,
                    choice: choice.to_owned(),
                    callback_id: asked.callback_id.clone(),
                    answered: Answered::Taken,
                };
                return Ok(Taken {
                    decision,
                    is_new: true,
                });
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    refused.item().and_then(decision)
                }
                _ => return Err(failed(error)),
            },
        };
        let first = match first {
            Some(first) => Some(first),
            None => self.decision(&asked.question).await?,
        };
        Ok(Taken {
            decision: first.ok_or_else(unreadable)?,
            is_new: false,
        })
    }

    async fn settle(&self, question: &str, answered: Answered) -> Result<(), RecordsError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("id", text(of_question(question)))
            .update_expression("SET answered = :answered")
            .expression_attribute_values(":answered", text(answered.as_str()));
        let update = if answered == Answered::Delivered {
            update.condition_expression("attribute_exists(id)")
        } else {
            update
                .condition_expression("answered = :taken")
                .expression_attribute_values(":taken", text(Answered::Taken.as_str()))
        };
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(failed(error)),
            },
        }
    }

    async fn begin(&self, sending: &str, until: u64) -> Result<bool, RecordsError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .item("id", text(of_sending(sending)))
            .item("expiration", number(until + KEPT_SECONDS))
            .condition_expression("attribute_not_exists(id)");
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(failed(error)),
            },
        }
    }

    async fn take_back(&self, sending: &str) -> Result<(), RecordsError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key("id", text(of_sending(sending)));
        delete.send().await.map_err(failed)?;
        Ok(())
    }
}

fn of_token(token: &TokenHash) -> String {
    format!("token#{}", token.as_str())
}

fn of_question(question: &str) -> String {
    format!("question#{question}")
}

fn of_sending(sending: &str) -> String {
    format!("sending#{sending}")
}

fn asked(item: &Attributes) -> Option<Asked> {
    Some(Asked {
        question: string(item, "question")?,
        channel: Channel::parse(&string(item, "channel")?)?,
        callback_id: string(item, "callback_id")?,
        language: Language::of_tag(&string(item, "language")?).unwrap_or_default(),
        text: string(item, "text")?,
        choices: serde_json::from_str(&string(item, "choices")?).ok()?,
        answer_until: whole(item, "answer_until")?,
        check: match string(item, "identity") {
            None => None,
            Some(identity) => Some(Check {
                identity: Identity::parse(&identity)?,
                code: string(item, "identity_code")?,
                tries: whole(item, "tries").unwrap_or_default().try_into().ok()?,
            }),
        },
    })
}

fn decision(item: &Attributes) -> Option<Decision> {
    Some(Decision {
        channel: Channel::parse(&string(item, "decided_by")?)?,
        choice: string(item, "choice")?,
        callback_id: string(item, "callback_id")?,
        answered: Answered::parse(&string(item, "answered")?)?,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn failed<E: ProvideErrorMetadata, R>(error: SdkError<E, R>) -> RecordsError {
    RecordsError { code: code(&error) }
}

fn unreadable() -> RecordsError {
    RecordsError {
        code: "UnreadableRecord".to_owned(),
    }
}

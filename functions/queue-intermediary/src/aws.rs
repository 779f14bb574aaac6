//! The intermediary on AWS.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use aws_sdk_sqs::types::MessageAttributeValue;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use idempotency::{DynamoDbStore, Idempotency, SystemClock};

use crate::intermediary::Intermediary;
use crate::outbox::{Letter, Outbox};
use crate::pace::Pace;
use crate::settings::Settings;
use crate::starter::{StartError, Starter};
use crate::visibility::Visibility;

/// The time kept free at the end of an invocation, to report what failed.
const RESERVE: Duration = Duration::from_secs(2);

impl Intermediary {
    /// Returns the intermediary that `settings` describe.
    pub fn on_aws(config: &SdkConfig, settings: Settings) -> Self {
        let store = DynamoDbStore::new(
            aws_sdk_dynamodb::Client::new(config),
            settings.idempotency_table,
        );
        Self {
            envelope: settings.envelope,
            execution_name: settings.execution_name,
            idempotency: Idempotency::new(
                Arc::new(store),
                Arc::new(SystemClock),
                settings.idempotency_window,
            ),
            starter: Arc::new(Orchestrator {
                client: aws_sdk_lambda::Client::new(config),
                arn: settings.orchestrator,
            }),
            visibility: Arc::new(Queue {
                client: aws_sdk_sqs::Client::new(config),
                url: settings.queue_url.clone(),
            }),
            queue: Arc::new(Sender {
                client: aws_sdk_sqs::Client::new(config),
                url: settings.queue_url,
            }),
            dead_letters: Arc::new(Sender {
                client: aws_sdk_sqs::Client::new(config),
                url: settings.dead_letter_url,
            }),
            pace: Pace::every(settings.start_interval),
            clock: Arc::new(SystemClock),
            reserve: RESERVE,
            max_receive_count: settings.max_receive_count,
        }
    }
}

struct Orchestrator {
    client: aws_sdk_lambda::Client,
    arn: String,
}

#[async_trait]
impl Starter for Orchestrator {
    async fn start(&self, name: &str, payload: &str) -> Result<Option<String>, StartError> {
        let output = self
            .client
            .invoke()
            .function_name(&self.arn)
            .invocation_type(InvocationType::Event)
            .durable_execution_name(name)
            .payload(Blob::new(payload))
            .send()
            .await
            .map_err(|error| match error.into_service_error() {
                InvokeError::DurableExecutionAlreadyStartedException(_) => {
                    StartError::PayloadDiffers
                }
                InvokeError::TooManyRequestsException(_) => StartError::Throttled,
                InvokeError::RequestTooLargeException(_) => StartError::TooLarge,
                other => StartError::Unavailable(other.into()),
            })?;
        Ok(output.durable_execution_arn)
    }
}

struct Queue {
    client: aws_sdk_sqs::Client,
    url: String,
}

#[async_trait]
impl Visibility for Queue {
    async fn hide(
        &self,
        receipt_handle: &str,
        delay: Duration,
    ) -> Result<(), Box<dyn StdError + Send + Sync>> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(i32::try_from(delay.as_secs())?)
            .send()
            .await
            .map_err(aws_sdk_sqs::error::SdkError::into_service_error)?;
        Ok(())
    }
}

struct Sender {
    client: aws_sdk_sqs::Client,
    url: String,
}

#[async_trait]
impl Outbox for Sender {
    async fn send(
        &self,
        letter: Letter,
        delay: Duration,
    ) -> Result<(), Box<dyn StdError + Send + Sync>> {
        let mut attributes = HashMap::new();
        for (name, attribute) in letter.attributes {
            let bytes = attribute
                .binary_value
                .map(|text| BASE64_STANDARD.decode(text));
            let value = MessageAttributeValue::builder()
                .data_type(attribute.data_type)
                .set_string_value(attribute.string_value)
                .set_binary_value(bytes.transpose()?.map(Blob::new))
                .build()?;
            attributes.insert(name, value);
        }
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(letter.body)
            .delay_seconds(i32::try_from(delay.as_secs())?)
            .set_message_attributes(Some(attributes))
            .send()
            .await
            .map_err(aws_sdk_sqs::error::SdkError::into_service_error)?;
        Ok(())
    }
}

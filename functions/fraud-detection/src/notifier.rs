//! Asking cardholders.

use std::time::Duration;

use async_trait::async_trait;
use questions::Delivery;

use crate::answer::Channel;
use crate::error::ServiceError;

/// Takes questions to cardholders.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Asks; asking again with the same callback id is the same question.
    async fn ask(&self, question: &Question) -> Result<(), ServiceError>;

    /// Writes to a cardholder who is known. By default nobody is written to.
    async fn write(
        &self,
        _transaction_id: &str,
        _delivery: &Delivery<'_>,
    ) -> Result<(), ServiceError> {
        Ok(())
    }

    /// Returns the channels that are asked through.
    fn channels(&self) -> Vec<Channel> {
        Channel::ALL.to_vec()
    }

    /// Returns when whoever did not answer is reminded, if ever.
    fn remind_after(&self) -> Option<Duration> {
        None
    }
}

/// A question to the cardholder: was it you?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// About which transaction.
    pub transaction_id: String,
    /// Through which channel.
    pub channel: Channel,
    /// Where the answer goes.
    pub callback_id: String,
    /// How long the answer may take, from now.
    pub answer_within_seconds: u32,
}

//! Asking cardholders.

use async_trait::async_trait;

use crate::answer::Channel;
use crate::error::ServiceError;

/// Takes questions to cardholders.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Asks; asking again with the same callback id is the same question.
    async fn ask(&self, question: &Question) -> Result<(), ServiceError>;
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

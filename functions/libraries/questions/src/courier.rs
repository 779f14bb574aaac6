//! What takes a question to somebody.

use async_trait::async_trait;
use steps::RecordedError;

use crate::channel::Channel;
use crate::question::Question;

/// Takes questions to people.
#[async_trait]
pub trait Courier: Send + Sync + 'static {
    /// What goes wrong; a permanent error fails the channel at once.
    type Error: RecordedError;

    /// Takes a question through one channel. Called again with the same delivery after an interruption, and after an
    /// error that is not permanent.
    async fn deliver(&self, delivery: &Delivery<'_>) -> Result<(), Self::Error>;
}

/// A question on its way through one channel.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// What is asked.
    pub question: &'a Question,
    /// Through which channel.
    pub channel: Channel,
    /// Which execution asks, as an ARN.
    pub execution: &'a str,
    /// Where the answer goes: `{"decision": "<choice>"}`.
    pub callback_id: &'a str,
    /// Whether it was asked before.
    pub is_reminder: bool,
}

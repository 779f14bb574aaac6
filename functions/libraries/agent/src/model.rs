//! What replies.

use std::time::Duration;

use async_trait::async_trait;

use crate::failure::ModelError;
use crate::message::{Message, Reply};
use crate::task::Tool;

/// Replies to what was said so far.
#[async_trait]
pub trait Model: Send + Sync {
    /// Returns the reply to a request, which is paid for.
    async fn reply(&self, request: &Request<'_>) -> Result<Reply, ModelError>;
}

/// What a model is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What holds for the whole conversation.
    pub instructions: &'a str,
    /// What was said so far.
    pub messages: &'a [Message],
    /// The tools that it must call one of.
    pub tools: &'a [Tool],
    /// How many tokens it may write.
    pub answer_tokens: u32,
    /// How long it may take.
    pub within: Duration,
}

//! Why a record was not handled, and whether trying again can help.

use std::error::Error as StdError;

use messages::{MessageError, NameError};

use crate::starter::StartError;

/// Why a record was not handled. The text shows nothing of the message's content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The body cannot be read.
    #[error("unreadable message")]
    Unreadable(#[source] MessageError),
    /// The message has no usable name.
    #[error("no execution name")]
    Unnamed(#[source] NameError),
    /// The body is larger than an asynchronous invocation takes.
    #[error("the message has {bytes} bytes, more than an asynchronous invocation takes")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The name is taken by another payload.
    #[error("the execution name is taken by a message with another payload")]
    PayloadDiffers,
    /// Somebody else is starting the execution.
    #[error("the execution is being started elsewhere")]
    InProgress,
    /// The idempotency record could not be read or written.
    #[error("the idempotency record is out of reach")]
    Idempotency(#[source] idempotency::Error),
    /// The service takes no more executions at the moment.
    #[error("starts of executions are throttled")]
    Throttled,
    /// The orchestrator could not be invoked.
    #[error("the execution could not be started")]
    NotStarted(#[source] Box<dyn StdError + Send + Sync>),
    /// The invocation is about to end.
    #[error("the time of this invocation ran out")]
    OutOfTime,
}

impl RecordError {
    /// Returns whether the message can never be handled.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Unreadable(_)
            | Self::Unnamed(_)
            | Self::TooLarge { .. }
            | Self::PayloadDiffers => true,
            Self::InProgress
            | Self::Idempotency(_)
            | Self::Throttled
            | Self::NotStarted(_)
            | Self::OutOfTime => false,
        }
    }

    /// Returns whether nothing is wrong but that there is too much to do.
    pub fn is_load(&self) -> bool {
        matches!(self, Self::Throttled | Self::OutOfTime)
    }

    /// Returns the name of its kind, as the dead-letter queue carries it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::Unnamed(_) => "no-name",
            Self::TooLarge { .. } => "too-large",
            Self::PayloadDiffers => "name-taken",
            Self::InProgress
            | Self::Idempotency(_)
            | Self::Throttled
            | Self::NotStarted(_)
            | Self::OutOfTime => "gave-up",
        }
    }

    /// Returns the error and its causes in one line.
    pub fn reason(&self) -> String {
        chain(self)
    }

    pub(crate) fn from_start(error: StartError, bytes: usize) -> Self {
        match error {
            StartError::PayloadDiffers => Self::PayloadDiffers,
            StartError::TooLarge => Self::TooLarge { bytes },
            StartError::Throttled => Self::Throttled,
            StartError::Unavailable(source) => Self::NotStarted(source),
        }
    }
}

/// Returns an error and its causes in one line.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

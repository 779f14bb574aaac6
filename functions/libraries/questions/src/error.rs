//! What can go wrong on the way to somebody.

use steps::RecordedError;

use crate::channel::Channel;
use crate::contact::InvalidContact;

/// Why a channel could not be asked through. Has no contact, no token and no text in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// Nothing is known of the person, or nothing for this channel.
    #[error("there is no contact for channel `{channel}`")]
    NoContact {
        /// The channel.
        channel: Channel,
    },
    /// The identity that whoever answers has to know is not known.
    #[error("nobody can be asked through channel `{channel}` whose identity is not known")]
    NoIdentity {
        /// The channel.
        channel: Channel,
    },
    /// What is known is no contact.
    #[error("nothing can be sent through channel `{channel}`")]
    InvalidContact {
        /// The channel.
        channel: Channel,
        /// What is wrong.
        #[source]
        source: InvalidContact,
    },
    /// The text does not fit.
    #[error("the question is {segments} text messages long; at most {most} are sent")]
    TooLong {
        /// How many text messages it would be.
        segments: usize,
        /// How many may be.
        most: usize,
    },
    /// The service did not send it.
    #[error("channel `{channel}` was refused: {code}")]
    Refused {
        /// The channel.
        channel: Channel,
        /// The service's code; its text may have the contact in it.
        code: String,
        /// Whether it would refuse again.
        permanent: bool,
    },
    /// A table did not answer.
    #[error("the table of {what} is out of reach: {code}")]
    Unavailable {
        /// What it holds.
        what: &'static str,
        /// The service's code.
        code: String,
    },
    /// The operating system gave no randomness for a token.
    #[error("no token could be drawn")]
    NoRandomness,
}

impl RecordedError for DeliveryError {
    fn error_type(&self) -> &'static str {
        match self {
            Self::NoContact { .. } | Self::NoIdentity { .. } => "ContactMissing",
            Self::InvalidContact { .. } => "ContactInvalid",
            Self::TooLong { .. } => "QuestionTooLong",
            Self::Refused { .. } => "DeliveryRefused",
            Self::Unavailable { .. } => "QuestionsUnavailable",
            Self::NoRandomness => "NoRandomness",
        }
    }

    fn is_permanent(&self) -> bool {
        match self {
            Self::NoContact { .. }
            | Self::NoIdentity { .. }
            | Self::InvalidContact { .. }
            | Self::TooLong { .. } => true,
            Self::Refused { permanent, .. } => *permanent,
            Self::Unavailable { .. } | Self::NoRandomness => false,
        }
    }
}

/// What became of a message that a service did not confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It was not sent.
    Refused {
        /// The service's code.
        code: String,
        /// Whether it would be refused again.
        permanent: bool,
    },
    /// Nobody can tell whether it was sent.
    Unknown {
        /// What happened, in a word.
        code: String,
    },
}

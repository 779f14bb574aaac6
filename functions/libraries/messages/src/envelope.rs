//! Which envelopes there are.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the messages of a queue come in.
///
/// Sources: "Parsing Amazon SNS message formats" in the Amazon SNS Developer Guide, "Events" in the Amazon
/// EventBridge User Guide, "Event message structure" in the Amazon S3 User Guide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Envelope {
    /// In nothing: the body is the message.
    #[default]
    None,
    /// In a notification of Amazon SNS without raw message delivery: the message is its text `Message`.
    Sns,
    /// In an event of Amazon `EventBridge`: the message is its `detail`.
    EventBridge,
    /// In a notification of Amazon S3: the message is its one record, with `s3.bucket`, `s3.object` and the rest.
    S3,
}

impl Envelope {
    /// All that there are.
    pub const ALL: [Self; 4] = [Self::None, Self::Sns, Self::EventBridge, Self::S3];

    /// Returns the name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sns => "sns",
            Self::EventBridge => "eventbridge",
            Self::S3 => "s3",
        }
    }

    /// Returns the envelope of this name in the configuration.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|envelope| envelope.as_str() == name)
    }
}

impl fmt::Display for Envelope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "a message",
            Self::Sns => "a notification of Amazon SNS",
            Self::EventBridge => "an event of Amazon EventBridge",
            Self::S3 => "a notification of Amazon S3",
        })
    }
}

//! What a message that was given up carries, beside all that it carried before.

/// Why it was given up: its kind, a colon, and words.
pub const REASON: &str = "deployer-reason";
/// Of what kind the reason is, such as `no-name`.
pub const KIND: &str = "deployer-kind";
/// The id that the message had in its queue.
pub const MESSAGE_ID: &str = "deployer-message-id";
/// When the message was first sent, in milliseconds since 1970.
pub const FIRST_ARRIVAL: &str = "deployer-first-arrival";

/// The most attributes that Amazon SQS takes.
pub const MOST_ATTRIBUTES: usize = 10;
/// What Amazon SQS takes at most of a message, its attributes included: 1 MiB.
pub const LARGEST_MESSAGE: usize = 1024 * 1024;

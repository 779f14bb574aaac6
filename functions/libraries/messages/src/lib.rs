//! What a message of a queue says: how it is read, and the name that it gives to its execution.
//!
//! The intermediary and whoever looks at messages from outside must agree on both to the letter.

pub mod dead_letter;
mod envelope;
mod message;
mod name;
mod opening;

pub use envelope::Envelope;
pub use message::{Message, MessageError};
pub use name::{NameError, NameTemplate, TemplateError};
pub use opening::Opened;

//! Callbacks: which are open, which one is meant, and answers to them.

mod answer;
mod choose;
mod open;

pub use answer::{Answer, Answered, MOST_RESULT_BYTES, answer};
pub use choose::choose;
pub use open::{OpenCallback, OpenCallbacks, OpenFilter, open_of};

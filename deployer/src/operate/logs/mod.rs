//! What the functions of a stage wrote, merged by time.

mod line;
mod read;

pub use line::LogLine;
pub use read::{Question, Tail};

//! Progress: lines for people, events for programs.

mod attended;
mod choose;
mod human;
mod json;
mod terminal;

pub(super) use self::attended::{Attended, UnderWay};
pub(super) use self::choose::reporter;

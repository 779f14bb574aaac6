//! Progress: lines for people, events for programs.

mod attended;
mod human;
mod json;
mod terminal;

use std::io::IsTerminal as _;

pub(super) use self::attended::{Attended, UnderWay};
use super::arguments::Format;
use crate::event::Silent;

/// Returns the reporter for the format; `works` says whether events are the command's output.
pub(super) fn reporter(format: Format, quiet: bool, works: bool) -> Attended {
    Attended::new(match format {
        Format::Json if works => Box::new(json::EventLines),
        Format::Human if !quiet && std::io::stderr().is_terminal() => {
            Box::new(terminal::Terminal::new())
        }
        Format::Human if !quiet => Box::new(human::Lines),
        _ => Box::new(Silent),
    })
}

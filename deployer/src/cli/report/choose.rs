//! Which reporter a command has.

use std::io::IsTerminal as _;

use super::super::global::Format;
use super::attended::Attended;
use super::{human, json, terminal};
use crate::event::Silent;

/// Returns the reporter for the format; `works` says whether events are the command's output.
pub(in crate::cli) fn reporter(format: Format, quiet: bool, works: bool) -> Attended {
    Attended::new(match format {
        Format::Json if works => Box::new(json::EventLines),
        Format::Human if !quiet && std::io::stderr().is_terminal() => {
            Box::new(terminal::Terminal::new())
        }
        Format::Human if !quiet => Box::new(human::Lines),
        _ => Box::new(Silent),
    })
}

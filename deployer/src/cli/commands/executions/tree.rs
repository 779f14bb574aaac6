//! An execution for people: a heading, what it waits for, and its operations as a tree.

mod bars;
mod fit;
mod heading;
mod rows;
mod shape;
mod words;

use durable_history::{Record, Timestamp};

use self::bars::add_bars;
use self::heading::heading;
use self::rows::plain_rows;
pub(super) use self::shape::Tree;
use self::words::time;
use crate::cli::plain::plain;
use crate::operate::executions::ExecutionView;

/// What an execution is drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Canvas {
    /// Lines without bars.
    Lines,
    /// A terminal of so many columns, and until when what goes on is drawn.
    Bars(usize, Option<Timestamp>),
}

impl Canvas {
    /// Returns what stdout is, now.
    pub(super) fn of_stdout(now: Option<Timestamp>) -> Self {
        crate::cli::canvas::columns().map_or(Self::Lines, |columns| Self::Bars(columns, now))
    }
}

/// Returns the execution for people; `data` says whether inputs, results and stack traces are shown.
pub(super) fn tree(record: &Record, data: bool, canvas: Canvas) -> Tree {
    let view = ExecutionView::of(record);
    let mut tree = Tree {
        heading: heading(&view, data),
        ..Tree::default()
    };
    let has_bars = match canvas {
        Canvas::Lines => false,
        Canvas::Bars(columns, now) => add_bars(&mut tree, (&view, record), data, (columns, now)),
    };
    if !has_bars {
        tree.rows = plain_rows(&view, data);
    }
    let unknown = view.unknown_events.iter().map(|event| {
        let kind = plain(&event.event_type);
        format!("  event {} {kind}, {}", event.event_id, time(event.at))
    });
    tree.below.splice(0..0, unknown);
    tree
}

#[cfg(test)]
mod tests;

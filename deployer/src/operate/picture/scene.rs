//! What is drawn, whichever way: rows with bars at their places.

use std::collections::{BTreeMap, BTreeSet};

use durable_history::{Activity, Record, Timestamp};
use serde_json::Value;

use super::axis::Axis;
use super::look::Look;
use super::shown::{Chained, Shown};
use crate::operate::executions::{ErrorView, ExecutionView, OperationView};
use crate::span::span;

/// The most bytes of one value, as they are written: escaped.
const LONGEST_VALUE: usize = 20_000;
/// What is shorter stays whole: to say that it is cut takes as much.
const SHORTEST_VALUE: usize = 30;
/// The most bytes that are written around a value.
const AROUND_VALUE: usize = 120;

/// The least part of the axis that a bar can be seen at: three points of a page of ordinary width.
const LEAST_BAR: f64 = 0.004;

/// An execution, ready to be drawn.
pub(super) struct Scene {
    pub(super) view: ExecutionView,
    pub(super) axis: Axis,
    pub(super) begin: Timestamp,
    pub(super) rows: Vec<SceneRow>,
    /// The executions that it started and that are drawn inside of it, by their ARN.
    pub(super) inner: BTreeMap<String, Scene>,
    shown: Shown,
    longest: usize,
}

/// An operation.
pub(super) struct SceneRow {
    pub(super) operation: OperationView,
    pub(super) bars: Vec<SceneBar>,
}

/// What an operation was doing for a time.
pub(super) struct SceneBar {
    pub(super) look: Look,
    /// Where it begins on the axis, from 0 to 1.
    pub(super) start: f64,
    /// Where it ends.
    pub(super) end: f64,
    /// Whether it had not ended by the end of the axis.
    pub(super) goes_on: bool,
    /// When, in words, counted from the begin of the execution.
    pub(super) words: String,
}

impl Scene {
    /// Returns the scene until the last that was told: without a clock nobody knows more of what goes on.
    pub(super) fn of(record: &Record, shown: Shown) -> Self {
        Self::until(record, shown, None)
    }

    /// Returns the scene until a point in time, as far as the execution goes on until then.
    pub(super) fn until(record: &Record, shown: Shown, now: Option<Timestamp>) -> Self {
        let history = record.history();
        let view = ExecutionView::of(record);
        let begin = view.started_at.0;
        let last = record.events.iter().map(|event| event.event_timestamp);
        let end = view.ended_at.map_or(begin, |end| end.0);
        let end = last
            .chain(now.filter(|_| view.ended_at.is_none()))
            .fold(end, Timestamp::max);
        let timeline = history.timeline();
        let axis = Axis::of(&timeline, begin, end);
        let rows = timeline.iter().zip(&view.operations);
        let rows = rows.map(|(row, operation)| {
            let mut attempts = row.operation.attempts.iter();
            let bars = row.bars.iter().map(|bar| {
                let to = bar.to.unwrap_or(end);
                let failed = bar.activity == Activity::Active
                    && attempts
                        .next()
                        .is_some_and(|attempt| attempt.error.is_some());
                let look = Look::of(row.operation, bar.activity, failed);
                SceneBar {
                    look,
                    start: axis.place(bar.from),
                    end: axis.place(to),
                    goes_on: bar.to.is_none(),
                    words: when(begin, bar.from, bar.to, look),
                }
            });
            SceneRow {
                bars: told_apart(bars.collect()),
                operation: operation.clone(),
            }
        });
        let rows: Vec<SceneRow> = rows.collect();
        Self {
            view,
            axis,
            begin,
            rows,
            inner: BTreeMap::new(),
            shown,
            longest: LONGEST_VALUE,
        }
    }

    /// Puts the scenes of executions into it that its operations started, and into those.
    pub(super) fn unfolded(self, chained: &Chained) -> Self {
        self.unfold(chained, &mut BTreeSet::new())
    }

    /// Every execution is drawn once: whatever a history says, there is an end.
    fn unfold(mut self, chained: &Chained, seen: &mut BTreeSet<String>) -> Self {
        let operations = self.rows.iter().map(|row| &row.operation);
        let started: Vec<String> = operations
            .filter_map(|each| each.execution.clone())
            .collect();
        for arn in started {
            if let Some(record) = chained.get(&arn).filter(|_| seen.insert(arn.clone())) {
                let scene = Self::of(record, self.shown).unfold(chained, seen);
                self.inner.insert(arn, scene);
            }
        }
        self
    }

    /// Returns the looks that are there, in the order of a legend.
    pub(super) fn looks(&self) -> Vec<Look> {
        let bars = self.rows.iter().flat_map(|row| &row.bars);
        let there: BTreeSet<Look> = bars.map(|bar| bar.look).collect();
        let looks = Look::ALL.into_iter();
        looks.filter(|look| there.contains(look)).collect()
    }

    /// Returns the error of a row, where it happened: what is around it hands it on, and says nothing new.
    pub(super) fn error_at(&self, place: usize) -> Option<String> {
        let row = self.rows.get(place)?;
        let error = row.operation.error.as_ref()?;
        let mut inside = self
            .rows
            .iter()
            .skip(place + 1)
            .take_while(|inner| inner.operation.depth > row.operation.depth);
        let is_handed_on = inside.any(|inner| inner.operation.error.as_ref() == Some(error));
        (!is_handed_on).then(|| self.error(error))
    }

    /// Returns the scene with values so short that all together take no more than these bytes.
    pub(super) fn within(mut self, room: usize) -> Self {
        let longest = (room / self.values()).saturating_sub(AROUND_VALUE);
        self.shorten(longest.clamp(SHORTEST_VALUE, LONGEST_VALUE));
        self
    }

    fn shorten(&mut self, longest: usize) {
        self.longest = longest;
        for inner in self.inner.values_mut() {
            inner.shorten(longest);
        }
    }

    fn values(&self) -> usize {
        let of_a_row = |row: &SceneRow| {
            let operation = &row.operation;
            let attempts = operation.attempts.iter();
            let failed = attempts.filter(|attempt| attempt.error.is_some()).count();
            usize::from(operation.result.is_some())
                + usize::from(operation.error.is_some())
                + failed
        };
        // Those of the execution itself are its input, and its result or its error.
        let own = self.rows.iter().map(of_a_row).sum::<usize>() + 2;
        own + self.inner.values().map(Self::values).sum::<usize>()
    }

    /// Returns a value for people, cut where it is too long; nothing where data is not shown.
    pub(super) fn value(&self, value: Option<&Value>) -> Option<String> {
        let value = value.filter(|_| self.shown == Shown::Data)?;
        let text = match value {
            Value::String(text) => text.clone(),
            other => serde_json::to_string_pretty(other).unwrap_or_default(),
        };
        Some(self.cut(&text))
    }

    /// Returns an error in words; its kind only where data is not shown.
    pub(super) fn error(&self, error: &ErrorView) -> String {
        match self.shown {
            Shown::Data => self.cut(&error.in_words()),
            Shown::Outline => error.kind.clone().unwrap_or_else(|| "error".to_owned()),
        }
    }

    fn cut(&self, text: &str) -> String {
        let mut written = 0;
        let too_far = text.char_indices().find(|(_, letter)| {
            written += bytes_written(*letter);
            written > self.longest
        });
        match too_far {
            None => text.to_owned(),
            Some((place, _)) => {
                let head = text.get(..place).unwrap_or_default();
                format!("{head}… ({} bytes in all)", text.len())
            }
        }
    }
}

/// Returns how many bytes a letter takes once it is escaped.
fn bytes_written(letter: char) -> usize {
    match letter {
        '"' => "&quot;".len(),
        '&' => "&amp;".len(),
        '<' | '>' => "&lt;".len(),
        other => other.len_utf8(),
    }
}

/// Returns bars that can be told apart: those of a row that are closer together are one, which looks like the
/// worst of them.
fn told_apart(bars: Vec<SceneBar>) -> Vec<SceneBar> {
    let mut apart: Vec<(SceneBar, usize)> = Vec::new();
    for bar in bars {
        match apart.last_mut() {
            Some((last, more)) if bar.end - last.start < LEAST_BAR => {
                last.look = last.look.max(bar.look);
                last.end = last.end.max(bar.end);
                last.goes_on |= bar.goes_on;
                *more += 1;
            }
            _ => apart.push((bar, 0)),
        }
    }
    let bars = apart.into_iter().map(|(mut bar, more)| {
        if more > 0 {
            bar.words = format!("{}, and {more} more", bar.words);
        }
        bar
    });
    bars.collect()
}

fn when(begin: Timestamp, from: Timestamp, to: Option<Timestamp>, look: Look) -> String {
    let what = look.words();
    let start = span(from.since(begin));
    match to {
        Some(to) => format!("{what} for {}, from {start}", span(to.since(from))),
        None => format!("{what} since {start}"),
    }
}

/// Returns the name that an operation is told by.
pub(super) fn name(operation: &OperationView) -> &str {
    let kind = operation.sub_type.as_deref().unwrap_or(operation.kind);
    operation.name.as_deref().unwrap_or(kind)
}

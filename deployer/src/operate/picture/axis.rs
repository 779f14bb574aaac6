//! The axis of time, folded where nothing works: an execution that waits for a day and works for two seconds
//! shows both.

use std::time::Duration;

use durable_history::{Activity, Operation, OperationType, Row, Timestamp};

use crate::span::{largest, span};

/// How much of the axis a span without work takes at the most, as a part of all work.
const LONGEST_FOLD: f64 = 0.25;
/// How much all such spans take together at the most, as a part of all work.
const MOST_FOLDS: f64 = 1.0;
/// The least part of the axis that a fold can be seen at.
const LEAST_FOLD: f64 = 0.002;
/// The least that all work counts for, in seconds, so that an execution that only waits has an axis too.
const LEAST_WORK: f64 = 0.01;

/// From when, until when, and whether anything works then.
type Piece = (Timestamp, Timestamp, bool);

/// A span of the axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    /// When it begins.
    pub(super) from: Timestamp,
    /// When it ends.
    pub(super) to: Timestamp,
    /// Where it begins on the axis, from 0 to 1.
    pub(super) start: f64,
    /// Where it ends.
    pub(super) end: f64,
    /// Whether it is drawn shorter than it is.
    pub(super) is_folded: bool,
}

/// A part of the axis that is drawn shorter than it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fold {
    to: Timestamp,
    /// Where it begins on the axis, from 0 to 1.
    pub(super) start: f64,
    /// Where it ends.
    pub(super) end: f64,
    /// How long it is.
    pub(super) length: Duration,
}

impl Fold {
    /// The least part of the axis that has room for a length, and for one in its largest unit only.
    const LEAST_ROOM: [f64; 2] = [0.09, 0.045];

    /// Returns its length in words, the longest first.
    pub(super) fn labels(&self) -> [String; 2] {
        [span(self.length), largest(self.length)]
    }

    /// Returns its length as far as it can be written onto it.
    pub(super) fn label(&self) -> Option<String> {
        let width = self.end - self.start;
        let mut labels = self.labels().into_iter().zip(Self::LEAST_ROOM);
        let fitting = labels.find(|(_, room)| width >= *room);
        fitting.map(|(label, _)| label)
    }

    pub(super) fn middle(&self) -> f64 {
        f64::midpoint(self.start, self.end)
    }
}

/// The axis of an execution.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// Its spans, without a gap.
    pub(super) spans: Vec<Span>,
    /// How long steps worked, overlaps counted once.
    pub(super) worked: Duration,
    /// How long it went on altogether.
    pub(super) whole: Duration,
}

impl Axis {
    /// Returns the axis from the begin to the end of what is known.
    pub(super) fn of(rows: &[Row<'_>], begin: Timestamp, end: Timestamp) -> Self {
        let end = end.max(begin);
        let worked = merged(work(rows, end, is_step), begin, end).into_iter();
        Self {
            spans: spans(&pieces(rows, begin, end)),
            worked: worked.map(|(from, to)| to.since(from)).sum(),
            whole: end.since(begin),
        }
    }

    /// Returns whether any part is folded, seen or not.
    pub(super) fn is_folded(&self) -> bool {
        self.spans.iter().any(|span| span.is_folded)
    }

    /// Returns the folded parts that can be seen, those that touch as one.
    pub(super) fn folds(&self) -> Vec<Fold> {
        let mut folds: Vec<Fold> = Vec::new();
        for span in self.spans.iter().filter(|span| span.is_folded) {
            let length = span.to.since(span.from);
            match folds.last_mut() {
                Some(last) if last.to == span.from => {
                    last.to = span.to;
                    last.end = span.end;
                    last.length += length;
                }
                _ => folds.push(Fold {
                    to: span.to,
                    start: span.start,
                    end: span.end,
                    length,
                }),
            }
        }
        folds.retain(|fold| fold.end - fold.start >= LEAST_FOLD);
        folds
    }

    /// Returns where a moment is on the axis, from 0 to 1.
    pub(super) fn place(&self, at: Timestamp) -> f64 {
        let after = self.spans.partition_point(|span| span.to < at);
        let Some(span) = self.spans.get(after) else {
            return if self.spans.is_empty() { 0.0 } else { 1.0 };
        };
        let length = span.to.since(span.from).as_secs_f64();
        let within = at.since(span.from).as_secs_f64();
        let part = if length > 0.0 { within / length } else { 0.0 };
        span.start + (span.end - span.start) * part.clamp(0.0, 1.0)
    }
}

/// Returns the time from the begin to the end in pieces with and without work.
fn pieces(rows: &[Row<'_>], begin: Timestamp, end: Timestamp) -> Vec<Piece> {
    let edges = edges(rows);
    let mut pieces = Vec::new();
    let mut reached = begin;
    for (from, to) in merged(work(rows, end, is_work), begin, end) {
        pieces.extend(idle(&edges, reached, from));
        pieces.push((from, to, true));
        reached = to;
    }
    pieces.extend(idle(&edges, reached, end));
    pieces.retain(|(from, to, _)| to > from);
    pieces
}

/// Returns the pieces at their places on the axis.
fn spans(pieces: &[Piece]) -> Vec<Span> {
    let most = longest_fold(pieces);
    let drawn = |piece: &Piece| {
        let (_, _, works) = piece;
        let seconds = seconds(piece);
        if *works { seconds } else { seconds.min(most) }
    };
    let total: f64 = pieces.iter().map(drawn).sum();
    let mut start = 0.0;
    let mut spans = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let (from, to, works) = *piece;
        let next = if total > 0.0 {
            start + drawn(piece) / total
        } else {
            1.0
        };
        spans.push(Span {
            from,
            to,
            start,
            end: next.min(1.0),
            is_folded: !works && seconds(piece) > most * 1.000_001,
        });
        start = next;
    }
    spans
}

/// Returns to how many seconds a piece without work is shortened.
fn longest_fold(pieces: &[Piece]) -> f64 {
    let (busy, waiting): (Vec<&Piece>, Vec<&Piece>) =
        pieces.iter().partition(|(_, _, works)| *works);
    let work = busy.into_iter().map(seconds).sum::<f64>().max(LEAST_WORK);
    let waiting = waiting.into_iter().map(seconds).collect();
    level(waiting, work * MOST_FOLDS).min(work * LONGEST_FOLD)
}

fn seconds((from, to, _): &Piece) -> f64 {
    to.since(*from).as_secs_f64()
}

/// Returns when anything began or ended, in order.
fn edges(rows: &[Row<'_>]) -> Vec<Timestamp> {
    let bars = rows.iter().flat_map(|row| &row.bars);
    let mut edges: Vec<Timestamp> = bars
        .flat_map(|bar| [Some(bar.from), bar.to])
        .flatten()
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// Returns a span without work in the pieces that something begins or ends between, so that what waits in turn
/// has room of its own each.
fn idle(edges: &[Timestamp], from: Timestamp, to: Timestamp) -> Vec<Piece> {
    let first = edges.partition_point(|edge| *edge <= from);
    let last = edges.partition_point(|edge| *edge < to).max(first);
    let inner = edges.get(first..last).unwrap_or_default();
    let mut pieces = Vec::with_capacity(inner.len() + 1);
    let mut reached = from;
    for edge in inner.iter().copied().chain([to]) {
        pieces.push((reached, edge, false));
        reached = edge;
    }
    pieces
}

/// Returns the length to which the longest are cut so that all together have it no longer than `room`: the short
/// ones stay as they are.
fn level(mut lengths: Vec<f64>, room: f64) -> f64 {
    lengths.sort_by(f64::total_cmp);
    let mut left = room;
    for (place, length) in lengths.iter().enumerate() {
        let others = u32::try_from(lengths.len() - place).unwrap_or(u32::MAX);
        if length * f64::from(others) > left {
            return left / f64::from(others);
        }
        left -= length;
    }
    f64::INFINITY
}

/// Returns whether an operation works, by itself or in another function. What is around others works when those do,
/// and another execution may wait for as long as this one.
fn is_work(operation: &Operation) -> bool {
    let invokes = operation.chained.as_ref();
    is_step(operation) || invokes.is_some_and(|chained| chained.execution.is_none())
}

fn is_step(operation: &Operation) -> bool {
    operation.kind == OperationType::Step
}

/// Returns when such operations were at work.
fn work(
    rows: &[Row<'_>],
    end: Timestamp,
    works: impl Fn(&Operation) -> bool,
) -> Vec<(Timestamp, Timestamp)> {
    let rows = rows.iter().filter(|row| works(row.operation));
    let bars = rows.flat_map(|row| {
        // Between its attempts a step waits.
        let bars = row.bars.iter();
        bars.filter(|bar| bar.activity == Activity::Active || !is_step(row.operation))
    });
    bars.map(|bar| (bar.from, bar.to.unwrap_or(end))).collect()
}

/// Returns the spans in order, those that touch as one.
fn merged(
    mut spans: Vec<(Timestamp, Timestamp)>,
    begin: Timestamp,
    end: Timestamp,
) -> Vec<(Timestamp, Timestamp)> {
    spans.sort_unstable();
    let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (from, to) in spans {
        let (from, to) = (from.clamp(begin, end), to.clamp(begin, end));
        match merged.last_mut() {
            Some((_, reached)) if from <= *reached => *reached = (*reached).max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use durable_history::{History, HistoryEvent, Timestamp};
    use serde_json::json;

    use super::Axis;

    fn at(seconds: f64) -> Timestamp {
        Timestamp::parse("2026-01-01T00:00:00Z")
            .unwrap()
            .plus(Duration::from_secs_f64(seconds))
    }

    fn axis(end: f64) -> Axis {
        let event = |number: u64, kind: &str, seconds: f64, id: &str| -> HistoryEvent {
            let time = at(seconds).to_rfc3339();
            let event = json!({ "EventId": number, "EventType": kind, "EventTimestamp": time, "Id": id, "Name": id });
            serde_json::from_value(event).unwrap()
        };
        let history = History::of([
            event(1, "StepStarted", 0.0, "a"),
            event(2, "StepSucceeded", 1.0, "a"),
            event(3, "StepStarted", 82_801.0, "b"),
            event(4, "StepSucceeded", 82_802.0, "b"),
        ]);
        Axis::of(&history.timeline(), at(0.0), at(end))
    }

    #[test]
    fn a_day_of_waiting_leaves_room_for_two_seconds_of_work() {
        let axis = axis(82_802.0);
        assert_eq!(axis.worked, Duration::from_secs(2));
        assert_eq!(axis.whole, Duration::from_secs(82_802));
        let folded: Vec<bool> = axis.spans.iter().map(|span| span.is_folded).collect();
        assert_eq!(folded, [false, true, false]);
        assert!((axis.place(at(0.0)) - 0.0).abs() < 1e-9);
        assert!((axis.place(at(1.0)) - 0.4).abs() < 1e-6);
        assert!((axis.place(at(82_801.0)) - 0.6).abs() < 1e-6);
        assert!((axis.place(at(90_000.0)) - 1.0).abs() < 1e-9);
        let middle = axis.place(at(41_401.0));
        assert!((middle - 0.5).abs() < 1e-6, "{middle}");
    }

    #[test]
    fn an_execution_that_did_nothing_has_an_axis_too() {
        let nothing = Axis::of(&[], at(5.0), at(5.0));
        assert!(nothing.place(at(5.0)).abs() < 1e-9);
        let waiting = Axis::of(&[], at(0.0), at(60.0));
        assert_eq!(waiting.spans.len(), 1);
        assert!((waiting.place(at(30.0)) - 0.5).abs() < 1e-6);
    }
}

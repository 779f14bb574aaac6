//! Times on the axis: where they stand and what they say, counted from the begin of the execution.

use std::time::Duration;

use super::axis::Axis;

/// How far apart two times stand at the least, so that they can be read on a phone, too.
const APART: f64 = 0.2;
/// The least part of the axis that gets a time.
const LEAST_STRETCH: f64 = 0.06;
/// What two places may be off that are the same.
const HAIR: f64 = 1e-6;
/// The steps that people count in, in milliseconds.
const STEPS: [u64; 27] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000,
    120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000,
    43_200_000, 86_400_000,
];

/// A time on the axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// Where it is, from 0 to 1.
    pub(super) place: f64,
    /// What it says.
    pub(super) label: String,
}

impl Tick {
    /// Returns whether what it says has to stand before it, because after it the axis ends.
    pub(super) fn is_last(&self) -> bool {
        self.place > 1.0 - APART / 2.0
    }
}

impl Axis {
    /// Returns the times of the axis: round ones where it is not folded.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let Some(begin) = self.spans.first().map(|span| span.from) else {
            return Vec::new();
        };
        let mut ticks: Vec<Tick> = Vec::new();
        for (start, end) in self.stretches() {
            let (from, to) = (self.time(start).since(begin), self.time(end).since(begin));
            let step = step(to.saturating_sub(from), end - start);
            let first = millis(from).div_ceil(step) * step;
            for at in (first..=millis(to)).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
                let place = self.place(begin.plus(Duration::from_millis(at)));
                let is_apart = ticks
                    .last()
                    .is_none_or(|last| place - last.place >= APART - HAIR);
                // Sums of parts are off by a hair.
                if is_apart && (start - HAIR..=end + HAIR).contains(&place) {
                    let label = label(at, step);
                    ticks.push(Tick { place, label });
                }
            }
        }
        ticks
    }

    /// Returns the parts of the axis between its folds.
    fn stretches(&self) -> Vec<(f64, f64)> {
        let folds = self.folds();
        let starts = std::iter::once(0.0).chain(folds.iter().map(|fold| fold.end));
        let ends = folds.iter().map(|fold| fold.start).chain([1.0]);
        let stretches = starts.zip(ends);
        stretches
            .filter(|(start, end)| end - start >= LEAST_STRETCH)
            .collect()
    }

    /// Returns the moment at a place, where spans meet exactly.
    fn time(&self, place: f64) -> durable_history::Timestamp {
        let after = self.spans.partition_point(|span| span.end < place);
        let last = self.spans.last();
        let Some(span) = self.spans.get(after).or(last) else {
            return durable_history::Timestamp::default();
        };
        let width = span.end - span.start;
        let part = if width > 0.0 {
            (place - span.start) / width
        } else {
            1.0
        };
        let length = span.to.since(span.from);
        span.from.plus(length.mul_f64(part.clamp(0.0, 1.0)))
    }
}

/// Returns the step whose times stand apart in a stretch of this length and width.
fn step(length: Duration, width: f64) -> u64 {
    let least = length.as_secs_f64() * 1_000.0 * (APART / width).min(1.0);
    #[expect(clippy::cast_precision_loss, reason = "the steps are small")]
    let found = STEPS.into_iter().find(|step| *step as f64 >= least);
    found.unwrap_or_else(|| {
        let day = 86_400_000;
        (millis(length) / day / 4).max(1) * day
    })
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

/// Returns a time as exactly as its step needs.
fn label(at: u64, step: u64) -> String {
    let decimals = match step {
        1_000.. => 0,
        100.. => 1,
        10.. => 2,
        _ => 3,
    };
    let seconds = Duration::from_millis(at % 60_000).as_secs_f64();
    if at < 60_000 {
        return format!("{seconds:.decimals$} s");
    }
    let (days, hours, minutes) = (at / 86_400_000, at / 3_600_000 % 24, at / 60_000 % 60);
    let mut parts = Vec::new();
    if days > 0 {
        parts.push(format!("{days}d"));
    }
    if days + hours > 0 && (step < 86_400_000 || days == 0) {
        parts.push(format!("{hours}h"));
    }
    if step < 3_600_000 {
        parts.push(format!("{minutes}m"));
    }
    if step < 60_000 {
        parts.push(format!("{seconds:.decimals$}s"));
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{label, step};
    use crate::operate::picture::axis::Axis;
    use durable_history::Timestamp;

    #[test]
    fn times_are_as_exact_as_their_steps() {
        assert_eq!(label(0, 500), "0.0 s");
        assert_eq!(label(1_500, 500), "1.5 s");
        assert_eq!(label(82_801_000, 1_000), "23h 0m 1s");
        assert_eq!(label(7_200_000, 3_600_000), "2h");
        assert_eq!(label(172_800_000, 86_400_000), "2d");
        assert_eq!(step(Duration::from_secs(10), 1.0), 2_000);
        assert_eq!(step(Duration::from_hours(24 * 40), 1.0), 864_000_000);
    }

    #[test]
    fn an_axis_says_when_it_begins() {
        let at = Timestamp::from_millis(1_000);
        let axis = Axis::of(&[], at, at.plus_seconds(10));
        let labels: Vec<String> = axis.ticks().into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, Vec::<String>::new(), "all of it is one fold");
        assert!(Axis::of(&[], at, at).ticks().is_empty());
    }
}

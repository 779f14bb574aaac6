//! The picture as an SVG image.

use maud::{Markup, PreEscaped, html};

use super::look::Look;
use super::scene::{Scene, SceneBar, SceneRow, name};
use crate::span::span;

const WIDTH: usize = 960;
const NAMES: usize = 330;
const LANE: f64 = 600.0;
const ROW: usize = 18;
/// What an error takes, which has a line of its own below its operation.
const ERROR: usize = 15;
/// Above the rows: title, facts, legend, times, lengths of folds.
const HEAD: usize = 104;
/// How wide a letter is, about.
const LETTER: usize = 7;
/// The most letters of an error.
const LONGEST_ERROR: usize = 90;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#1b1f24}svg{background:#fff}.active{fill:#1f6feb}.elsewhere{fill:#8250df;fill-opacity:.3;stroke:#8250df;stroke-width:1.5}.failed{fill:url(#stripes)}.stripe{fill:#cf222e}.waiting,.answered,.refused,.late{fill:url(#hatch);stroke:#6e7781}.open{fill:none;stroke:#6e7781;stroke-dasharray:4 3}.late,.refused{stroke:#cf222e}.around{fill:#8c959f;opacity:.5}.fold{fill:#8c959f;opacity:.2}.tick{stroke:#8c959f;opacity:.4}.hatch{stroke:#8c959f}.title{font-weight:bold}.axis{font-size:11px}.error{fill:#cf222e;font-size:11px}@media(prefers-color-scheme:dark){text{fill:#e6edf3}svg{background:#0d1117}.active{fill:#58a6ff}.elsewhere{fill:#a371f7;stroke:#a371f7}.stripe,.error{fill:#ff7b72}.late,.refused{stroke:#ff7b72}}";

pub(super) fn render(scene: &Scene) -> String {
    let view = &scene.view;
    let mut height = HEAD;
    let mut rows = Vec::with_capacity(scene.rows.len());
    for (place, each) in scene.rows.iter().enumerate() {
        let error = scene
            .error_at(place)
            .map(|error| one_line(&error, LONGEST_ERROR));
        rows.push((each, height, error.clone()));
        height += ROW + if error.is_some() { ERROR } else { 0 };
    }
    height += 10;
    let title = allowed(&format!("{} {}", view.name, view.status));
    let took = format!(
        "version {}, took {}, steps worked {}, {} operations",
        view.version,
        span(scene.axis.whole),
        span(scene.axis.worked),
        view.operations_used
    );
    let image = html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title about"
            width=(WIDTH) height=(height) viewBox=(format!("0 0 {WIDTH} {height}")) {
            title id="title" { (title) }
            desc id="about" { (allowed(&took)) }
            style { (PreEscaped(STYLE)) }
            defs {
                pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    line class="hatch" x1="1" x2="1" y2="5" stroke-width="2" {}
                }
                pattern id="stripes" width="4" height="4" patternUnits="userSpaceOnUse" {
                    rect class="stripe" width="3" height="4" {}
                }
            }
            text class="title" x="10" y="20" { (title) }
            text x="10" y="38" { (allowed(&took)) }
            (legend(scene))
            (axis(scene, height))
            @for (row, top, error) in &rows { (operation(row, *top, error.as_deref())) }
        }
    };
    image.into_string()
}

fn legend(scene: &Scene) -> Markup {
    let mut left = 10;
    let samples = scene.looks().into_iter().map(|look| {
        let place = left;
        left += 48 + look.meaning().len() * (LETTER - 1);
        (look, place)
    });
    let samples: Vec<(Look, usize)> = samples.collect();
    html! {
        @for (look, left) in samples {
            rect class=(look.class()) x=(left) y="48" rx="2" width="14"
                height=(if look == Look::Around { 4 } else { 11 }) {}
            @if let Some(end) = look.end() { text x=(left + 15) y="58" { (end) } }
            text x=(left + 30) y="58" { (look.meaning()) }
        }
    }
}

fn axis(scene: &Scene, height: usize) -> Markup {
    let rows = height - HEAD + 4;
    html! {
        @for fold in scene.axis.folds() {
            (rectangle("fold", fold.start, fold.end, HEAD - 14, rows + 10))
            @if let Some(label) = fold.label() {
                text class="axis" x=(place(fold.middle())) y=(HEAD - 5) text-anchor="middle" { (label) }
            }
        }
        @for tick in scene.axis.ticks() {
            @let anchor = if tick.is_last() { "end" } else { "start" };
            path class="tick" d=(format!("M{} {}V{}", place(tick.place), HEAD - 16, height - 6)) {}
            text class="axis" x=(place(tick.place)) y=(HEAD - 20) text-anchor=(anchor) { (tick.label) }
        }
    }
}

fn operation(row: &SceneRow, top: usize, error: Option<&str>) -> Markup {
    let operation = &row.operation;
    let indent = 10 + operation.depth.min(12) * 10;
    let name = one_line(name(operation), (NAMES - indent) / LETTER - 2);
    let mark = match operation.status {
        "SUCCEEDED" => "✓",
        "FAILED" | "TIMED_OUT" | "STOPPED" | "CANCELLED" => "✗",
        _ => "…",
    };
    // An error stands where it happened: under the end of the last bar, to the side that has room.
    let end = row.bars.last().map_or(0.0, |bar| bar.end);
    let anchor = if end > 0.5 { "end" } else { "start" };
    html! {
        g {
            title { (name) ": " (operation.status) }
            text x=(indent) y=(top + 11) { (mark) " " (name) }
            @for each in &row.bars { (bar(each, top)) }
            @if let Some(error) = error {
                text class="error" x=(place(end)) y=(top + ROW + 7) text-anchor=(anchor) { (error) }
            }
        }
    }
}

fn bar(bar: &SceneBar, top: usize) -> Markup {
    let height = if bar.look == Look::Around { 4 } else { 11 };
    html! {
        (rectangle(bar.look.class(), bar.start, bar.end, top + 2, height))
        @if let Some(end) = bar.look.end() {
            text x=(place(bar.end)) dx="2" y=(top + 12) { (end) }
        }
    }
}

/// Returns a text of others in one line that an image can have in it, cut where it is too long. Letters that are
/// wider than those of Europe count twice.
fn one_line(text: &str, most: usize) -> String {
    let text = allowed(text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut width = 0;
    let too_far = text.char_indices().find(|(_, letter)| {
        width += if *letter >= '\u{1100}' { 2 } else { 1 };
        width > most
    });
    match too_far {
        Some((place, _)) => format!("{}…", text.get(..place).unwrap_or_default()),
        None => text,
    }
}

/// Returns a text without the letters that XML has no way to write; one of them makes an image unreadable.
fn allowed(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        '\t' | '\n' | '\r' => letter,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        _ => letter,
    });
    letters.collect()
}

/// Returns where a part of the axis is on the image.
fn place(part: f64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred points")]
    let left = NAMES as f64;
    format!("{:.1}", left + part * LANE)
}

fn rectangle(class: &str, start: f64, end: f64, top: usize, height: usize) -> Markup {
    let width = ((end - start) * LANE).max(2.0);
    html! {
        rect class=(class) x=(place(start)) y=(top) height=(height) rx="2" width=(format!("{width:.1}")) {}
    }
}

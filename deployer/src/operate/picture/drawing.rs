//! The picture as an SVG image.

use maud::{Markup, PreEscaped, html};

use super::scene::{Scene, SceneRow, name};
use crate::span::span;

const WIDTH: usize = 960;
const NAMES: usize = 330;
const LANE: f64 = 600.0;
const ROW: usize = 18;
const HEAD: usize = 76;
/// The most letters of a name that have room.
const LONGEST_NAME: usize = 44;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#1b1f24}svg{background:#fff}.active{fill:#1f6feb}.failed{fill:#cf222e}.waiting{fill:#8c959f}.around{fill:#8c959f;opacity:.4}.fold{fill:#8c959f;opacity:.2}@media(prefers-color-scheme:dark){text{fill:#e6edf3}svg{background:#0d1117}.active{fill:#58a6ff}.failed{fill:#ff7b72}}";

pub(super) fn render(scene: &Scene) -> String {
    let view = &scene.view;
    let height = HEAD + ROW * scene.rows.len() + 10;
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
            desc id="about" { (took) }
            style { (PreEscaped(STYLE)) }
            text x="10" y="20" font-weight="bold" { (title) }
            text x="10" y="38" { (took) }
            @for fold in scene.axis.folds() {
                (rectangle("fold", fold.start, fold.end, HEAD - 14, height - HEAD + 4))
                @if fold.has_room() {
                    text x=(NAMES) dx=(format!("{:.1}", fold.start * LANE + 2.0)) y=(HEAD - 18) {
                        (span(fold.length))
                    }
                }
            }
            @for (place, each) in scene.rows.iter().enumerate() { (row(each, HEAD + place * ROW)) }
        }
    };
    image.into_string()
}

fn row(row: &SceneRow, top: usize) -> Markup {
    let operation = &row.operation;
    let name: String = allowed(name(operation))
        .chars()
        .take(LONGEST_NAME)
        .collect();
    let indent = 10 + operation.depth.min(12) * 10;
    html! {
        g {
            title { (name) ": " (operation.status) }
            text x=(indent) y=(top + 11) { (name) }
            @for bar in &row.bars { (rectangle(bar.look.class(), bar.start, bar.end, top + 2, 11)) }
        }
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

fn rectangle(class: &str, start: f64, end: f64, top: usize, height: usize) -> Markup {
    let width = ((end - start) * LANE).max(2.0);
    html! {
        rect class=(class) x=(NAMES) y=(top) height=(height) rx="2" width=(format!("{width:.1}"))
            transform=(format!("translate({:.1})", start * LANE)) {}
    }
}

//! The picture in letters, for a terminal: every row is a line of cells.

use std::time::Duration;

use durable_history::{Record, Timestamp};

use super::axis::Axis;
use super::look::Look;
use super::scene::{Scene, SceneBar};
use super::shown::Shown;

/// The bars of an execution, drawn with letters.
#[derive(Debug, Clone, PartialEq)]
pub struct Letters {
    /// The axis, with the lengths of its folded parts.
    pub axis: String,
    /// Whether any part of the axis is drawn shorter than it is.
    pub is_folded: bool,
    /// How long the execution went on, as far as it is drawn.
    pub whole: Duration,
    /// A line for every operation, in the order of the tree.
    pub rows: Vec<Vec<Piece>>,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// How it looks; nothing where no bar is.
    pub look: Option<Look>,
    /// Its letters, a cell each.
    pub text: String,
}

/// Returns the execution's bars in lines of so many cells. What goes on is drawn until `now`; without that,
/// until the last that was told, so that the same record comes to the same letters.
pub fn letters(record: &Record, cells: usize, now: Option<Timestamp>) -> Letters {
    let scene = Scene::until(record, Shown::Outline, now);
    let rows = scene.rows.iter().map(|row| line(&row.bars, cells));
    Letters {
        axis: axis(&scene.axis, cells),
        is_folded: scene.axis.is_folded(),
        whole: scene.axis.whole,
        rows: rows.collect(),
    }
}

/// Returns how a look is drawn in a legend.
pub fn sample(look: Look) -> String {
    match look {
        Look::Around => "├─┤".to_owned(),
        look => {
            let end = look.end().map_or_else(String::new, String::from);
            format!("{}{end}", body(look))
        }
    }
}

fn body(look: Look) -> char {
    match look {
        Look::Around => '─',
        Look::Active => '█',
        Look::Elsewhere => '▒',
        Look::Failed => '╳',
        Look::Waiting | Look::Open | Look::Answered | Look::Refused | Look::TimedOut => '░',
    }
}

fn line(bars: &[SceneBar], cells: usize) -> Vec<Piece> {
    let mut drawn: Vec<Option<(Look, char)>> = vec![None; cells];
    for bar in bars {
        let (first, after) = reach(bar.start, bar.end, cells);
        for (place, cell) in drawn.iter_mut().enumerate().take(after).skip(first) {
            let is_last = place + 1 == after;
            // Where bars share a cell the worst is seen.
            if cell.is_none_or(|(look, _)| look <= bar.look) {
                *cell = Some((bar.look, letter(bar, place == first, is_last)));
            }
        }
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for cell in drawn {
        let look = cell.map(|(look, _)| look);
        let letter = cell.map_or(' ', |(_, letter)| letter);
        match pieces.last_mut() {
            Some(piece) if piece.look == look => piece.text.push(letter),
            _ => pieces.push(Piece {
                look,
                text: letter.to_string(),
            }),
        }
    }
    pieces
}

fn letter(bar: &SceneBar, is_first: bool, is_last: bool) -> char {
    match (bar.look, is_first, is_last) {
        (Look::Around, true, true) => '│',
        (Look::Around, true, false) => '├',
        (Look::Around, false, true) if !bar.goes_on => '┤',
        (look, _, true) => look.end().unwrap_or_else(|| body(look)),
        (look, _, false) => body(look),
    }
}

/// Returns the first cell of a part of the axis, and the one after its last; it has one at least.
fn reach(start: f64, end: f64, cells: usize) -> (usize, usize) {
    let first = place(start, cells).min(cells.saturating_sub(1));
    (first, place(end, cells).max(first + 1))
}

fn place(part: f64, cells: usize) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a part of a line of at most some hundred cells"
    )]
    let place = (part.clamp(0.0, 1.0) * cells as f64).round() as usize;
    place
}

fn axis(axis: &Axis, cells: usize) -> String {
    let mut line = vec!['─'; cells];
    for fold in axis.folds() {
        let (first, after) = reach(fold.start, fold.end, cells);
        let width = after - first;
        let label = fold
            .labels()
            .into_iter()
            .find(|label| label.chars().count() + 2 <= width)
            .map_or_else(String::new, |label| format!(" {label} "));
        let label = format!("{label:╌^width$}");
        for (cell, letter) in line.iter_mut().skip(first).zip(label.chars()) {
            *cell = letter;
        }
    }
    line.into_iter().collect()
}

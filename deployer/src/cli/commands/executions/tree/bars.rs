//! The rows of a tree with bars beside them, for a terminal.

use durable_history::{Record, Timestamp};
use owo_colors::OwoColorize as _;

use super::rows::{kind, mark, name, remarks, took, under};
use super::shape::{Row, Stands, Tree};
use super::words::{columns, words};
use crate::operate::executions::{ExecutionView, OperationView};
use crate::operate::picture::{Letters, Look, Piece, letters, sample};
use crate::span::span;

/// The narrowest terminal that has room for bars.
const NARROWEST: usize = 72;
/// From this width on the status has a column; below, the mark tells.
const WIDE: usize = 100;
/// The fewest cells of a bar, and the most.
const CELLS: (usize, usize) = (26, 60);
/// The widest that the column of names gets.
const WIDEST_NAME: usize = 40;
/// The least of a name that is left of it, however deep it is.
const LEAST_NAME: usize = 10;
const KIND: usize = 9;
const STATUS: usize = 9;
const TOOK: usize = 8;
const GAP: &str = "  ";

/// The widths of the columns.
struct Columns {
    all: usize,
    name: usize,
    cells: usize,
    has_status: bool,
}

impl Columns {
    fn of(view: &ExecutionView, all: usize) -> Self {
        let has_status = all >= WIDE;
        let gap = GAP.len();
        let status = if has_status { STATUS + gap } else { 0 };
        // The mark, and a column each but for names and cells.
        let fixed = gap + 2 + gap + KIND + gap + status + gap + TOOK;
        let operations = view.operations.iter();
        let longest = operations.map(|operation| 2 * operation.depth + columns(&name(operation)));
        let room = all.saturating_sub(fixed + CELLS.0).min(WIDEST_NAME);
        let name = longest.max().unwrap_or_default().min(room);
        Self {
            all,
            name,
            cells: all.saturating_sub(fixed + name).min(CELLS.1),
            has_status,
        }
    }

    /// Returns a name in its column: the indentation, and the name with spaces after it.
    fn fit(&self, operation: &OperationView) -> (String, String) {
        let name = name(operation);
        let least = columns(&name).min(LEAST_NAME);
        let indent = (2 * operation.depth).min(self.name.saturating_sub(least));
        let room = self.name - indent;
        let name = cut(&name, room);
        (" ".repeat(indent), padded(&name, room))
    }
}

/// Adds the rows with their bars to a tree, where so many columns have room for them.
pub(super) fn add_bars(
    tree: &mut Tree,
    (view, record): (&ExecutionView, &Record),
    data: bool,
    (all, now): (usize, Option<Timestamp>),
) -> bool {
    if all < NARROWEST || view.operations.is_empty() {
        return false;
    }
    let widths = Columns::of(view, all);
    let letters = letters(record, widths.cells, now);
    tree.above.push(axis(&letters, &widths));
    let operations = view.operations.iter().zip(&letters.rows);
    tree.rows.extend(operations.map(|(operation, bars)| {
        let mut lines = row(view, operation, bars, &widths);
        lines.extend(under(operation, data));
        Row {
            stands: Stands::of(operation),
            lines,
        }
    }));
    tree.below.push(String::new());
    tree.below.extend(legend(&letters, widths.all));
    true
}

fn row(
    view: &ExecutionView,
    operation: &OperationView,
    bars: &[Piece],
    widths: &Columns,
) -> Vec<String> {
    let (indent, name) = widths.fit(operation);
    let kind = padded(&cut(&kind(operation), KIND), KIND);
    let status = words(operation.status);
    let (column, remark) = if widths.has_status {
        (
            format!("{}{GAP}", padded(&cut(&status, STATUS), STATUS)),
            None,
        )
    } else {
        let tells_more = !matches!(operation.status, "SUCCEEDED" | "FAILED" | "STARTED");
        (String::new(), tells_more.then_some(status))
    };
    let bars: String = bars.iter().map(colored).collect();
    let row = format!(
        "{GAP}{indent}{} {name}{GAP}{kind}{GAP}{column}{bars}{GAP}{}",
        mark(operation),
        took(view, operation),
    );
    let row = row.trim_end().to_owned();
    let remarks: Vec<String> = remark.into_iter().chain(remarks(view, operation)).collect();
    let remarks = remarks.join(", ");
    if remarks.is_empty() {
        return vec![row];
    }
    if columns(&row) + GAP.len() + columns(&remarks) <= widths.all {
        return vec![format!("{row}{GAP}{remarks}")];
    }
    vec![row, format!("{GAP}{indent}    {remarks}")]
}

fn axis(letters: &Letters, widths: &Columns) -> String {
    let status = if widths.has_status {
        STATUS + GAP.len()
    } else {
        0
    };
    let before = GAP.len() + 2 + widths.name + GAP.len() + KIND + GAP.len() + status;
    format!(
        "{}{}{GAP}{}",
        " ".repeat(before),
        letters.axis.dimmed(),
        span(letters.whole).dimmed()
    )
}

fn colored(piece: &Piece) -> String {
    let text = &piece.text;
    match piece.look {
        None => text.clone(),
        Some(Look::Around) => text.dimmed().to_string(),
        Some(Look::Waiting) => text.yellow().to_string(),
        Some(Look::Open) => text.cyan().to_string(),
        Some(Look::Elsewhere) => text.magenta().to_string(),
        Some(Look::Active) => text.blue().to_string(),
        Some(Look::Answered) => text.green().to_string(),
        Some(Look::Refused | Look::TimedOut | Look::Failed) => text.red().to_string(),
    }
}

/// Returns what the looks mean that are there, in lines that fit.
fn legend(letters: &Letters, all: usize) -> Vec<String> {
    let is_there = |look: &Look| {
        let mut pieces = letters.rows.iter().flatten();
        pieces.any(|piece| piece.look == Some(*look))
    };
    let looks = Look::ALL.into_iter().filter(is_there);
    let mut words: Vec<String> = looks
        .map(|look| format!("{} {}", sample(look), look.meaning()))
        .collect();
    if letters.is_folded {
        words.push("╌ time without work, shortened".to_owned());
    }
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if columns(line) + GAP.len() + columns(&word) <= all => {
                line.push_str(GAP);
                line.push_str(&word);
            }
            _ => lines.push(format!("{GAP}{word}")),
        }
    }
    lines
        .into_iter()
        .map(|line| line.dimmed().to_string())
        .collect()
}

fn cut(text: &str, room: usize) -> String {
    console::truncate_str(text, room, "…").into_owned()
}

fn padded(text: &str, room: usize) -> String {
    let padding = room.saturating_sub(columns(text));
    format!("{text}{}", " ".repeat(padding))
}

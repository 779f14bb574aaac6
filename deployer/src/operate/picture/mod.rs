//! One execution as a picture: a file that needs nothing else, neither a script nor a network.

mod axis;
mod drawing;
mod letters;
mod look;
mod page;
mod scene;
mod shown;
mod style;
mod ticks;

use durable_history::{Record, Timestamp};

pub use self::letters::{Letters, Piece, letters, sample};
pub use self::look::Look;
use self::scene::Scene;
pub use self::shown::{Chained, Shown};
pub(crate) use self::style::STYLE;

/// The most bytes of a page, as long as its bars alone take less.
const MOST_BYTES: usize = 1_950_000;

/// Returns the execution as an HTML page. The same record comes to the same bytes.
pub fn html(record: &Record, shown: Shown) -> String {
    html_with(record, &Chained::new(), shown)
}

/// Returns the execution as an HTML page, with the executions inside of it that it started, as far as they are
/// given and have room. The same records come to the same bytes.
pub fn html_with(record: &Record, chained: &Chained, shown: Shown) -> String {
    within(record, chained, (shown, None), page::render)
}

/// Returns the execution as a part of a page that has a heading of its own, and [`STYLE`]; what goes on reaches `now`.
pub(crate) fn part(record: &Record, shown: Shown, now: Timestamp) -> String {
    within(record, &Chained::new(), (shown, Some(now)), page::part)
}

fn within(
    record: &Record,
    chained: &Chained,
    (shown, now): (Shown, Option<Timestamp>),
    render: impl Fn(&Scene) -> String,
) -> String {
    let outline = |chained: &Chained| {
        let scene = Scene::until(record, Shown::Outline, now).unfolded(chained);
        render(&scene)
    };
    let none = Chained::new();
    let with_all = outline(chained);
    // An execution that is large by itself has no room for others; they are named.
    let (outline, chained) = if with_all.len() > MOST_BYTES {
        (outline(&none), &none)
    } else {
        (with_all, chained)
    };
    match shown {
        Shown::Outline => outline,
        // What the data may take is what all the rest leaves, so that the page can be sent around.
        Shown::Data => {
            let room = MOST_BYTES.saturating_sub(outline.len());
            let scene = Scene::until(record, shown, now).unfolded(chained);
            render(&scene.within(room))
        }
    }
}

/// Returns the execution as an SVG image, which has neither inputs nor results in it in any case, and errors in short.
/// The same record comes to the same bytes.
pub fn svg(record: &Record, shown: Shown) -> String {
    drawing::render(&Scene::of(record, shown))
}

#[cfg(test)]
mod tests;

//! One execution as a picture: a file that needs nothing else, neither a script nor a network.

mod axis;
mod drawing;
mod page;
mod scene;
mod shown;
mod style;

use durable_history::Record;

use self::scene::Scene;
pub use self::shown::Shown;
pub(crate) use self::style::STYLE;

/// The most bytes of a page, as long as its bars alone take less.
const MOST_BYTES: usize = 1_950_000;

/// Returns the execution as an HTML page. The same record comes to the same bytes.
pub fn html(record: &Record, shown: Shown) -> String {
    within(record, shown, page::render)
}

/// Returns the execution as a part of a page that has a heading of its own, and [`STYLE`].
pub(crate) fn part(record: &Record, shown: Shown) -> String {
    within(record, shown, |scene| page::body(scene).into_string())
}

fn within(record: &Record, shown: Shown, render: impl Fn(&Scene) -> String) -> String {
    let outline = render(&Scene::of(record, Shown::Outline));
    match shown {
        Shown::Outline => outline,
        // What the data may take is what all the rest leaves, so that the page can be sent around.
        Shown::Data => {
            let room = MOST_BYTES.saturating_sub(outline.len());
            render(&Scene::of(record, shown).within(room))
        }
    }
}

/// Returns the execution as an SVG image, which has no data in it in any case. The same record comes to the same
/// bytes.
pub fn svg(record: &Record) -> String {
    drawing::render(&Scene::of(record, Shown::Outline))
}

#[cfg(test)]
mod tests;

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

/// Returns the execution as an HTML page. The same record comes to the same bytes.
pub fn html(record: &Record, shown: Shown) -> String {
    page::render(&Scene::of(record, shown))
}

/// Returns the execution as an SVG image, which has no data in it in any case. The same record comes to the same
/// bytes.
pub fn svg(record: &Record) -> String {
    drawing::render(&Scene::of(record, Shown::Outline))
}

#[cfg(test)]
mod tests;

//! Where an execution is shown while it goes on.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use anstream::ColorChoice;
use durable_history::{HistoryEvent, Record};

use super::event_line::{document, line};
use super::tree::{Canvas, tree};
use crate::cli::context::Context;
use crate::cli::global::Format;
use crate::cli::moment::now;
use crate::cli::outcome::write_line;

/// How often bars grow while nothing happens.
const GROWS: Duration = Duration::from_secs(1);

/// Where an execution is shown while it goes on.
pub(super) enum Screen {
    /// A terminal, where it is drawn in place.
    InPlace(InPlace),
    /// An event a line.
    Lines,
    /// An event a line, for programs.
    Json,
    /// Nothing but its end.
    Quiet,
}

impl Screen {
    pub(super) fn of(context: &Context) -> Self {
        match context.format {
            Format::Json => Self::Json,
            Format::Human if context.quiet => Self::Quiet,
            Format::Human if std::io::stdout().is_terminal() => {
                // Two that draw on one terminal tear each other's lines.
                context.reporter.pause();
                Self::InPlace(InPlace::of(context.verbose))
            }
            Format::Human => Self::Lines,
        }
    }

    pub(super) fn show(&mut self, record: &Record, news: &[HistoryEvent]) {
        match self {
            Self::InPlace(place) => place.show(record, !news.is_empty()),
            Self::Lines => {
                let history = record.history();
                for event in news {
                    let line = line(record, &history, event);
                    write_line(&mut anstream::stdout().lock(), &line);
                }
            }
            Self::Json => {
                for event in news {
                    let line = document(record, event);
                    write_line(&mut std::io::stdout().lock(), &line);
                }
            }
            Self::Quiet => {}
        }
    }

    /// Takes away what is drawn in place, before the end is told whole.
    pub(super) fn clear(&mut self) {
        if let Self::InPlace(place) = self {
            place.draw(&[]);
        }
    }
}

/// What is drawn on a terminal, again and again.
pub(super) struct InPlace {
    terminal: console::Term,
    /// What is there now.
    drawn: Vec<String>,
    at: Option<Instant>,
    status: String,
    data: bool,
}

impl InPlace {
    fn of(data: bool) -> Self {
        Self {
            // All of a picture in one write, or it would flicker.
            terminal: console::Term::buffered_stdout(),
            drawn: Vec::new(),
            at: None,
            status: String::new(),
            data,
        }
    }

    fn show(&mut self, record: &Record, has_news: bool) {
        let status = &record.execution.status;
        let is_old = self.at.is_none_or(|at| at.elapsed() >= GROWS);
        if !has_news && !is_old && *status == self.status {
            return;
        }
        self.at = Some(Instant::now());
        self.status.clone_from(status);
        let (rows, columns) = self.terminal.size();
        let canvas = Canvas::of_stdout(Some(now()));
        let tree = tree(record, self.data, canvas);
        let lines = tree.within(usize::from(rows), usize::from(columns));
        if lines != self.drawn {
            self.draw(&lines);
        }
    }

    /// Draws over what is there. Nobody reads what cannot be drawn, so that is no failure.
    fn draw(&mut self, lines: &[String]) {
        let (_, columns) = self.terminal.size();
        let before = taken(&self.drawn, usize::from(columns));
        let colors = anstream::AutoStream::choice(&std::io::stdout());
        let _ = self.terminal.move_cursor_up(before);
        for line in lines {
            let _ = self.terminal.clear_line();
            let _ = self.terminal.write_line(&if colors == ColorChoice::Never {
                console::strip_ansi_codes(line)
            } else {
                line.into()
            });
        }
        let _ = self.terminal.clear_to_end_of_screen();
        let _ = self.terminal.flush();
        self.drawn = lines.to_vec();
    }
}

/// Returns how many lines of the terminal lines take: one that was drawn before it became narrower wraps.
fn taken(lines: &[String], columns: usize) -> usize {
    let of_a_line = |line: &String| {
        console::measure_text_width(line)
            .div_ceil(columns.max(1))
            .max(1)
    };
    lines.iter().map(of_a_line).sum()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::{InPlace, taken};

    #[test]
    fn what_is_drawn_takes_the_place_of_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terminal");
        let file = || {
            File::options()
                .append(true)
                .create(true)
                .open(&path)
                .unwrap()
        };
        let mut place = InPlace {
            terminal: console::Term::read_write_pair(file(), file()),
            ..InPlace::of(false)
        };
        let written = || fs_err::read_to_string(&path).unwrap();
        place.draw(&["one".to_owned(), "two".to_owned()]);
        let first = written();
        assert!(!first.contains("\x1b[2A"), "{first:?}");
        place.draw(&["three".to_owned()]);
        let second = written();
        let second = second.strip_prefix(&first).unwrap();
        // Up to the first line, over it, and away with all below.
        let (up, over) = (second.find("\x1b[2A"), second.find("three\n"));
        let rest = second.rfind("\x1b[0J").or(second.rfind("\x1b[J"));
        assert!(up.is_some() && up < over && over < rest, "{second:?}");
    }

    #[test]
    fn a_terminal_that_became_narrower_has_wrapped_what_is_there() {
        let lines = ["x".repeat(100), String::new(), "y".to_owned()];
        assert_eq!(taken(&lines, 100), 3);
        assert_eq!(taken(&lines, 40), 5);
    }
}

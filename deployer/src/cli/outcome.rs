//! What a command came to, and how it is printed: results on stdout, errors on stderr.

use clap::ColorChoice;
use owo_colors::OwoColorize as _;
use serde_json::{Value, json};

use super::arguments::Format;
use crate::error::{Error, Kind};

/// What a command came to.
pub(super) struct Outcome {
    /// For people.
    pub(super) text: String,
    /// For programs.
    pub(super) document: Value,
    /// The exit code.
    pub(super) exit_code: u8,
}

impl Outcome {
    pub(super) fn done(text: impl Into<String>, document: Value) -> Self {
        Self {
            text: text.into(),
            document,
            exit_code: 0,
        }
    }

    pub(super) fn print(self, format: Format) -> u8 {
        let text = match format {
            Format::Human => self.text,
            Format::Json if self.document.is_null() => String::new(),
            Format::Json => self.document.to_string(),
        };
        if !text.is_empty() {
            write_line(&mut anstream::stdout().lock(), &text);
        }
        self.exit_code
    }
}

/// Applies `--color`; `auto` leaves the decision to the terminal and `NO_COLOR`.
pub(super) fn choose_color(choice: ColorChoice) {
    match choice {
        ColorChoice::Auto => {}
        ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// Prints an error and returns its exit code.
pub(super) fn print_error(error: &Error, format: Format) -> u8 {
    let stderr = &mut anstream::stderr().lock();
    for detail in error.details() {
        write_line(stderr, detail);
        write_line(stderr, "");
    }
    write_line(stderr, &format!("{} {error}", "error:".red().bold()));
    for cause in error.causes() {
        write_line(stderr, &format!("  caused by: {cause}"));
    }
    if let Some(hint) = error.way_out() {
        write_line(stderr, &format!("\n{} {hint}", "hint:".cyan().bold()));
    }
    if format == Format::Json {
        let document = json!({
            "event": "error",
            "exit_code": error.kind().exit_code(),
            "message": error.to_string(),
            "causes": error.causes(),
            "details": error.details(),
            "hint": error.way_out(),
        });
        write_line(&mut anstream::stdout().lock(), &document.to_string());
    }
    error.kind().exit_code()
}

/// Writes a line; a reader that has gone away is nobody's failure.
pub(super) fn write_line(stream: &mut impl std::io::Write, line: &str) {
    let _ = writeln!(stream, "{line}");
    let _ = stream.flush();
}

/// Returns the error of a question that nobody is there to answer.
pub(super) fn confirmation_needed(what: &str, how: &str) -> Error {
    Error::new(
        Kind::ConfirmationNeeded,
        format!("{what} needs a confirmation; nothing was changed"),
    )
    .hint(how)
}

//! What a command came to, and how it is printed: results on stdout, errors on stderr.

use std::io::IsTerminal as _;

use clap::ColorChoice;
use comfy_table::{ContentArrangement, Table};
use owo_colors::OwoColorize as _;
use serde_json::{Value, json};

use super::global::Format;
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

/// Wraps a table that is wider than the terminal, less `indent` columns. Elsewhere its lines stay whole.
pub(super) fn fit(table: &mut Table, indent: u16) {
    let width = std::io::stdout()
        .is_terminal()
        .then(|| console::Term::stdout().size_checked())
        .flatten();
    wrap(
        table,
        width.map(|(_, columns)| columns.saturating_sub(indent)),
    );
}

fn wrap(table: &mut Table, width: Option<u16>) {
    if let Some(width) = width {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
}

/// Returns a table as text that fits the terminal, without spaces at the ends of its lines.
pub(super) fn fitting(mut table: Table) -> String {
    fit(&mut table, 0);
    let text = table.to_string();
    let lines = text.lines().map(str::trim_end);
    lines.collect::<Vec<_>>().join("\n")
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
    if let (Format::Human, Some(text)) = (format, error.went_well()) {
        write_line(&mut anstream::stdout().lock(), text);
    }
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
        let text = document(error).to_string();
        write_line(&mut anstream::stdout().lock(), &text);
    }
    error.kind().exit_code()
}

/// Returns an error for programs.
pub(super) fn document(error: &Error) -> Value {
    json!({
        "event": "error",
        "exit_code": error.kind().exit_code(),
        "message": error.to_string(),
        "causes": error.causes(),
        "details": error.details(),
        "hint": error.way_out(),
    })
}

/// Prints what is wrong with the command line, or the help that it asked for, and returns the exit code.
///
/// A command line that cannot be read still says whether a program asks.
pub(super) fn print_usage(error: &clap::Error, words: &[std::ffi::OsString]) -> u8 {
    if error.use_stderr() && asks_for_json(words) {
        write_line(
            &mut anstream::stdout().lock(),
            &document(&usage_error(error)).to_string(),
        );
    }
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(Kind::Bug.exit_code())
}

fn asks_for_json(words: &[std::ffi::OsString]) -> bool {
    let apart = words.windows(2).any(|pair| pair == ["--format", "json"]);
    apart || words.iter().any(|word| word == "--format=json")
}

/// Clap tells its errors in paragraphs: what is wrong, tips, the usage, and where help is.
fn usage_error(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    let joined = |paragraph: &str| {
        let lines = paragraph.lines().map(str::trim);
        lines.collect::<Vec<_>>().join(" ")
    };
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Error::usage("no command was given").hint("run `deployer --help`");
    }
    let mut paragraphs = text.split("\n\n").map(joined);
    let message = paragraphs.next().unwrap_or_default();
    let message = message.trim_start_matches("error:").trim();
    let tip = paragraphs.find_map(|paragraph| {
        let tip = paragraph.trim().strip_prefix("tip:")?;
        Some(tip.trim().to_owned())
    });
    Error::usage(message).hint(tip.unwrap_or_else(|| "run it with `--help`".to_owned()))
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

#[cfg(test)]
mod tests {
    use comfy_table::{Table, presets};

    use super::wrap;

    #[test]
    fn a_table_is_wrapped_on_a_terminal_and_whole_in_a_pipe() {
        let table = |width| {
            let mut table = Table::new();
            table.load_style(presets::NOTHING);
            table.add_row(["orchestrator", "7", &"long words ".repeat(10)]);
            wrap(&mut table, width);
            table.to_string()
        };
        let narrow = table(Some(80));
        assert!(narrow.lines().count() > 1, "{narrow}");
        assert!(
            narrow.lines().all(|line| line.chars().count() <= 80),
            "{narrow}"
        );
        assert_eq!(table(Some(200)).lines().count(), 1);
        assert_eq!(table(None).lines().count(), 1);
    }
}

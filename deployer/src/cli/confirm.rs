//! Consent. Being in CI, or in a pipe, never means yes.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::arguments::Format;
use super::context::Context;
use super::outcome::confirmation_needed;
use crate::error::{Error, Kind, Result};

/// Asks whether to go on. On a protected stage the user types the stage's name; `--yes` says it all the same.
pub(super) fn confirm(context: &Context, what: &str) -> Result<()> {
    if context.yes {
        return Ok(());
    }
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !terminal || context.format == Format::Json {
        return Err(confirmation_needed(what, "run it again with `--yes`"));
    }
    let stage = &context.app.stage_name;
    let (question, wanted) = if context.app.stage.protect {
        (format!("Type `{stage}` to go on: "), stage.as_str())
    } else {
        ("Go on? Type `yes`: ".to_owned(), "yes")
    };
    let mut stderr = anstream::stderr().lock();
    let _ = write!(stderr, "{question}");
    let _ = stderr.flush();
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == wanted {
        return Ok(());
    }
    Err(Error::new(
        Kind::Aborted,
        "not confirmed; nothing was changed",
    ))
}

//! Consent. Being in CI, or in a pipe, never means yes.

use super::context::Context;
use super::keyboard::Answer;
use super::outcome::confirmation_needed;
use crate::consent::Consent;
use crate::error::{Error, Kind, Result};

impl Consent for Context {
    fn confirm(&self, what: &str) -> Result<()> {
        confirm(self, what)
    }
}

/// Asks whether to go on. On a protected stage the user types the stage's name; `--yes` says it all the same.
pub(super) fn confirm(context: &Context, what: &str) -> Result<()> {
    if context.yes {
        return Ok(());
    }
    if !context.has_person() {
        return Err(confirmation_needed(what, "run it again with `--yes`"));
    }
    let stage = &context.app.stage_name;
    if context.app.stage.protect {
        read_answer(context, &format!("Type `{stage}` to go on: "), stage)
    } else {
        read_answer(context, "Go on? Type `yes`: ", "yes")
    }
}

/// Asks whether the data of a protected stage may be deleted. `--yes` does not say so; only the
/// stage's name does, typed here or given as `named`. Other stages have asked all they need.
pub(super) fn confirm_purge(context: &Context, named: Option<&str>) -> Result<()> {
    let stage = &context.app.stage_name;
    if !context.app.stage.protect || named == Some(stage) {
        return Ok(());
    }
    if !context.has_person() {
        let what = format!("deleting the data of stage `{stage}`");
        let how = format!("run it again with `--purge-data={stage}`");
        return Err(confirmation_needed(&what, &how));
    }
    read_answer(
        context,
        &format!("All data of the tables will be lost. Type `{stage}` to delete it: "),
        stage,
    )
}

fn read_answer(context: &Context, question: &str, wanted: &str) -> Result<()> {
    let _turn = context.keyboard.turn();
    context.reporter.pause();
    match context.keyboard.ask(question) {
        Answer::Line(line) if line == wanted => Ok(()),
        Answer::Interrupted => Err(Error::new(Kind::Aborted, "stopped by Ctrl-C")),
        Answer::Line(_) | Answer::End => Err(Error::new(
            Kind::Aborted,
            "not confirmed; nothing was changed",
        )),
    }
}

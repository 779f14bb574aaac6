//! A message in the person's editor.

use std::process::Command;

use camino::Utf8PathBuf;
use serde_json::Value;

use super::words::cut;
use crate::cli::context::Context;
use crate::cli::environment::Environment;
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::operate::dead_letters::{Letter, QueueKind, Surveyed};
use crate::operate::executions::differences;
use crate::operate::message::{name_of, opened};

/// How many characters of a value are told.
const TOLD: usize = 60;

/// Opens the one message that is meant in the editor, says what is different then, and returns it; nothing
/// where it was left as it is.
///
/// # Errors
///
/// No or several messages are meant, one of another queue than the intake's, or what was written could not
/// start an execution; it is kept then.
pub(super) fn edit(context: &Context, surveyed: &[Surveyed]) -> Result<Option<String>> {
    let letters: Vec<(&Surveyed, &Letter)> = surveyed
        .iter()
        .flat_map(|surveyed| {
            surveyed
                .letters
                .iter()
                .map(move |letter| (surveyed, letter))
        })
        .collect();
    let [(surveyed, letter)] = letters.as_slice() else {
        return Err(Error::usage("one message is edited at a time").hint("give the id of one"));
    };
    let (QueueKind::Intake, Some(intake)) = (surveyed.queue.kind, &surveyed.queue.workflow.intake)
    else {
        return Err(
            Error::usage("only messages of the queue `intake` can be edited").hint(
                "`deployer executions rerun NAME --input FILE` runs an execution with another input",
            ),
        );
    };
    let file = written(context, letter)?;
    open(context, &file)?;
    let text = fs_err::read_to_string(&file)?;
    // Editors end the last line.
    let text = match text.strip_suffix('\n') {
        Some(text) if !letter.body.ends_with('\n') => text,
        _ => &text,
    };
    if text == letter.body {
        fs_err::remove_file(&file)?;
        return Ok(None);
    }
    let kept = |error: Error| {
        error.hint(format!(
            "what you wrote is in {file}; the same command opens it again"
        ))
    };
    let message = opened(intake.envelope, text).map_err(|why| kept(Error::usage(why)))?;
    let (template, stage) = (&intake.execution_name, &context.app.stage_name);
    let name = name_of(template, stage, &message).map_err(|why| {
        kept(Error::usage(format!(
            "what you wrote gives no execution a name: {why}"
        )))
    })?;
    let mut lines = match opened(intake.envelope, &letter.body) {
        Ok(before) => differing(&before.into_value(), &message.into_value()),
        Err(why) => vec![format!("it can be read now; before, {why}")],
    };
    lines.push(format!("its execution will be named {name}"));
    for text in lines {
        context.reporter.report(&Event::Note { text });
    }
    let text = text.to_owned();
    fs_err::remove_file(&file)?;
    Ok(Some(text))
}

/// Writes the message into a file, unless one is there that was refused before.
fn written(context: &Context, letter: &Letter) -> Result<Utf8PathBuf> {
    let folder = context.app.state_directory.join("edited");
    let file = folder.join(format!("{}.json", letter.id));
    if !file.exists() {
        fs_err::create_dir_all(&folder)?;
        fs_err::write(&file, &letter.body)?;
    }
    Ok(file)
}

fn open(context: &Context, file: &Utf8PathBuf) -> Result<()> {
    let editor = Environment::read().editor.ok_or_else(|| {
        Error::usage("no editor is known").hint("name one in the variable VISUAL or EDITOR")
    })?;
    let _turn = context.keyboard.turn();
    context.reporter.pause();
    // The variable is a command with its arguments, for a shell.
    let ended = Command::new("sh")
        .args(["-c", &format!("{editor} \"$1\""), "sh", file.as_str()])
        .status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::new(
            Kind::Aborted,
            format!("the editor `{editor}` ended with {status}; nothing was changed"),
        )),
        Err(error) => {
            let what = format!("the editor `{editor}` could not be started");
            Err(Error::usage(what).caused_by(error))
        }
    }
}

/// Returns where two messages differ, a line each.
fn differing(before: &Value, after: &Value) -> Vec<String> {
    let told = |value: Option<&Value>| {
        value.map_or_else(
            || "nothing".to_owned(),
            |value| cut(&value.to_string(), TOLD),
        )
    };
    let lines = differences(before, after).into_iter().map(|difference| {
        format!(
            "{}: {} → {}",
            cut(&difference.path, TOLD),
            told(difference.old.as_ref()),
            told(difference.new.as_ref())
        )
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differing;

    #[test]
    fn what_differs_is_told_by_its_place() {
        let before = json!({ "id": 1, "order": { "amount": 5, "vendor": "a" }, "items": [1] });
        let after = json!({ "id": 1, "order": { "amount": 6, "note": "x" }, "items": [1, 2] });
        assert_eq!(
            differing(&before, &after),
            [
                "$.items[1]: nothing → 2",
                "$.order.amount: 5 → 6",
                "$.order.note: nothing → \"x\"",
                "$.order.vendor: \"a\" → nothing",
            ]
        );
    }
}

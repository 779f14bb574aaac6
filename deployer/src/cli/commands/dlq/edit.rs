//! A message in the person's editor.

use std::process::Command;

use camino::Utf8PathBuf;
use serde_json::Value;

use super::words::cut;
use crate::cli::context::Context;
use crate::cli::environment::Environment;
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::operate::dead_letters::{Letter, QueueKind, Surveyed, read_body};
use crate::operate::name::execution_name;

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
    let body = read_body(text).map_err(|why| kept(Error::new(Kind::Usage, why)))?;
    let (template, stage) = (&intake.execution_name, &context.app.stage_name);
    let name = execution_name(template, stage, &body).ok_or_else(|| {
        kept(Error::usage(format!(
            "`{template}` makes no allowed name of what you wrote"
        )))
    })?;
    let mut lines = match read_body(&letter.body) {
        Ok(before) => {
            let mut lines = Vec::new();
            compare("", Some(&before), Some(&body), &mut lines);
            lines
        }
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

/// Tells where two values differ.
fn compare(path: &str, old: Option<&Value>, new: Option<&Value>, lines: &mut Vec<String>) {
    if old == new {
        return;
    }
    if let (Some(Value::Object(before)), Some(Value::Object(after))) = (old, new) {
        let added = after.keys().filter(|key| !before.contains_key(*key));
        for key in before.keys().chain(added) {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            compare(&path, before.get(key), after.get(key), lines);
        }
        return;
    }
    let told = |value: Option<&Value>| {
        value.map_or_else(
            || "nothing".to_owned(),
            |value| cut(&value.to_string(), TOLD),
        )
    };
    lines.push(format!(
        "{}: {} → {}",
        cut(path, TOLD),
        told(old),
        told(new)
    ));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::compare;

    #[test]
    fn what_differs_is_told_by_its_place() {
        let before = json!({ "id": 1, "order": { "amount": 5, "vendor": "a" }, "items": [1] });
        let after = json!({ "id": 1, "order": { "amount": 6, "note": "x" }, "items": [1, 2] });
        let mut lines = Vec::new();
        compare("", Some(&before), Some(&after), &mut lines);
        assert_eq!(
            lines,
            [
                "order.amount: 5 → 6",
                "order.vendor: \"a\" → nothing",
                "order.note: nothing → \"x\"",
                "items: [1] → [1,2]",
            ]
        );
    }
}

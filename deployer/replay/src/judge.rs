//! What runs mean; pure.

use durable_history::{ErrorObject, Record};
use serde_json::Value;

use crate::given::Given;
use crate::run::{End, Run, Update, named};
use crate::verdict::Judgment;

/// Judges a run with the whole history that came to other operations; nothing where it did not.
pub(crate) fn other_operation(given: &Given, run: &Run) -> Option<Judgment> {
    let words = run.end.other_operation()?;
    let mismatch = Mismatch::of(words);
    let expected = mismatch
        .as_ref()
        .and_then(|mismatch| given.words(mismatch.id))
        .unwrap_or("what its history has");
    Some(Judgment::Differs {
        expected: expected.to_owned(),
        came: mismatch.map_or_else(|| words.to_owned(), |mismatch| mismatch.came()),
    })
}

/// Judges where the code did not come to the operation `missing`.
pub(crate) fn missing(given: &Given, missing: &str, whole: &Run) -> Judgment {
    Judgment::Differs {
        expected: given.words(missing).unwrap_or(missing).to_owned(),
        came: came(whole),
    }
}

/// Judges a run in which the code came to all operations of its history.
pub(crate) fn whole(record: &Record, given: &Given, run: &Run) -> Judgment {
    let further = run.came.first().map(Update::in_words);
    let status = record.execution.status.as_str();
    match status {
        "SUCCEEDED" | "FAILED" => finished(record, given, run, further),
        _ if given.settled => settled(given, run),
        _ => Judgment::Replays {
            note: further.map(|further| format!("goes on with {further}")),
        },
    }
}

/// Judges against an execution that ended by itself.
fn finished(record: &Record, given: &Given, run: &Run, further: Option<String>) -> Judgment {
    let status = record.execution.status.as_str();
    if let Some(further) = further {
        let note = format!("goes on with {further}, where the execution ended");
        return Judgment::Replays { note: Some(note) };
    }
    let differs = |came: String| Judgment::Differs {
        expected: format!("the end, {status}"),
        came,
    };
    match (&run.end, status) {
        (End::Succeeded(result), "SUCCEEDED") => Judgment::Replays {
            note: other_result(record, result.as_deref()),
        },
        (End::Failed(_), "FAILED") => Judgment::Replays { note: None },
        (End::Succeeded(_), _) => Judgment::Replays {
            note: Some("ends SUCCEEDED, where the execution FAILED".to_owned()),
        },
        (End::Pending, _) => differs(format!("a wait for {}", listed(&given.open))),
        _ => differs(came(run)),
    }
}

/// Judges against an execution that waited, or had waited when it was stopped.
fn settled(given: &Given, run: &Run) -> Judgment {
    if run.end == End::Pending && run.came.is_empty() {
        return Judgment::Replays { note: None };
    }
    Judgment::Differs {
        expected: format!("a wait for {}", listed(&given.open)),
        came: came(run),
    }
}

/// Says what a run came with.
fn came(run: &Run) -> String {
    if let Some(update) = run.came.first() {
        return update.in_words();
    }
    match &run.end {
        End::Pending => "a wait".to_owned(),
        End::Succeeded(_) => "the end, SUCCEEDED".to_owned(),
        End::Failed(error) => format!("the end, FAILED with {}", first_line(error)),
        End::Fault(words) => format!("an invocation that fails: {words}"),
    }
}

/// How much of an error is told; it may go on and on about a message.
const LONGEST_ERROR: usize = 160;

fn first_line(error: &ErrorObject) -> String {
    let words = error.in_words();
    let line = words.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST_ERROR) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

fn listed(operations: &[String]) -> String {
    match operations {
        [] => "nothing that its history tells".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// Says that the result is another one than the execution had, where it is.
fn other_result(record: &Record, result: Option<&str>) -> Option<String> {
    let history = record.history();
    let was = record.execution.result.as_ref();
    let was = was.or(history.execution.result.as_ref());
    let value = |text: Option<&str>| -> Option<Value> { serde_json::from_str(text?).ok() };
    let same = was.map(String::as_str) == result || value(was.map(String::as_str)) == value(result);
    (!same).then(|| "ends with another result".to_owned())
}

/// What the SDK says of an operation that is another one than the history has.
struct Mismatch<'a> {
    id: &'a str,
    came: &'a str,
}

impl<'a> Mismatch<'a> {
    /// Reads `operation at wire id ID does not match checkpoint: expected STEP, got STEP`, which is all that
    /// the Rust SDK 0.1 tells. Where another SDK says it otherwise, its words are shown as they are.
    fn of(words: &'a str) -> Option<Self> {
        let (_, rest) = words.split_once("operation at wire id ")?;
        let (id, rest) = rest.split_once(" does not match checkpoint: expected ")?;
        let (_, came) = rest.rsplit_once(", got ")?;
        Some(Self { id, came })
    }

    /// Says the operation as all others are said: `Step/Step named "x"` is `STEP "x"`.
    fn came(&self) -> String {
        let (what, name) = match self.came.split_once(" named \"") {
            Some((what, name)) => (what, Some(name.trim_end_matches('"'))),
            None => (self.came, None),
        };
        let (kind, sub_type) = match what.split_once('/') {
            Some((kind, sub_type)) => (kind, Some(sub_type)),
            None => (what, None),
        };
        let kind = match kind {
            "ChainedInvoke" => "CHAINED_INVOKE".to_owned(),
            other => other.to_uppercase(),
        };
        named(&kind, sub_type, name)
    }
}

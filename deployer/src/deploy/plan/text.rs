//! A plan in words, at most 80 columns wide, and as clear without color as with it.

use crate::stack::REVISION_TAG;
use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use serde_json::Value;

use super::caution::words;
use super::in_flight::InFlight;
use super::model::{Action, Plan, PropertyChange, ResourcePlan, StackAction, StackPlan, Summary};
use crate::stack::{brief, is_intrinsic};

const WIDTH: usize = 80;
const LONG_PATH: usize = 44;

/// Returns the whole plan in words.
pub fn text(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for stack in &plan.stacks {
        lines.extend(stack_lines(stack));
        lines.push(String::new());
    }
    lines.push(conclusion(plan));
    lines.join("\n")
}

/// Returns what has to be known to consent, without color: the warnings and how much there is to do.
pub fn digest(plan: &Plan) -> Vec<String> {
    plan.stacks
        .iter()
        .flat_map(warning_lines)
        .chain([conclusion(plan)])
        .map(|line| anstream::adapter::strip_str(&line).to_string())
        .collect()
}

fn conclusion(plan: &Plan) -> String {
    if plan.is_empty() {
        return format!("Nothing to do: stage {} is as configured.", plan.stage);
    }
    let Summary {
        added,
        changed,
        replaced,
        removed,
        kept,
        settings,
        warnings,
    } = plan.summary;
    let mut line = format!(
        "Plan for stage {}: {added} to add, {changed} to change, {replaced} to replace, {removed} to remove",
        plan.stage
    );
    for (count, one, many) in [
        (kept, "kept", "kept"),
        (settings, "setting", "settings"),
        (warnings, "warning", "warnings"),
    ] {
        if count > 0 {
            let _ = write!(line, ", {count} {}", if count == 1 { one } else { many });
        }
    }
    wrap(&format!("{line}."), "", "  ").join("\n")
}

fn stack_lines(stack: &StackPlan) -> Vec<String> {
    let name = stack.stack.bold();
    let status = stack.status.as_deref().unwrap_or_default();
    let mut lines = vec![match stack.action {
        StackAction::Create => format!("{name}: create"),
        StackAction::Update => format!("{name}: update"),
        StackAction::Unchanged => format!("{name}: no change"),
        StackAction::Recover => {
            format!("{name}: is in {status}, which `up` ends first; then")
        }
    }];
    for resource in &stack.resources {
        lines.extend(resource_lines(resource));
    }
    for setting in &stack.settings {
        lines.extend(property_lines(setting, "  ~ "));
    }
    let told = stack.in_flight.iter().flat_map(InFlight::lines);
    let told = told.chain(stack.kept_line());
    lines.extend(told.flat_map(|line| wrap(&line, "  ", "    ")));
    lines.extend(warning_lines(stack));
    lines
}

fn resource_lines(resource: &ResourcePlan) -> Vec<String> {
    let ResourcePlan {
        id,
        kind,
        action,
        reason,
        properties,
    } = resource;
    let (mark, what) = match action {
        Action::Added => ("+".green().to_string(), None),
        Action::Changed => ("~".yellow().to_string(), None),
        Action::Replaced => ("±".red().to_string(), Some("replaced")),
        Action::MayBeReplaced => ("±".red().to_string(), Some("may be replaced")),
        Action::Removed => ("-".red().to_string(), None),
        Action::Kept => ("=".cyan().to_string(), Some("kept (retained)")),
    };
    let mut lines = vec![format!("  {mark} {id:<38} {}", kind.dimmed())];
    let said: Vec<&str> = what.into_iter().chain(reason.as_deref()).collect();
    if !said.is_empty() {
        lines.extend(wrap(&said.join(": "), "      ", "      "));
    }
    // What changes anyway is marked with its revision, which tells nothing new.
    let told = properties.iter().filter(|change| !is_revision(change));
    let told: Vec<&PropertyChange> = told.collect();
    let told = if told.is_empty() {
        properties.iter().collect()
    } else {
        told
    };
    for property in told {
        lines.extend(property_lines(property, "      "));
    }
    lines
}

/// Returns whether a change is of nothing but the tag with the revision.
fn is_revision(change: &PropertyChange) -> bool {
    let is_tag = |value: &Option<Value>| {
        let tags = value.as_ref().and_then(Value::as_array);
        tags.is_none_or(|tags| tags.iter().all(|tag| tag["Key"] == REVISION_TAG))
    };
    let whole = change.path == "Tags" && is_tag(&change.before) && is_tag(&change.after);
    whole || change.path.starts_with(&format!("Tags[{REVISION_TAG}]"))
}

fn property_lines(change: &PropertyChange, indent: &str) -> Vec<String> {
    let path = &change.path;
    if let Some(cause) = &change.follows {
        return wrap(&format!("{path}: follows {cause}"), indent, "        ");
    }
    if let Some(items) = items(change) {
        return wrap(&format!("{path}: {items}"), indent, "        ");
    }
    let before = change.before.as_ref().map(shown);
    let after = change.after.as_ref().map(shown);
    let is_long = path.chars().count() > LONG_PATH;
    let taken = if is_long {
        indent.len() + 2
    } else {
        indent.len() + path.chars().count() + 2
    };
    let (before, after) = fit(before, after, WIDTH.saturating_sub(taken + 3));
    if is_long {
        return vec![
            format!("{indent}{path}:"),
            format!("{}  {before} → {after}", " ".repeat(indent.len())),
        ];
    }
    vec![format!("{indent}{path}: {before} → {after}")]
}

/// Returns which items of a list of words come and go, where that says all.
fn items(change: &PropertyChange) -> Option<String> {
    let words = |value: &Option<Value>| -> Option<Vec<String>> {
        let items = value.as_ref()?.as_array()?;
        let are_words = items
            .iter()
            .all(|item| item.is_string() || is_intrinsic(item));
        are_words.then(|| items.iter().map(shown).collect())
    };
    let (before, after) = (words(&change.before)?, words(&change.after)?);
    let come = after.iter().filter(|item| !before.contains(item));
    let go = before.iter().filter(|item| !after.contains(item));
    let texts: Vec<String> = go
        .map(|item| format!("- {item}"))
        .chain(come.map(|item| format!("+ {item}")))
        .collect();
    if texts.is_empty() {
        return Some("in another order".to_owned());
    }
    Some(texts.join(", "))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() || text.trim() != text || text.contains('\n') => {
            value.to_string()
        }
        other => brief(other),
    }
}

/// Shortens two values to fit beside each other, around the first letter that differs.
fn fit(before: Option<String>, after: Option<String>, room: usize) -> (String, String) {
    const NONE: &str = "(none)";
    let (before, after) = (
        before.unwrap_or_else(|| NONE.to_owned()),
        after.unwrap_or_else(|| NONE.to_owned()),
    );
    let (left, right) = (before.chars().count(), after.chars().count());
    if left + right <= room {
        return (before, after);
    }
    let half = room / 2;
    // A short value leaves its room to the long one.
    let (left_room, right_room) = if left < half {
        (left, room - left)
    } else if right < half {
        (room - right, right)
    } else {
        (half, half)
    };
    let shared = before
        .chars()
        .zip(after.chars())
        .take_while(|(one, other)| one == other)
        .count();
    (
        shorten(&before, left_room, shared),
        shorten(&after, right_room, shared),
    )
}

fn shorten(text: &str, room: usize, around: usize) -> String {
    let count = text.chars().count();
    if count <= room {
        return text.to_owned();
    }
    let room = room.max(8);
    if around + 2 < room {
        let head: String = text.chars().take(room - 1).collect();
        return format!("{head}…");
    }
    // What comes before the difference is told by a few letters.
    let start = around.saturating_sub(2).min(count.saturating_sub(room - 1));
    let middle: String = text.chars().skip(start).take(room - 2).collect();
    if start + room - 2 >= count {
        format!("…{middle}")
    } else {
        format!("…{middle}…")
    }
}

fn warning_lines(stack: &StackPlan) -> Vec<String> {
    stack
        .warnings
        .iter()
        .flat_map(|warning| {
            let (head, rest) = words(warning);
            let mark = "!".red().bold().to_string();
            let mut lines: Vec<String> = wrap(&head, "", "  ")
                .into_iter()
                .map(|line| format!("  {mark} {}", line.bold()))
                .collect();
            for line in rest.iter().flat_map(|line| wrap(line, "    ", "      ")) {
                lines.push(format!(
                    "  {mark}{line}",
                    line = line.get(1..).unwrap_or_default()
                ));
            }
            lines
        })
        .collect()
}

/// Breaks a text into lines of at most 80 columns, a mark in front of them included.
fn wrap(text: &str, first: &str, others: &str) -> Vec<String> {
    let mut lines = vec![first.to_owned()];
    let mut is_empty = true;
    for word in text.split(' ') {
        let room = WIDTH - 4;
        let taken = lines.last().map_or(0, |line| line.chars().count());
        if !is_empty && taken + 1 + word.chars().count() > room {
            lines.push(others.to_owned());
            is_empty = true;
        }
        if let Some(line) = lines.last_mut() {
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
        }
        is_empty = false;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn long_values_are_shown_around_what_differs() {
        let fitted =
            |before: &str, after: &str| fit(Some(before.to_owned()), Some(after.to_owned()), 40);
        assert_eq!(fitted("one", "two"), ("one".to_owned(), "two".to_owned()));
        let (before, after) = fitted(
            "functions/fraud-detection/0123456789abcdef0123456789abcdef.zip",
            "functions/fraud-detection/fedcba98765432100123456789abcdef.zip",
        );
        assert_eq!(
            (before.as_str(), after.as_str()),
            ("…n/0123456789abcdef…", "…n/fedcba9876543210…")
        );
        assert_eq!(before.chars().count() + after.chars().count(), 40);
    }
}

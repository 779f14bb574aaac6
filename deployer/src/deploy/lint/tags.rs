//! The tags of a stage: what CloudFormation and every service behind it take.

use super::finding::{Findings, Rule};
use crate::config::App;

const TAG: Rule = Rule {
    code: "S008",
    reason: "every resource inherits the tags of its stack, and one that a service refuses fails the deployment",
    source: "AWS Resource Groups: tag naming limits",
};

/// The most tags of a stack.
const MOST: usize = 50;

/// Application, stage, workflow: the deployer's own.
const OWN: usize = 3;

/// The longest key and the longest value, in characters.
const LONGEST: (usize, usize) = (128, 256);

pub(super) fn check(app: &App, findings: &mut Findings<'_>) {
    let tags = &app.stage.tags;
    if tags.len() + OWN > MOST {
        let count = tags.len();
        let most = MOST - OWN;
        let message = format!(
            "the stage has {count} tags; at most {most} are left beside the deployer's own {OWN}"
        );
        findings.add_stage(TAG, "tags", message);
    }
    for (key, value) in tags {
        for wrong in [wrong_key(key), wrong_value(value)].into_iter().flatten() {
            findings.add_stage(
                TAG,
                &format!("tags.{key}"),
                format!("the tag `{key}` {wrong}"),
            );
        }
    }
}

fn wrong_key(key: &str) -> Option<String> {
    let lower = key.to_lowercase();
    if key.is_empty() || key.chars().count() > LONGEST.0 {
        return Some(format!(
            "has a key that is not of 1 to {} characters",
            LONGEST.0
        ));
    }
    if let Some(prefix) = ["aws:", "deployer:"]
        .into_iter()
        .find(|p| lower.starts_with(p))
    {
        return Some(format!("begins with `{prefix}`, which is reserved"));
    }
    wrong_letter(key).map(|letter| format!("has the character `{letter}` in its key"))
}

fn wrong_value(value: &str) -> Option<String> {
    let length = value.chars().count();
    if length > LONGEST.1 {
        return Some(format!(
            "has a value of {length} characters; at most {} are taken",
            LONGEST.1
        ));
    }
    wrong_letter(value).map(|letter| format!("has the character `{letter}` in its value"))
}

/// Returns the first character that not every service takes: letters, digits, spaces and
/// `_ . : / = + - @` are.
fn wrong_letter(text: &str) -> Option<char> {
    let taken = |letter: &char| letter.is_alphanumeric() || " _.:/=+-@".contains(*letter);
    text.chars().find(|letter| !taken(letter))
}

#[cfg(test)]
mod tests {
    use super::{wrong_key, wrong_value};

    #[test]
    fn keys_and_values_are_as_services_take_them() {
        for (key, is_wrong) in [
            ("team", false),
            ("cost:center/Köln 1_.=+-@", false),
            (&"x".repeat(128), false),
            ("", true),
            (&"x".repeat(129), true),
            ("aws:team", true),
            ("Deployer:stage", true),
            ("team?", true),
        ] {
            assert_eq!(wrong_key(key).is_some(), is_wrong, "{key}");
        }
        for (value, is_wrong) in [
            ("", false),
            ("aws:anything", false),
            (&"x".repeat(256), false),
            (&"x".repeat(257), true),
            ("a, b", true),
        ] {
            assert_eq!(wrong_value(value).is_some(), is_wrong, "{value}");
        }
    }
}

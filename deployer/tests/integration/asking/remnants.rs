//! What is left behind when people were written to: nothing of what they got.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::people::{FRAUD, People, link, parts};
use crate::stage::eventually;

pub(super) fn nothing_that_was_sent_is_left_behind(people: &People) {
    let failed = people.pay("fails", "ada@example.com");
    people.links("fails");
    people.stage.done(&["executions", "stop", &failed, "--yes"]);
    let unreadable = r#"{"transaction_id":"no/id","vendor":"Store given-up."}"#;
    people.stage.send(FRAUD, &[unreadable.to_owned()]);
    let dead = eventually("a failure and a dead letter", || {
        let dead =
            people
                .stage
                .done(&["dlq", "peek", "--workflow", FRAUD, "-v", "--format", "json"]);
        (dead.contains("dev-tx-fails") && dead.contains("Store given-up.")).then_some(dead)
    });

    let logs = people.stage.done(&["logs", "--since", "1h"]);
    for told in ["answered", "a wrong identity", "was not completed"] {
        assert!(logs.contains(told), "the page tells what it did: {told}");
    }
    let local = people.stage.sandbox().home().join(".deployer/local");
    let executions = files(&local.join("executions"));
    let histories: Vec<String> = executions.iter().map(|path| read(path)).collect();
    let seen = |text: &str| histories.iter().any(|history| history.contains(text));
    assert!(
        seen("Store fails.") && seen("DeliveryRefused"),
        "inputs and errors are there"
    );
    let mut left = histories;
    left.extend(["local.log", "ministack.log"].map(|log| read(&local.join(log))));
    left.extend([logs, dead]);
    for shown in [["executions", "list"], ["callbacks", "list"]] {
        left.push(
            people
                .stage
                .done(&[&shown[..], &["--format", "json"]].concat()),
        );
    }
    let secrets = secrets(people);
    assert!(secrets.len() > 40, "{}", secrets.len());
    for secret in &secrets {
        let place = left
            .iter()
            .find_map(|text| text.split_once(secret.as_str()));
        let before = place.map(|(before, _)| before.get(before.len().saturating_sub(200)..));
        assert!(
            before.is_none(),
            "{secret} was left behind, after {before:?}"
        );
    }
}

/// Returns the tokens, contacts and texts of everything that was sent, and the contacts of those who got nothing.
fn secrets(people: &People) -> BTreeSet<String> {
    let mut secrets: BTreeSet<String> = ["2025550123", "ada@nowhere.invalid"]
        .map(str::to_owned)
        .into();
    for letter in people.letters() {
        secrets.insert(parts(&link(&letter)).1.to_owned());
        secrets.insert(letter["to"].as_str().unwrap().to_owned());
        secrets.extend(letter["subject"].as_str().map(str::to_owned));
        let (question, _) = letter["text"].as_str().unwrap().split_once('?').unwrap();
        let reminders = ["Reminder: ", "Erinnerung: "];
        let plain = reminders
            .iter()
            .find_map(|word| question.strip_prefix(word));
        secrets.insert(plain.unwrap_or(question).to_owned());
    }
    secrets
}

/// Returns the files of a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs_err::read(path).unwrap()).into_owned()
}

//! What a signal means, and what the person may choose.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::super::report::UnderWay;

const UPDATING: &str = "UPDATE_IN_PROGRESS";

/// What came from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Sign {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// What the person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Keep watching.
    Watch,
    /// Leave it running.
    Leave,
    /// Cancel what is updating.
    Cancel,
}

/// Returns whether the first signal is answered with a question; without one the program leaves.
pub(super) fn asks(sign: Sign, person: bool, under_way: &UnderWay) -> bool {
    sign == Sign::Interrupt && person && !under_way.is_empty()
}

/// Returns the stacks whose operation CloudFormation can cancel: updates only, and only until they
/// clean up.
pub(super) fn updating(under_way: &UnderWay) -> Vec<String> {
    let updating = under_way.iter().filter(|(_, status)| *status == UPDATING);
    updating.map(|(stack, _)| stack.clone()).collect()
}

/// Returns what a line means; nothing where it is none of what was offered.
pub(super) fn choose(line: &str, under_way: &UnderWay) -> Option<Choice> {
    match line.trim().to_lowercase().as_str() {
        "" | "k" | "keep" => Some(Choice::Watch),
        "l" | "leave" => Some(Choice::Leave),
        "c" | "cancel" if !updating(under_way).is_empty() => Some(Choice::Cancel),
        _ => None,
    }
}

/// Returns the question.
pub(super) fn question(under_way: &UnderWay) -> String {
    let mut text = String::from("\nCloudFormation is at work:\n");
    for (stack, status) in under_way {
        let _ = writeln!(text, "  {stack}: {}", work(status).0);
    }
    text.push_str("\n  Enter  keep watching\n  l      leave it running\n");
    let updating = updating(under_way);
    if !updating.is_empty() {
        let stacks = updating.join(", ");
        let _ = writeln!(text, "  c      cancel the update of {stacks}");
    }
    let fixed: BTreeSet<&str> = under_way
        .values()
        .filter(|status| *status != UPDATING)
        .map(|status| work(status).1)
        .collect();
    for what in fixed {
        let _ = writeln!(text, "         ({what} cannot be canceled)");
    }
    text + "Your choice, or Ctrl-C again to leave: "
}

/// Returns what a status means, and the name of such work.
fn work(status: &str) -> (&'static str, &'static str) {
    match status {
        UPDATING => ("updating", "an update"),
        "CREATE_IN_PROGRESS" => ("creating", "a creation"),
        "DELETE_IN_PROGRESS" => ("deleting", "a deletion"),
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => ("updated, cleaning up", "a clean-up"),
        _ if status.contains("ROLLBACK") => ("rolling back", "a rollback"),
        _ => ("busy", "this"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under_way(stacks: &[(&str, &str)]) -> UnderWay {
        let owned = |(stack, status): &(&str, &str)| ((*stack).to_owned(), (*status).to_owned());
        stacks.iter().map(owned).collect()
    }

    #[test]
    fn only_ctrl_c_at_a_terminal_while_something_is_under_way_asks() {
        let busy = under_way(&[("a", UPDATING)]);
        assert!(asks(Sign::Interrupt, true, &busy));
        assert!(!asks(Sign::Interrupt, false, &busy));
        assert!(!asks(Sign::Terminate, true, &busy));
        assert!(!asks(Sign::Interrupt, true, &under_way(&[])));
    }

    #[test]
    fn enter_keeps_watching_and_words_count_as_their_letters() {
        let busy = under_way(&[("a", UPDATING)]);
        for (line, choice) in [
            ("", Some(Choice::Watch)),
            ("\n", Some(Choice::Watch)),
            ("L", Some(Choice::Leave)),
            ("leave", Some(Choice::Leave)),
            ("c\n", Some(Choice::Cancel)),
            ("yes", None),
        ] {
            assert_eq!(choose(line, &busy), choice, "{line:?}");
        }
    }

    #[test]
    fn only_updates_that_have_not_come_to_their_clean_up_are_canceled() {
        for (status, canceled) in [
            (UPDATING, true),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", false),
            ("UPDATE_ROLLBACK_IN_PROGRESS", false),
            ("CREATE_IN_PROGRESS", false),
            ("DELETE_IN_PROGRESS", false),
        ] {
            let busy = under_way(&[("a", status)]);
            let choice = choose("c", &busy);
            assert_eq!(choice.is_some(), canceled, "{status}");
            let offered = question(&busy).contains("cancel the update of a");
            assert_eq!(offered, canceled, "{status}");
        }
    }

    #[test]
    fn the_question_names_all_that_is_updating_and_what_cannot_be_canceled() {
        let busy = under_way(&[
            ("shop-dev-a", UPDATING),
            ("shop-dev-b", UPDATING),
            ("shop-dev-c", "CREATE_IN_PROGRESS"),
        ]);
        insta::assert_snapshot!(question(&busy), @r"

        CloudFormation is at work:
          shop-dev-a: updating
          shop-dev-b: updating
          shop-dev-c: creating

          Enter  keep watching
          l      leave it running
          c      cancel the update of shop-dev-a, shop-dev-b
                 (a creation cannot be canceled)
        Your choice, or Ctrl-C again to leave:
        ");
    }
}

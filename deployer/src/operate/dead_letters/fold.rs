//! One failure, told once.
//!
//! A failed execution can be in its queue twice: as the event that tells of it, and as the input that
//! Lambda kept. The event says more, so the input is left out beside it.

use std::collections::BTreeSet;

use super::judge::Verdict;

/// Leaves out the inputs of executions whose event is among the messages, and returns how many those are.
pub(super) fn fold<T>(judged: &mut Vec<(T, Verdict)>) -> usize {
    let told: BTreeSet<String> = judged
        .iter()
        .filter(|(_, verdict)| !verdict.original)
        .filter_map(|(_, verdict)| verdict.execution.clone())
        .collect();
    let before = judged.len();
    judged.retain(|(_, verdict)| {
        let name = verdict.execution.as_deref();
        !(verdict.original && name.is_some_and(|name| told.contains(name)))
    });
    before - judged.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::dead_letters::Reason;

    fn judged(
        id: &'static str,
        execution: Option<&str>,
        original: bool,
    ) -> (&'static str, Verdict) {
        let verdict = Verdict {
            reason: Reason::Failed,
            why: String::new(),
            execution: execution.map(str::to_owned),
            arn: None,
            original,
            payload_hash: None,
        };
        (id, verdict)
    }

    #[test]
    fn an_input_is_left_out_beside_its_event_only() {
        let mut all = vec![
            judged("input of a", Some("a"), true),
            judged("event of a", Some("a"), false),
            judged("input of b", Some("b"), true),
            judged("input without a name", None, true),
            judged("event without a name", None, false),
            judged("second event of a", Some("a"), false),
        ];
        assert_eq!(fold(&mut all), 1);
        let left: Vec<&str> = all.iter().map(|(id, _)| *id).collect();
        assert_eq!(
            left,
            [
                "event of a",
                "input of b",
                "input without a name",
                "event without a name",
                "second event of a"
            ]
        );
    }
}

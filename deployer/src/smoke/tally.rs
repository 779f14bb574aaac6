//! Executions that are counted by how they end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::compare::shown;
use super::copies;
use super::execution::Started;
use super::judge::{self, SeenExecution};
use super::look::{Look, unseen};
use super::play::Play;
use super::scenario::Tally;

impl Play<'_> {
    /// Looks whether the executions that are counted ended as expected: one listing for all of them, and one
    /// request for each that ended.
    pub(super) async fn look_at_tallies(&self) -> Look<()> {
        let wanted = self.tallied_names();
        if wanted.is_empty() {
            return Look::Found(());
        }
        if let Err(look) = self.read_ended(&wanted).await {
            return look;
        }
        let ended = self.ended.lock().await;
        for (message, copies) in self.messages.iter().enumerate() {
            let tallies = self.tallies_of(message);
            let names = copies::names(copies);
            if !tallies.is_empty() {
                match judge_tallies(message, &tallies, &names, &ended) {
                    Look::Found(()) => {}
                    other => return other,
                }
            }
        }
        Look::Found(())
    }

    /// Reads the wanted executions that ended since the last look.
    async fn read_ended(&self, wanted: &BTreeSet<&str>) -> Result<(), Look<()>> {
        let mut ended = self.ended.lock().await;
        if wanted.iter().all(|name| ended.contains_key(*name)) {
            return Ok(());
        }
        let executions = &self.setting.executions;
        let started = executions
            .started_since(self.setting.since, self.id)
            .await
            .map_err(|error| unseen(&error))?;
        for Started { name, arn, .. } in started.iter().filter(|started| started.ended) {
            if wanted.contains(name.as_str()) && !ended.contains_key(name) {
                if let Some(mismatch) = self.setting.live.mismatch(name, arn).await {
                    return Err(Look::Never(mismatch));
                }
                let seen = executions.outcome(arn).await;
                let seen = seen.map_err(|error| unseen(&error))?;
                if seen.ended {
                    ended.insert(name.clone(), Arc::new(seen));
                }
            }
        }
        Ok(())
    }

    /// Returns the names of the executions that are counted.
    pub(super) fn tallied_names(&self) -> BTreeSet<&str> {
        let tallied = self
            .messages
            .iter()
            .enumerate()
            .filter(|(message, _)| !self.tallies_of(*message).is_empty());
        tallied
            .flat_map(|(_, copies)| copies::names(copies))
            .collect()
    }

    fn tallies_of(&self, message: usize) -> Vec<&Tally> {
        let tallies = self.scenario.expect.tallies.iter();
        tallies.filter(|tally| tally.of == message).collect()
    }
}

/// Judges the executions of a message. Each counts for the first tally that it fits.
fn judge_tallies(
    message: usize,
    tallies: &[&Tally],
    names: &BTreeSet<&str>,
    ended: &BTreeMap<String, Arc<SeenExecution>>,
) -> Look<()> {
    let mut counts = vec![0_usize; tallies.len()];
    let mut running = 0;
    for name in names {
        let Some(seen) = ended.get(*name) else {
            running += 1;
            continue;
        };
        let fitting = tallies
            .iter()
            .position(|tally| judge::end(tally.status, tally.result.as_ref(), seen).is_none());
        match fitting.and_then(|place| counts.get_mut(place)) {
            Some(count) => *count += 1,
            None => {
                return Look::Never(format!("{} fits no tally", ending(name, seen)));
            }
        }
    }
    if running > 0 {
        return Look::NotYet(format!(
            "{running} of the {} executions of message {message} have not ended",
            names.len()
        ));
    }
    let wrong: Vec<String> = tallies
        .iter()
        .zip(counts)
        .filter(|(tally, count)| tally.count as usize != *count)
        .map(|(tally, count)| {
            let result = tally.result.as_ref().map(shown);
            format!(
                "{count} ended {} {}, expected {}",
                tally.status.as_str(),
                result.unwrap_or_else(|| "with any result".to_owned()),
                tally.count
            )
        })
        .collect();
    if wrong.is_empty() {
        Look::Found(())
    } else {
        let wrong = wrong.join("; ");
        Look::Never(format!("executions of message {message}: {wrong}"))
    }
}

/// Returns how an execution ended, in words.
pub(super) fn ending(name: &str, seen: &SeenExecution) -> String {
    let outcome = seen.result.as_deref().or(seen.error.as_deref());
    let outcome: String = outcome.unwrap_or_default().chars().take(200).collect();
    format!("execution `{name}`: {} {outcome}", seen.status)
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::{SeenExecution, Tally, judge_tallies};
    use crate::smoke::look::Look;

    fn judged(tallies: &Value, ends: &[(&str, Option<&str>)]) -> Look<()> {
        let tallies: Vec<Tally> = serde_json::from_value(tallies.clone()).unwrap();
        let mut ended = BTreeMap::new();
        for (name, end) in ends {
            if let Some(end) = end {
                let (status, result) = end.split_once(' ').unwrap_or((end, ""));
                let seen = SeenExecution {
                    status: status.to_owned(),
                    ended: true,
                    result: (!result.is_empty()).then(|| format!(r#"{{"result":"{result}"}}"#)),
                    ..SeenExecution::default()
                };
                ended.insert((*name).to_owned(), Arc::new(seen));
            }
        }
        let names = ends.iter().map(|(name, _)| *name).collect();
        judge_tallies(3, &tallies.iter().collect::<Vec<_>>(), &names, &ended)
    }

    fn completed_and_failed() -> Value {
        json!([
            { "of": 3, "status": "SUCCEEDED", "result": { "result": "completed" }, "count": 2 },
            { "of": 3, "status": "FAILED", "count": 1 },
        ])
    }

    #[test]
    fn every_execution_is_counted() {
        let ends = [
            ("a", Some("SUCCEEDED completed")),
            ("b", Some("FAILED")),
            ("c", Some("SUCCEEDED completed")),
        ];
        assert_eq!(judged(&completed_and_failed(), &ends), Look::Found(()));
    }

    #[test]
    fn an_execution_counts_for_the_first_tally_that_it_fits() {
        let tallies = json!([
            { "of": 3, "status": "SUCCEEDED", "result": { "result": "completed" }, "count": 1 },
            { "of": 3, "status": "SUCCEEDED", "count": 1 },
        ]);
        let ends = [
            ("a", Some("SUCCEEDED completed")),
            ("b", Some("SUCCEEDED short")),
        ];
        assert_eq!(judged(&tallies, &ends), Look::Found(()));
    }

    #[test]
    fn wrong_numbers_are_told_when_all_have_ended() {
        let mut ends = [
            ("a", Some("SUCCEEDED completed")),
            ("b", Some("FAILED")),
            ("c", None),
        ];
        assert_eq!(
            judged(&completed_and_failed(), &ends),
            Look::NotYet("1 of the 3 executions of message 3 have not ended".to_owned())
        );
        ends[2].1 = Some("FAILED");
        assert_eq!(
            judged(&completed_and_failed(), &ends),
            Look::Never(
                r#"executions of message 3: 1 ended SUCCEEDED {"result":"completed"}, expected 2; 2 ended FAILED with any result, expected 1"#
                    .to_owned()
            )
        );
    }

    #[test]
    fn an_end_that_nobody_counts_is_never_right() {
        let ends = [
            ("a", None),
            ("b", Some("SUCCEEDED short")),
            ("c", Some("FAILED")),
        ];
        assert_eq!(
            judged(&completed_and_failed(), &ends),
            Look::Never(r#"execution `b`: SUCCEEDED {"result":"short"} fits no tally"#.to_owned())
        );
    }
}

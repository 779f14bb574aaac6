//! Which messages are meant.

use super::judge::{Verdict, judge};
use super::letter::Letter;
use super::queues::DeadQueue;
use super::reason::Reason;
use crate::aws::Clients;
use crate::error::{Error, Kind, Result};

/// Which messages are meant; what is not said takes all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Their ids, or how these begin.
    pub ids: Vec<String>,
    /// Their reasons.
    pub reasons: Vec<Reason>,
    /// How many at the most.
    pub limit: Option<usize>,
}

impl Selection {
    /// Returns whether every message is meant, up to the limit.
    pub(super) fn is_everything(&self) -> bool {
        self.ids.is_empty() && self.reasons.is_empty()
    }

    /// Returns after how many messages no other one can be meant.
    pub(super) fn most(&self) -> usize {
        /// How long a whole id is: a UUID.
        const WHOLE: usize = 36;
        if self.ids.is_empty() {
            return self.limit.unwrap_or(usize::MAX);
        }
        // Whether a part of an id means one message only is known when all were seen.
        let whole = self.ids.iter().all(|id| id.len() >= WHOLE);
        if whole { self.ids.len() } else { usize::MAX }
    }

    fn names(&self, letter: &Letter) -> bool {
        self.ids.is_empty() || self.ids.iter().any(|id| letter.id.starts_with(id.as_str()))
    }

    /// Returns those of the messages that are meant, without asking why they are in the queue where that does not
    /// decide.
    pub(super) async fn letters(
        &self,
        clients: &Clients,
        stage: &str,
        queue: &DeadQueue,
        mut letters: Vec<Letter>,
    ) -> Result<Vec<Letter>> {
        if self.reasons.is_empty() {
            letters.retain(|letter| self.names(letter));
            return Ok(letters);
        }
        let part = self.part(clients, stage, queue, letters).await?;
        Ok(part.into_iter().map(|(letter, _)| letter).collect())
    }

    /// Returns those of the messages that are meant, each with why it is in the queue.
    pub(super) async fn part(
        &self,
        clients: &Clients,
        stage: &str,
        queue: &DeadQueue,
        letters: Vec<Letter>,
    ) -> Result<Vec<(Letter, Verdict)>> {
        let named: Vec<Letter> = letters
            .into_iter()
            .filter(|letter| self.names(letter))
            .collect();
        let verdicts = judge(clients, stage, queue, &named).await?;
        let judged = named.into_iter().zip(verdicts);
        Ok(judged
            .filter(|(_, verdict)| {
                self.reasons.is_empty() || self.reasons.contains(&verdict.reason)
            })
            .collect())
    }

    /// Returns the selection with whole ids, those of `found`.
    ///
    /// # Errors
    ///
    /// An id that no message has, or that several begin with.
    pub(super) fn resolved(&self, found: &[&str]) -> Result<Self> {
        let mut ids = Vec::new();
        for wanted in &self.ids {
            let matching = found.iter().filter(|id| id.starts_with(wanted.as_str()));
            let matching: Vec<&&str> = matching.collect();
            match matching.as_slice() {
                [id] => ids.push((**id).to_owned()),
                [] => {
                    return Err(Error::new(
                        Kind::WrongState,
                        format!("no message has an id that begins with `{wanted}`"),
                    )
                    .hint("`deployer dlq peek` shows messages with their ids; one that somebody else is working on comes back into sight later"));
                }
                several => {
                    let error = Error::new(
                        Kind::WrongState,
                        format!(
                            "{} messages have ids that begin with `{wanted}`",
                            several.len()
                        ),
                    );
                    let told = several.iter().map(|id| (**id).to_owned());
                    return Err(told.fold(error, Error::detail).hint("give more of the id"));
                }
            }
        }
        let named = (!ids.is_empty()).then_some(ids.len());
        Ok(Self {
            ids,
            reasons: self.reasons.clone(),
            limit: self
                .limit
                .map_or(named, |limit| Some(limit.min(named.unwrap_or(limit)))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Selection;

    #[test]
    fn an_id_may_be_cut_as_long_as_it_means_one_message() {
        let resolved = |id: &str| {
            let selection = Selection {
                ids: vec![id.to_owned()],
                ..Selection::default()
            };
            let resolved = selection.resolved(&["abc-1", "abd-2"]);
            resolved.map(|selection| selection.ids)
        };
        assert_eq!(resolved("abc").unwrap(), ["abc-1"]);
        let several = resolved("ab").unwrap_err();
        assert_eq!(several.details(), ["abc-1", "abd-2"]);
        assert!(resolved("b").is_err());
    }
}

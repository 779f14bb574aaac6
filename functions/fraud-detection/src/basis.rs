//! What a score is based on.

use agent::Failure;
use serde::{Deserialize, Serialize};

use crate::score::Score;

/// Who scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScorerKind {
    /// The rules.
    Rules,
    /// A model that works with tools, after the rules.
    Agent,
}

impl ScorerKind {
    /// Returns the stored spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Agent => "agent",
        }
    }

    /// Reads the stored spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Rules, Self::Agent]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// What a score is based on, where an agent was to give it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Whose score it is.
    pub decided_by: ScorerKind,
    /// The score of the rules.
    pub rules_score: Score,
    /// What the agent thinks, if it gave an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Opinion>,
    /// Why it gave none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// What an agent thinks of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opinion {
    /// Its score.
    pub score: Score,
    /// Why, for the fraud department to read.
    pub reason: String,
}

impl Basis {
    /// Returns the score that counts and what it is based on. What the rules say is the least, unless `agent_decides`.
    pub(crate) fn of(
        rules_score: Score,
        outcome: Result<Opinion, Failure>,
        agent_decides: bool,
    ) -> (Score, Self) {
        let (agent, failure) = match outcome {
            Ok(opinion) => (Some(opinion), None),
            Err(failure) => (None, Some(failure)),
        };
        let allowed = agent
            .as_ref()
            .map(|opinion| opinion.score)
            .filter(|score| agent_decides || *score >= rules_score);
        let decided_by = match allowed {
            Some(_) => ScorerKind::Agent,
            None => ScorerKind::Rules,
        };
        let basis = Self {
            decided_by,
            rules_score,
            agent,
            failure,
        };
        (allowed.unwrap_or(rules_score), basis)
    }
}

#[cfg(test)]
mod tests {
    use agent::Failure;

    use super::{Basis, Opinion, ScorerKind};
    use crate::score::Score;

    #[test]
    fn an_agent_makes_the_rules_stricter_only_unless_it_decides() {
        let score = |score| Score::new(score).unwrap();
        for (rules, agent, decides, expected, by) in [
            (3, 1, false, 3, ScorerKind::Rules),
            (3, 3, false, 3, ScorerKind::Agent),
            (3, 5, false, 5, ScorerKind::Agent),
            (3, 1, true, 1, ScorerKind::Agent),
            (3, 4, true, 4, ScorerKind::Agent),
        ] {
            let opinion = Opinion {
                score: score(agent),
                reason: "because".to_owned(),
            };
            let (decided, basis) = Basis::of(score(rules), Ok(opinion.clone()), decides);
            assert_eq!((u8::from(decided), basis.decided_by), (expected, by));
            assert_eq!((basis.agent, basis.failure), (Some(opinion), None));
        }
        let failed = Err(Failure::Throttled);
        let (decided, basis) = Basis::of(score(2), failed, true);
        assert_eq!((decided, basis.decided_by), (score(2), ScorerKind::Rules));
        let basis = serde_json::to_value(basis).unwrap();
        let expected = r#"{"decided_by":"rules","rules_score":2,"failure":"throttled"}"#;
        assert_eq!(basis.to_string(), expected);
    }
}

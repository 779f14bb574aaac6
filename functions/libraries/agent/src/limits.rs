//! How much a model may be called.

use std::time::Duration;

use crate::failure::Failure;
use crate::message::Usage;

/// How much all calls for one answer may take together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How often the model is called.
    pub turns: u32,
    /// How many tokens it reads and writes.
    pub tokens: u64,
    /// How many tokens one call writes.
    pub answer_tokens: u32,
    /// From the first call to the end of the last.
    pub time: Duration,
    /// What they cost, if that is limited.
    pub cost: Option<Cost>,
}

/// What calls cost, in billionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// A token that is read.
    pub input: u64,
    /// A token that is written.
    pub output: u64,
    /// The most that all calls may cost.
    pub most: u64,
}

impl Cost {
    fn of(self, usage: Usage) -> u64 {
        let input = usage.input.saturating_mul(self.input);
        input.saturating_add(usage.output.saturating_mul(self.output))
    }
}

/// What was used so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Used {
    pub(crate) turns: u32,
    pub(crate) usage: Usage,
    pub(crate) time: Duration,
    last: Usage,
}

impl Used {
    pub(crate) fn add(&mut self, usage: Usage) {
        self.turns += 1;
        self.usage = self.usage.and(usage);
        self.last = usage;
    }
}

impl Limits {
    /// Returns why no other call may be made. It would read what the last one read and wrote, at least, and may write
    /// as much as a call may.
    pub(crate) fn forbid(&self, used: &Used) -> Option<Failure> {
        let next = Usage {
            input: used.last.total(),
            output: self.answer_tokens.into(),
        };
        let usage = used.usage.and(next);
        if used.turns >= self.turns {
            Some(Failure::TooManyTurns)
        } else if used.time >= self.time {
            Some(Failure::TooSlow)
        } else if usage.total() > self.tokens {
            Some(Failure::TooManyTokens)
        } else if self.cost.is_some_and(|cost| cost.of(usage) > cost.most) {
            Some(Failure::TooCostly)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Cost, Limits, Used};
    use crate::failure::Failure;
    use crate::message::Usage;

    const LIMITS: Limits = Limits {
        turns: 3,
        tokens: 1_000,
        answer_tokens: 100,
        time: Duration::from_mins(1),
        cost: Some(Cost {
            input: 1,
            output: 5,
            most: 1_460,
        }),
    };

    fn after(calls: &[(u64, u64)], seconds: u64) -> Option<Failure> {
        let mut used = Used {
            time: Duration::from_secs(seconds),
            ..Used::default()
        };
        for (input, output) in calls {
            used.add(Usage {
                input: *input,
                output: *output,
            });
        }
        LIMITS.forbid(&used)
    }

    #[test]
    fn a_call_is_forbidden_that_might_exceed_what_all_may_take() {
        assert_eq!(after(&[], 0), None);
        assert_eq!(after(&[(100, 10)], 59), None);
        assert_eq!(after(&[(100, 10)], 60), Some(Failure::TooSlow));
        let thrice = [(10, 10); 3];
        assert_eq!(after(&thrice, 0), Some(Failure::TooManyTurns));
        // The next one reads 450 and writes up to 100.
        assert_eq!(after(&[(440, 10)], 0), None);
        assert_eq!(after(&[(441, 10)], 0), Some(Failure::TooManyTokens));
        // Both together read 260 for 260, and write up to 240 for 1,200.
        assert_eq!(after(&[(60, 140)], 0), None);
        assert_eq!(after(&[(59, 141)], 0), Some(Failure::TooCostly));
    }
}

//! Why there is no answer.

use serde::{Deserialize, Serialize};
use steps::RecordedError;

/// Why a model gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// It said something, and called neither a tool nor gave an answer.
    NoAnswer,
    /// Its answer is not of the shape that was asked for.
    WrongSchema,
    /// It refused, or a filter did.
    Refused,
    /// It had more to say than it may write or remember.
    CutOff,
    /// It had no answer after so many calls.
    TooManyTurns,
    /// Another call might read and write more than all calls may.
    TooManyTokens,
    /// Another call might cost more than all calls may.
    TooCostly,
    /// It took too long.
    TooSlow,
    /// The service has too much to do, or the account too small a quota.
    Throttled,
    /// The service did not do what it was asked to.
    Unavailable,
    /// The account may not use the model yet.
    NotEnabled,
    /// The model is only there through an inference profile.
    NeedsProfile,
    /// There is no such model in the region.
    UnknownModel,
    /// The function's role, or the organization, does not allow it.
    NotAllowed,
    /// The service does not take the request.
    Rejected,
}

impl Failure {
    /// All failures.
    pub const ALL: [Self; 15] = [
        Self::NoAnswer,
        Self::WrongSchema,
        Self::Refused,
        Self::CutOff,
        Self::TooManyTurns,
        Self::TooManyTokens,
        Self::TooCostly,
        Self::TooSlow,
        Self::Throttled,
        Self::Unavailable,
        Self::NotEnabled,
        Self::NeedsProfile,
        Self::UnknownModel,
        Self::NotAllowed,
        Self::Rejected,
    ];

    /// Returns the recorded spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::WrongSchema => "wrong_schema",
            Self::Refused => "refused",
            Self::CutOff => "cut_off",
            Self::TooManyTurns => "too_many_turns",
            Self::TooManyTokens => "too_many_tokens",
            Self::TooCostly => "too_costly",
            Self::TooSlow => "too_slow",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::NotEnabled => "not_enabled",
            Self::NeedsProfile => "needs_profile",
            Self::UnknownModel => "unknown_model",
            Self::NotAllowed => "not_allowed",
            Self::Rejected => "rejected",
        }
    }

    /// Returns the way out.
    pub fn hint(self) -> &'static str {
        match self {
            Self::NoAnswer | Self::WrongSchema | Self::Refused => {
                "try another model with the evaluations, or another wording of the instructions"
            }
            Self::CutOff => "raise `answer_tokens` of the workflow's `model`",
            Self::TooManyTurns => "raise `turns` of the workflow's `model`",
            Self::TooManyTokens => "raise `tokens` of the workflow's `model`",
            Self::TooCostly => "raise `cost` of the workflow's `model`",
            Self::TooSlow => "raise `time` of the workflow's `model`, or choose a faster one",
            Self::Throttled => "ask for a higher quota of the model in Service Quotas",
            Self::Unavailable => "look at the AWS Health Dashboard; executions to come try again",
            Self::NotEnabled => {
                "let the account use the model, in the Amazon Bedrock console of this region under Model catalog; some providers want a form about the use case first"
            }
            Self::NeedsProfile => {
                "say which of its inference profiles to use, such as `profile: eu`, in the workflow's `model`"
            }
            Self::UnknownModel => {
                "look up which models this region has: aws bedrock list-foundation-models"
            }
            Self::NotAllowed => {
                "deploy the workflow again, and look for a service control policy that denies bedrock:InvokeModel, maybe in a region of the inference profile"
            }
            Self::Rejected => {
                "choose a model that takes tools, and a call of one as the only reply, in Converse"
            }
        }
    }

    fn error_type(self) -> &'static str {
        match self {
            Self::TooSlow => "ModelTooSlow",
            Self::Throttled => "ModelThrottled",
            Self::Unavailable => "ModelUnavailable",
            Self::NotEnabled => "ModelNotEnabled",
            Self::NeedsProfile => "ModelNeedsProfile",
            Self::UnknownModel => "ModelUnknown",
            Self::NotAllowed => "ModelNotAllowed",
            // The others are conclusions from replies, and never a step's error.
            _ => "ModelRejected",
        }
    }

    /// Returns what the error type of a step stands for.
    pub(crate) fn of_error_type(error_type: &str) -> Self {
        let mut known = Self::ALL
            .into_iter()
            .filter(|failure| *failure >= Self::TooSlow);
        known
            .find(|failure| failure.error_type() == error_type)
            .unwrap_or(Self::Unavailable)
    }
}

/// A model did not reply. Has nothing in it of what the model was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the model `{model}` gave no reply ({code}); {}", failure.hint())]
pub struct ModelError {
    /// Which model.
    pub model: String,
    /// Why.
    pub failure: Failure,
    /// The service's code.
    pub code: String,
}

impl RecordedError for ModelError {
    fn error_type(&self) -> &'static str {
        self.failure.error_type()
    }

    fn is_permanent(&self) -> bool {
        !matches!(self.failure, Failure::Throttled | Failure::Unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn failures_have_one_spelling_and_those_of_steps_a_type_of_their_own() {
        for failure in Failure::ALL {
            let spelled = serde_json::to_value(failure).unwrap();
            assert_eq!(spelled, failure.as_str());
            if failure >= Failure::TooSlow {
                assert_eq!(Failure::of_error_type(failure.error_type()), failure);
            }
        }
        assert_eq!(Failure::of_error_type("StepPanicked"), Failure::Unavailable);
    }
}

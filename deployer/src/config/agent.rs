//! What files may say of models.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::{Dollars, Span};

/// Who scores, in a workflow that does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scorer {
    /// Rules in its code.
    #[default]
    Rules,
    /// Its `model`, after the rules and within what they allow.
    Agent,
}

/// A model of Amazon Bedrock that an orchestrator may call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The model's id, such as `amazon.nova-lite-v1:0`.
    pub id: String,
    /// The inference profile of Bedrock that spreads its calls over regions: `eu`, `us`, `apac`, `global` and so on.
    #[serde(default)]
    pub profile: Option<String>,
    /// How often it is called for one answer at most.
    pub turns: u32,
    /// How many tokens all calls for one answer read and write together at most.
    pub tokens: u64,
    /// How many tokens one call writes at most.
    pub answer_tokens: u32,
    /// From the first call for an answer to the end of the last at most.
    pub time: Span,
    /// What all calls for one answer cost at most; by default only the tokens limit that.
    #[serde(default)]
    pub cost: Option<Dollars>,
    /// What a million tokens cost that it reads.
    #[serde(default)]
    pub input_price: Option<Dollars>,
    /// What a million tokens cost that it writes.
    #[serde(default)]
    pub output_price: Option<Dollars>,
}

impl Model {
    /// Returns what it is called by: its id, or that of the inference profile.
    pub fn called(&self) -> String {
        match &self.profile {
            Some(profile) => format!("{profile}.{}", self.id),
            None => self.id.clone(),
        }
    }
}

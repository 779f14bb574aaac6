//! A model that works with tools inside a durable workflow, towards one answer of a fixed shape.
//!
//! ```text
//! work ─▶ turn-1 (model) ─▶ turn-1-<tool> … ─▶ turn-2 (model) ─▶ … ─▶ the answer, or why there is none
//!            step                step                step
//! ```
//!
//! [`work`] is one durable operation: a child context with a step for every call of the model and for every call of a
//! tool. What was recorded is never asked for again, so that a kill costs at most the call under way. A [`Task`] says
//! what the model is told, which tools it has and what its answer looks like; [`Bedrock`] calls a model by the Converse
//! API of Amazon Bedrock.
//!
//! # What the model may do
//!
//! It may call the tools of the task, and give one answer, which is a tool's call too: its schema is sent along, and
//! [`Task::read`] judges what comes. Nothing else that it says has any effect. A tool decides itself whose data it reads;
//! let none take an id from the model.
//!
//! What a message of the outside says belongs into [`quoted`] text: it cannot leave its quotation marks, and the
//! instructions say that it is data. That is no proof against a model that follows it all the same, so that what an
//! answer can do has to be bounded by the workflow.
//!
//! # When there is no answer
//!
//! [`Conclusion::outcome`] is then a [`Failure`]. No call is made that would exceed [`Limits`]: turns, tokens, time and
//! cost. Throttles and errors of the service are tried three times, one and two seconds apart; what a call that took too
//! long has cost is not paid again. An error names the model, the service's code and the way out, never the service's
//! text, which may quote what the model was told.
//!
//! No sampling settings are sent, since newer models refuse them. Models have to know the tool choice `any`, as those of
//! Anthropic, Amazon and Mistral do.
//!
//! # Environment
//!
//! | variable | meaning |
//! |---|---|
//! | `MODEL_ID` | the model, or its inference profile; without it there is none |
//! | `MODEL_TURNS` | how often it is called at most |
//! | `MODEL_TOKENS` | how many tokens all calls together may read and write |
//! | `MODEL_ANSWER_TOKENS` | how many tokens one call may write |
//! | `MODEL_SECONDS` | from the first call to the end of the last |
//! | `MODEL_INPUT_PRICE`, `MODEL_OUTPUT_PRICE`, `MODEL_COST` | optional, all or none, in billionths of a US dollar: what a token read and one written costs, and what all calls together may cost |
//!
//! # Needs
//!
//! `bedrock:InvokeModel` on the model and, for an inference profile, on the profile and the model in all of its regions.

mod bedrock;
mod clock;
mod document;
mod failure;
mod limits;
mod message;
mod model;
mod quoted;
mod refusal;
mod settings;
mod task;
mod work;

pub use bedrock::Bedrock;
pub use failure::{Failure, ModelError};
pub use limits::{Cost, Limits};
pub use message::{Call, CallResult, Content, Message, Reply, Role, Usage};
pub use model::{Model, Request};
pub use quoted::quoted;
pub use settings::{Settings, SettingsError};
pub use task::{Task, Tool};
pub use work::{Agent, Conclusion, work};

//! The loop.

use std::sync::Arc;
use std::time::Duration;

use aws_durable_execution_sdk::{
    BoxError, DurableContext, OperationError, OperationErrorKind, SdkConfig,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use steps::{Schedule, repeatable};

use crate::bedrock::Bedrock;
use crate::clock::now;
use crate::failure::{Failure, ModelError};
use crate::limits::{Limits, Used};
use crate::message::{Call, CallResult, Content, Message, Reply, Role, Usage};
use crate::model::{Model, Request};
use crate::settings::Settings;
use crate::task::{Task, Tool};

/// Three attempts, one and two seconds apart.
const BRIEF: Schedule = Schedule::new(3, Duration::from_secs(2));
/// How many tools one reply may call.
const MOST_CALLS: usize = 4;
/// How many bytes the result of a tool may have: the model reads it again with every turn to come.
const LARGEST_RESULT: usize = 16 * 1024;
/// How a reply ends that calls tools.
const CALLS_TOOLS: &str = "tool_use";

/// A model, and how much it may be called for one answer.
pub struct Agent {
    model: Box<dyn Model>,
    limits: Limits,
    clock: fn() -> u64,
}

impl Agent {
    /// Returns the agent of a model.
    pub fn new(model: impl Model + 'static, limits: Limits) -> Self {
        Self {
            model: Box::new(model),
            limits,
            clock: now,
        }
    }

    /// Returns the agent that `settings` describe.
    pub fn on_aws(config: &SdkConfig, settings: Settings) -> Self {
        Self::new(Bedrock::new(config, settings.model), settings.limits)
    }

    /// Returns the agent with another clock, of milliseconds since 1970.
    #[must_use]
    pub fn with_clock(self, clock: fn() -> u64) -> Self {
        Self { clock, ..self }
    }
}

/// What came of a model's work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion<A> {
    /// Its answer, or why there is none.
    pub outcome: Result<A, Failure>,
    /// How often it replied.
    pub turns: u32,
    /// What it read and wrote.
    pub usage: Usage,
}

/// Lets a model work on a task until it gives its answer, or until it may not be called any more.
///
/// In the history it is a child context with the name of the task, and in it a step `turn-<n>` for every call of the
/// model, with `turn-<n>-<tool>` for every tool that it then calls; those after the first one of a name have a number.
pub async fn work<T: Task>(
    context: &DurableContext,
    agent: &Arc<Agent>,
    task: &Arc<T>,
) -> Result<Conclusion<T::Answer>, OperationError> {
    let (agent, task) = (Arc::clone(agent), Arc::clone(task));
    let name = task.name();
    context
        .run_in_child_context(move |context| Work::of(context, agent, task).run())
        .name(name)
        .await
}

/// What a step of the model records.
#[derive(Debug, Serialize, Deserialize)]
struct Turn {
    reply: Reply,
    began: u64,
    ended: u64,
}

/// The work on one task.
struct Work<T> {
    context: DurableContext,
    agent: Arc<Agent>,
    task: Arc<T>,
    tools: Arc<Vec<Tool>>,
    messages: Vec<Message>,
    used: Used,
    began: Option<u64>,
}

impl<T: Task> Work<T> {
    fn of(context: DurableContext, agent: Arc<Agent>, task: Arc<T>) -> Self {
        let question = Message {
            role: Role::User,
            content: vec![Content::Text(task.question())],
        };
        let mut tools = task.tools();
        tools.push(task.answer());
        Self {
            context,
            agent,
            task,
            tools: Arc::new(tools),
            messages: vec![question],
            used: Used::default(),
            began: None,
        }
    }

    async fn run(mut self) -> Result<Conclusion<T::Answer>, BoxError> {
        let outcome = self.converse().await?;
        if let Err(failure) = &outcome {
            tracing::warn!(
                reason = failure.as_str(),
                hint = failure.hint(),
                "the model gave no answer"
            );
        }
        Ok(Conclusion {
            outcome,
            turns: self.used.turns,
            usage: self.used.usage,
        })
    }

    async fn converse(&mut self) -> Result<Result<T::Answer, Failure>, OperationError> {
        loop {
            if let Some(failure) = self.agent.limits.forbid(&self.used) {
                return Ok(Err(failure));
            }
            let name = format!("turn-{}", self.used.turns + 1);
            let reply = match self.turn(&name).await {
                Ok(reply) => reply,
                Err(error) => return failure_of(error).map(Err),
            };
            if let Some(failure) = dead_end(&reply) {
                return Ok(Err(failure));
            }
            let answer = self.task.answer().name;
            let calls = reply.calls();
            let mut answers = calls.iter().filter(|call| call.tool == answer);
            match (answers.next(), answers.next()) {
                (Some(call), None) => {
                    return Ok(self.task.read(&call.input).ok_or(Failure::WrongSchema));
                }
                (Some(_), Some(_)) => return Ok(Err(Failure::WrongSchema)),
                (None, _) => {}
            }
            let results = self.call(&name, &calls).await?;
            self.say(Role::Assistant, reply.content);
            self.say(Role::User, results);
        }
    }

    /// Has the model reply, in a step.
    async fn turn(&mut self, name: &str) -> Result<Reply, OperationError> {
        let (agent, tools) = (Arc::clone(&self.agent), Arc::clone(&self.tools));
        let (instructions, messages) = (self.task.instructions(), self.messages.clone());
        let within = agent.limits.time.saturating_sub(self.used.time);
        let turn: Turn = repeatable(&self.context, name, BRIEF, async move {
            let began = (agent.clock)();
            let request = Request {
                instructions: &instructions,
                messages: &messages,
                tools: &tools,
                answer_tokens: agent.limits.answer_tokens,
                within,
            };
            let reply = agent.model.reply(&request).await?;
            let ended = (agent.clock)();
            Ok::<_, ModelError>(Turn {
                reply,
                began,
                ended,
            })
        })
        .await?;
        let began = *self.began.get_or_insert(turn.began);
        self.used.time = Duration::from_millis(turn.ended.saturating_sub(began));
        self.used.add(turn.reply.usage);
        Ok(turn.reply)
    }

    /// Calls tools, each in a step.
    async fn call(&self, turn: &str, calls: &[&Call]) -> Result<Vec<Content>, OperationError> {
        let mut results = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for (index, call) in calls.iter().enumerate() {
            let known = self.tools.iter().find(|tool| tool.name == call.tool);
            let result = match known {
                None => Err("there is no such tool".to_owned()),
                Some(_) if index >= MOST_CALLS => {
                    Err(format!("at most {MOST_CALLS} tools are called at once"))
                }
                Some(tool) => {
                    names.push(tool.name);
                    let count = names.iter().filter(|name| **name == tool.name).count();
                    let mut name = format!("{turn}-{}", tool.name);
                    if count > 1 {
                        name = format!("{name}-{count}");
                    }
                    self.use_tool(&name, tool.name, &call.input).await?
                }
            };
            results.push(Content::Result(CallResult {
                id: call.id.clone(),
                result,
            }));
        }
        Ok(results)
    }

    async fn use_tool(
        &self,
        name: &str,
        tool: &'static str,
        input: &Value,
    ) -> Result<Result<Value, String>, OperationError> {
        let (task, input) = (Arc::clone(&self.task), input.clone());
        let called = repeatable(&self.context, name, BRIEF, async move {
            task.call(tool, &input).await
        });
        match called.await {
            Ok(result) if result.to_string().len() > LARGEST_RESULT => {
                Ok(Err("the result is too large; ask for less".to_owned()))
            }
            Ok(result) => Ok(Ok(result)),
            Err(error) if matches!(error.kind(), OperationErrorKind::Step(_)) => {
                Ok(Err("the tool is out of order".to_owned()))
            }
            Err(error) => Err(error),
        }
    }

    fn say(&mut self, role: Role, content: Vec<Content>) {
        self.messages.push(Message { role, content });
    }
}

/// Returns why a reply leads nowhere.
fn dead_end(reply: &Reply) -> Option<Failure> {
    match reply.stop.as_str() {
        CALLS_TOOLS if !reply.calls().is_empty() => None,
        "refusal" | "content_filtered" | "guardrail_intervened" => Some(Failure::Refused),
        "max_tokens" | "model_context_window_exceeded" => Some(Failure::CutOff),
        "malformed_model_output" | "malformed_tool_use" => Some(Failure::WrongSchema),
        _ => Some(Failure::NoAnswer),
    }
}

/// Returns why a call of the model failed; the error, where it is the execution's.
fn failure_of(error: OperationError) -> Result<Failure, OperationError> {
    if !matches!(error.kind(), OperationErrorKind::Step(_)) {
        return Err(error);
    }
    let error_type = error.wire().and_then(|wire| wire.error_type());
    Ok(Failure::of_error_type(error_type.unwrap_or_default()))
}

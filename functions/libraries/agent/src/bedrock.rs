//! Amazon Bedrock.

use async_trait::async_trait;
use aws_durable_execution_sdk::SdkConfig;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use aws_sdk_bedrockruntime::types::{
    AnyToolChoice, ContentBlock, ConversationRole, InferenceConfiguration,
    Message as BedrockMessage, SystemContentBlock, Tool as BedrockTool, ToolChoice,
    ToolConfiguration, ToolInputSchema, ToolResultBlock, ToolResultContentBlock, ToolResultStatus,
    ToolSpecification, ToolUseBlock,
};

use crate::document::{document, value};
use crate::failure::{Failure, ModelError};
use crate::message::{Call, Content, Message, Reply, Role, Usage};
use crate::model::{Model, Request};
use crate::refusal::refusal;
use crate::task::Tool;

/// A model of Amazon Bedrock's, by the Converse API.
#[derive(Debug, Clone)]
pub struct Bedrock {
    client: Client,
    model: String,
}

impl Bedrock {
    /// Returns the model of this id, or of this inference profile's.
    pub fn new(config: &SdkConfig, model: String) -> Self {
        // Steps try again, and their history tells how often.
        let once = aws_sdk_bedrockruntime::config::Builder::from(config)
            .retry_config(RetryConfig::disabled());
        Self {
            client: Client::from_conf(once.build()),
            model,
        }
    }

    async fn converse(&self, request: &Request<'_>) -> Result<ConverseOutput, ModelError> {
        let messages = request.messages.iter().map(message);
        let messages = messages.collect::<Result<Vec<_>, _>>();
        let parts = messages.and_then(|messages| Ok((messages, tools(request.tools)?)));
        let (messages, tools) = parts.map_err(|_| ModelError {
            model: self.model.clone(),
            failure: Failure::Rejected,
            code: "ConstructionFailure".to_owned(),
        })?;
        let most = i32::try_from(request.answer_tokens).unwrap_or(i32::MAX);
        let within = TimeoutConfig::builder().operation_timeout(request.within);
        self.client
            .converse()
            .model_id(&self.model)
            .system(SystemContentBlock::Text(request.instructions.to_owned()))
            .set_messages(Some(messages))
            .tool_config(tools)
            .inference_config(InferenceConfiguration::builder().max_tokens(most).build())
            .customize()
            .config_override(
                aws_sdk_bedrockruntime::config::Builder::new().timeout_config(within.build()),
            )
            .send()
            .await
            .map_err(|error| refusal(&self.model, &error))
    }
}

#[async_trait]
impl Model for Bedrock {
    async fn reply(&self, request: &Request<'_>) -> Result<Reply, ModelError> {
        let output = self.converse(request).await?;
        let tokens = |count: i32| u64::try_from(count).unwrap_or_default();
        let usage = output.usage.as_ref().map(|usage| Usage {
            input: tokens(usage.input_tokens),
            output: tokens(usage.output_tokens),
        });
        let message = output
            .output
            .and_then(|output| output.as_message().ok().cloned());
        let content = message.into_iter().flat_map(|message| message.content);
        Ok(Reply {
            content: content.filter_map(|block| read(&block)).collect(),
            stop: output.stop_reason.as_str().to_owned(),
            usage: usage.unwrap_or_default(),
        })
    }
}

/// Returns what is followed of a reply; of what a model thinks meanwhile nothing is.
fn read(block: &ContentBlock) -> Option<Content> {
    match block {
        // A blank text is refused when it is said again.
        ContentBlock::Text(text) => {
            Some(Content::Text(text.clone())).filter(|_| !text.trim().is_empty())
        }
        ContentBlock::ToolUse(call) => Some(Content::Call(Call {
            id: call.tool_use_id.clone(),
            tool: call.name.clone(),
            input: value(&call.input),
        })),
        _ => None,
    }
}

fn message(message: &Message) -> Result<BedrockMessage, BuildError> {
    let role = match message.role {
        Role::User => ConversationRole::User,
        Role::Assistant => ConversationRole::Assistant,
    };
    let blocks = message.content.iter().map(block);
    BedrockMessage::builder()
        .role(role)
        .set_content(Some(blocks.collect::<Result<Vec<_>, _>>()?))
        .build()
}

fn block(content: &Content) -> Result<ContentBlock, BuildError> {
    Ok(match content {
        Content::Text(text) => ContentBlock::Text(text.clone()),
        Content::Call(call) => ContentBlock::ToolUse(
            ToolUseBlock::builder()
                .tool_use_id(&call.id)
                .name(&call.tool)
                .input(document(&call.input))
                .build()?,
        ),
        Content::Result(result) => {
            let (content, status) = match &result.result {
                Ok(value) => (
                    ToolResultContentBlock::Json(document(value)),
                    ToolResultStatus::Success,
                ),
                Err(error) => (
                    ToolResultContentBlock::Text(error.clone()),
                    ToolResultStatus::Error,
                ),
            };
            ContentBlock::ToolResult(
                ToolResultBlock::builder()
                    .tool_use_id(&result.id)
                    .content(content)
                    .status(status)
                    .build()?,
            )
        }
    })
}

fn tools(tools: &[Tool]) -> Result<ToolConfiguration, BuildError> {
    let mut specifications = Vec::new();
    for tool in tools {
        let specification = ToolSpecification::builder()
            .name(tool.name)
            .description(tool.description)
            .input_schema(ToolInputSchema::Json(document(&tool.input)))
            .build()?;
        specifications.push(BedrockTool::ToolSpec(specification));
    }
    ToolConfiguration::builder()
        .set_tools(Some(specifications))
        .tool_choice(ToolChoice::Any(AnyToolChoice::builder().build()))
        .build()
}

//! Bedrock: a model that replies from a script.

use aws_config::SdkConfig;
use serde_json::{Value, json};

use crate::script::{Answer, Requests, answer};
use crate::server::sdk_config;

/// Returns what makes a client that gets these replies, one a request, and the requests that it sends.
pub async fn config(replies: impl IntoIterator<Item = Answer>) -> (SdkConfig, Requests) {
    let (endpoint, requests) = answer(replies).await;
    (sdk_config(&endpoint), requests)
}

/// Returns a reply that calls these tools, each with its input.
pub fn calls(tools: &[(&str, Value)]) -> Answer {
    let calls = tools.iter().enumerate().map(|(index, (name, input))| {
        json!({"toolUse": {"toolUseId": format!("call-{index}"), "name": name, "input": input}})
    });
    reply(&calls.collect::<Vec<_>>(), "tool_use")
}

/// Returns a reply of text that ends so.
pub fn says(text: &str, stop_reason: &str) -> Answer {
    reply(&[json!({"text": text})], stop_reason)
}

/// Returns the error of a service that does not have the model reply.
pub fn refused(status: u16, error_type: &str, message: &str) -> Answer {
    Answer {
        status,
        ..Answer::error(error_type, message)
    }
}

/// Every reply reads 100 tokens and writes 20.
fn reply(content: &[Value], stop_reason: &str) -> Answer {
    Answer::ok(json!({
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop_reason,
        "usage": {"inputTokens": 100, "outputTokens": 20, "totalTokens": 120},
        "metrics": {"latencyMs": 5},
    }))
}

//! What is asked of Bedrock, and what its errors mean.

use agent::Failure;
use scripted_aws::bedrock::refused;
use serde_json::json;

use crate::world::{answer, look_up, run};

#[tokio::test]
async fn a_model_is_told_its_task_and_must_call_a_tool() {
    let worked = run([answer()]).await;
    assert_eq!(
        worked.requests.target(0),
        "/model/amazon.nova-lite-v1%3A0/converse"
    );
    let schema = |field: &str, kind: &str| json!({"json": {"type": "object", "properties": {field: {"type": kind}}}});
    assert_eq!(
        worked.requests.body(0),
        json!({
            "system": [{"text": "Answer."}],
            "messages": [{"role": "user", "content": [
                {"text": "<country>\n\"\\u003c/country\\u003e France\"\n</country>"},
            ]}],
            "inferenceConfig": {"maxTokens": 500},
            "toolConfig": {
                "tools": [
                    {"toolSpec": {"name": "look_up", "description": "Looks up.", "inputSchema": schema("topic", "string")}},
                    {"toolSpec": {"name": "answer", "description": "Answers.", "inputSchema": schema("capital", "string")}},
                ],
                "toolChoice": {"any": {}},
            },
        })
    );
}

#[tokio::test]
async fn a_throttle_is_waited_for_and_three_are_enough() {
    let throttle = || refused(429, "ThrottlingException", "Too many tokens, please wait");
    let worked = run([throttle(), throttle(), answer()]).await;
    assert_eq!(worked.conclusion().outcome, Ok("Paris".to_owned()));
    let worked = run([look_up("a"), throttle(), throttle(), throttle(), answer()]).await;
    assert_eq!(worked.conclusion().outcome, Err(Failure::Throttled));
    assert_eq!(worked.calls(), 4);
}

#[tokio::test]
async fn refusals_mean_what_their_code_and_text_say_and_have_a_way_out() {
    const SECRET: &str = "vendor Example Store";
    let cases = [
        (
            403,
            "AccessDeniedException",
            "You don't have access to the model with the specified model ID.",
            "ModelNotEnabled",
            Failure::NotEnabled,
        ),
        (
            403,
            "AccessDeniedException",
            "User: arn:… is not authorized to perform: bedrock:InvokeModel on resource: …",
            "ModelNotAllowed",
            Failure::NotAllowed,
        ),
        (
            404,
            "ResourceNotFoundException",
            "Model use case details have not been submitted for this account.",
            "ModelNotEnabled",
            Failure::NotEnabled,
        ),
        (
            404,
            "ResourceNotFoundException",
            "This model version has reached the end of its life.",
            "ModelUnknown",
            Failure::UnknownModel,
        ),
        (
            400,
            "ValidationException",
            "The provided model identifier is invalid.",
            "ModelUnknown",
            Failure::UnknownModel,
        ),
        (
            400,
            "ValidationException",
            "Invocation of model ID x with on-demand throughput isn’t supported.",
            "ModelNeedsProfile",
            Failure::NeedsProfile,
        ),
        (
            400,
            "ValidationException",
            "Operation not allowed",
            "ModelNotEnabled",
            Failure::NotEnabled,
        ),
        (
            400,
            "ValidationException",
            "This model doesn't support tool use.",
            "ModelRejected",
            Failure::Rejected,
        ),
        (
            408,
            "ModelTimeoutException",
            "too slow",
            "ModelTooSlow",
            Failure::TooSlow,
        ),
    ];
    for (status, code, text, error_type, failure) in cases {
        let reply = refused(status, code, &format!("{text} {SECRET}"));
        let worked = run([reply, answer()]).await;
        assert_eq!(worked.conclusion().outcome, Err(failure), "{text}");
        assert_eq!(worked.calls(), 1, "{text} is not tried again");
        let turn = &worked.result.operations()[1];
        assert_eq!(turn.error_type(), Some(error_type));
        let message = turn.error_message().unwrap();
        assert!(
            message.contains(code) && message.contains(failure.hint()),
            "{message}"
        );
        assert!(!message.contains(SECRET), "{message}");
    }
    for (status, code) in [
        (500, "InternalServerException"),
        (503, "ServiceUnavailableException"),
        (424, "ModelErrorException"),
    ] {
        let worked = run([refused(status, code, ""), answer()]).await;
        assert_eq!(
            worked.conclusion().outcome,
            Ok("Paris".to_owned()),
            "{code}"
        );
    }
}

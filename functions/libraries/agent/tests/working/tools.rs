//! Tools on the way to an answer.

use scripted_aws::bedrock::calls;
use serde_json::json;

use crate::world::{answer, look_up, run};

#[tokio::test]
async fn two_tools_are_called_and_then_the_answer_is_given_each_in_a_step() {
    let worked = run([look_up("a"), look_up("b"), answer()]).await;
    assert_eq!(worked.conclusion().outcome, Ok("Paris".to_owned()));
    assert_eq!(
        worked.names(),
        [
            "geography",
            "turn-1",
            "turn-1-look_up",
            "turn-2",
            "turn-2-look_up",
            "turn-3"
        ]
    );
    let conclusion = worked.conclusion();
    let usage = (conclusion.usage.input, conclusion.usage.output);
    assert_eq!((conclusion.turns, usage), (3, (300, 60)));
    let last = worked.requests.body(2);
    let messages = last["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 5);
    assert_eq!(
        messages[4]["content"],
        json!([{"toolResult": {
            "toolUseId": "call-0",
            "content": [{"json": {"found": "b"}}],
            "status": "success",
        }}])
    );
}

#[tokio::test]
async fn mistakes_of_the_model_and_failures_of_tools_are_told_to_it() {
    let worked = run([
        calls(&[
            ("look_up", json!({"topic": "a"})),
            ("delete_everything", json!({})),
            ("look_up", json!({"topic": "large"})),
            ("look_up", json!({"topic": "broken"})),
            ("look_up", json!({"topic": "one too many"})),
        ]),
        answer(),
    ])
    .await;
    assert!(worked.conclusion().outcome.is_ok());
    let request = worked.requests.body(1);
    let results = request["messages"][2]["content"].as_array().unwrap();
    let text = |index: usize| results[index]["toolResult"]["content"][0]["text"].as_str();
    assert_eq!(text(0), None);
    assert_eq!(text(1), Some("there is no such tool"));
    assert_eq!(text(2), Some("the result is too large; ask for less"));
    assert_eq!(text(3), Some("the tool is out of order"));
    assert_eq!(text(4), Some("at most 4 tools are called at once"));
    assert_eq!(results[4]["toolResult"]["status"], "error");
    assert_eq!(
        worked.lookups, 5,
        "one each, and two tries more of the broken one"
    );
    let names = worked.names();
    assert!(names.contains(&"turn-1-look_up-3"), "{names:?}");
}

#[tokio::test]
async fn two_answers_at_once_are_none() {
    let both = calls(&[
        ("answer", json!({"capital": "Paris"})),
        ("answer", json!({"capital": "Rome"})),
    ]);
    let worked = run([both]).await;
    let failure = worked.conclusion().outcome.clone().unwrap_err();
    assert_eq!(failure.as_str(), "wrong_schema");
}

//! How much a model may be called, and what of its replies leads nowhere.

use std::time::Duration;

use agent::{Cost, Failure, Limits};
use aws_durable_execution_sdk::test_util::LocalRunner;
use scripted_aws::bedrock::{calls, says};
use serde_json::json;

use crate::world::{LIMITS, Worked, answer, look_up, run, run_with};

/// Has a model look things up for ever.
async fn endless(limits: Limits) -> Worked {
    let replies = (0..20).map(|topic| look_up(&topic.to_string()));
    run_with(LocalRunner::new(), limits, replies).await
}

#[tokio::test]
async fn a_model_that_never_answers_is_called_so_often_and_no_more() {
    let turns = Limits {
        turns: 10,
        ..LIMITS
    };
    // Every call reads 100 tokens and writes 20, and may write 500.
    let tokens = Limits {
        tokens: 1_000,
        ..LIMITS
    };
    let cost = Limits {
        cost: Some(Cost {
            input: 60,
            output: 240,
            most: 150_000,
        }),
        ..LIMITS
    };
    for (limits, failure, calls) in [
        (turns, Failure::TooManyTurns, 10),
        (tokens, Failure::TooManyTokens, 4),
        (cost, Failure::TooCostly, 3),
    ] {
        let worked = endless(limits).await;
        assert_eq!(worked.conclusion().outcome, Err(failure));
        assert_eq!(worked.calls(), calls, "{failure:?}");
    }
}

#[tokio::test]
async fn time_is_what_the_steps_recorded() {
    let limits = Limits {
        time: Duration::from_secs(1),
        ..LIMITS
    };
    let worked = endless(limits).await;
    assert_eq!(worked.conclusion().outcome, Err(Failure::TooSlow));
    assert_eq!(worked.calls(), 1);
}

#[tokio::test]
async fn replies_that_lead_nowhere_end_the_work_at_once() {
    for (reply, failure) in [
        (says("Paris!", "end_turn"), Failure::NoAnswer),
        (says("", "end_turn"), Failure::NoAnswer),
        (says("no calls", "tool_use"), Failure::NoAnswer),
        (says("I cannot", "refusal"), Failure::Refused),
        (says("", "content_filtered"), Failure::Refused),
        (says("Blocked.", "guardrail_intervened"), Failure::Refused),
        (says("Par", "max_tokens"), Failure::CutOff),
        (says("{", "malformed_tool_use"), Failure::WrongSchema),
        (
            calls(&[("answer", json!({"city": 1}))]),
            Failure::WrongSchema,
        ),
        (calls(&[("answer", json!("Paris"))]), Failure::WrongSchema),
    ] {
        let worked = run([reply.clone(), answer()]).await;
        assert_eq!(worked.conclusion().outcome, Err(failure), "{reply:?}");
        assert_eq!(worked.calls(), 1, "{reply:?}");
    }
}

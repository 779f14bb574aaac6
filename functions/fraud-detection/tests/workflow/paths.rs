//! Every path of the workflow while everything works.

use aws_durable_execution_sdk::test_util::LocalRunner;
use fraud_detection::{Channel, Outcome, VerificationOutcome};
use serde_json::json;

use crate::messages::{APPROVED, DECLINED, medium, message, verdict};
use crate::world::{LONGEST_WAIT, World, names, operation};

#[tokio::test]
async fn low_risk_is_authorized_at_once() {
    let world = World::default();
    let result = world.run(LocalRunner::new(), message(10_000)).await;
    let expected = verdict(10_000, 1, Outcome::Authorized, None);
    assert_eq!(result.output(), Some(&expected));
    assert_eq!(
        names(&result),
        [("fraud-check", "Succeeded"), ("authorize", "Succeeded")]
    );
    assert_eq!(result.invocation_count(), 1);
    assert_eq!(world.statuses(), ["authorized"]);
    let charge = world.state().charges.get("tx-1001").cloned().unwrap();
    assert_eq!((charge.amount, charge.currency.as_str()), (10_000, "USD"));
    assert_eq!(world.charges(), (1, 1));
}

#[tokio::test]
async fn high_risk_goes_to_the_fraud_department_without_suspension() {
    let world = World::default();
    let result = world.run(LocalRunner::new(), message(1_000_000)).await;
    let expected = verdict(1_000_000, 5, Outcome::SentToFraudDepartment, None);
    assert_eq!(result.output(), Some(&expected));
    assert_eq!(
        names(&result),
        [
            ("fraud-check", "Succeeded"),
            ("send-to-fraud-department", "Succeeded")
        ]
    );
    assert_eq!(world.statuses(), ["fraud_department"]);
    assert_eq!(world.reason(), Some("high_score"));
    assert_eq!(world.charges(), (0, 0));
}

#[tokio::test]
async fn a_given_score_wins_over_the_rules() {
    for (given, result_name) in [
        (1, "authorized"),
        (2, "authorized"),
        (5, "sent_to_fraud_department"),
    ] {
        let world = World::default();
        let mut message = medium();
        message["score"] = json!(given);
        let result = world.run(LocalRunner::new(), message).await;
        let output = serde_json::to_value(result.output().unwrap()).unwrap();
        assert_eq!(
            output,
            json!({
                "transaction_id": "1001",
                "amount": 650_000,
                "currency": "USD",
                "fraud_score": given,
                "result": result_name,
                "verification": null,
            })
        );
        assert_eq!(world.state().score_calls, 0);
    }
}

#[tokio::test]
async fn an_approval_by_sms_charges_and_the_email_stays_unanswered() {
    let world = World::default();
    let runner = LocalRunner::new().callback_success(&APPROVED);
    let result = world.run(runner, medium()).await;
    let verification = (VerificationOutcome::Approved, Some(Channel::Sms));
    let expected = verdict(650_000, 3, Outcome::Authorized, Some(verification));
    assert_eq!(result.output(), Some(&expected));
    let json = serde_json::to_value(expected.verification).unwrap();
    assert_eq!(json, json!({"outcome": "approved", "channel": "sms"}));
    let mut operations = names(&result);
    operations.sort_unstable();
    assert_eq!(
        operations,
        [
            ("ask-email", "Started"),
            ("ask-sms", "Succeeded"),
            ("email", "Started"),
            ("finalize", "Succeeded"),
            ("fraud-check", "Succeeded"),
            ("sms", "Succeeded"),
            ("suspend", "Succeeded"),
            ("verification", "Succeeded"),
        ]
    );
    for (name, sub_type) in [
        ("suspend", "Step"),
        ("verification", "Parallel"),
        ("sms", "ParallelBranch"),
        ("ask-sms", "WaitForCallback"),
    ] {
        assert_eq!(
            operation(&result, name).sub_type(),
            Some(sub_type),
            "{name}"
        );
    }
}

#[tokio::test]
async fn each_side_effect_happens_once_over_all_replays() {
    let world = World::default();
    let runner = LocalRunner::new().callback_success(&APPROVED);
    let result = world.run(runner, medium()).await;
    assert!(result.invocation_count() >= 2, "it was suspended");
    assert_eq!(world.state().score_calls, 1);
    assert_eq!(world.statuses(), ["suspended", "authorized"]);
    assert_eq!(world.asked(), [Channel::Sms, Channel::Email]);
    assert_eq!(world.charges(), (1, 1));
    let state = world.state();
    let mut ids: Vec<_> = state
        .questions
        .iter()
        .map(|question| &question.callback_id)
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 2, "each channel has a callback of its own");
    assert_eq!(state.questions[0].answer_within_seconds, LONGEST_WAIT);
}

#[tokio::test]
async fn an_approval_by_email_decides_when_the_sms_was_not_answered() {
    let world = World::default();
    let runner = LocalRunner::new()
        .callback_timeout()
        .callback_success(&APPROVED);
    let result = world.run(runner, medium()).await;
    let verification = (VerificationOutcome::Approved, Some(Channel::Email));
    let expected = verdict(650_000, 3, Outcome::Authorized, Some(verification));
    assert_eq!(result.output(), Some(&expected));
    assert_eq!(
        operation(&result, "sms").error_type(),
        Some("VerificationTimedOut")
    );
    assert_eq!(world.charges(), (1, 1));
}

#[tokio::test]
async fn a_refusal_declines_and_never_charges() {
    let world = World::default();
    let runner = LocalRunner::new().callback_success(&DECLINED);
    let result = world.run(runner, medium()).await;
    let verification = (VerificationOutcome::Declined, Some(Channel::Sms));
    let expected = verdict(650_000, 3, Outcome::Declined, Some(verification));
    assert_eq!(result.output(), Some(&expected));
    assert_eq!(world.statuses(), ["suspended", "declined"]);
    assert_eq!(world.charges(), (0, 0));
    assert!(operation(&result, "decline").succeeded());
}

#[tokio::test]
async fn a_refusal_is_never_charged_whatever_the_other_channel_says_at_the_same_moment() {
    for answers in [
        [DECLINED, APPROVED],
        [APPROVED, DECLINED],
        [DECLINED, DECLINED],
    ] {
        let world = World::default();
        let [sms, email] = answers;
        let runner = LocalRunner::new()
            .callback_success(&sms)
            .callback_success(&email);
        let result = world.run(runner, medium()).await;
        assert_eq!(result.output().unwrap().result, Outcome::Declined);
        assert_eq!(world.charges(), (0, 0));
    }
}

#[tokio::test]
async fn no_answer_in_time_escalates() {
    let world = World::default();
    let runner = LocalRunner::new().callback_timeout().callback_timeout();
    let result = world.run(runner, medium()).await;
    let verification = (VerificationOutcome::TimedOut, None);
    let expected = verdict(
        650_000,
        3,
        Outcome::SentToFraudDepartment,
        Some(verification),
    );
    assert_eq!(result.output(), Some(&expected));
    assert_eq!(world.statuses(), ["suspended", "fraud_department"]);
    assert_eq!(world.reason(), Some("timed_out"));
    assert!(operation(&result, "escalate").succeeded());
    assert_eq!(world.charges(), (0, 0));
}

#[tokio::test]
async fn an_answer_of_another_form_fails_its_channel_only() {
    for wrong in [
        json!("approved"),
        json!({"decision": "maybe"}),
        json!({}),
        json!(null),
    ] {
        let world = World::default();
        let runner = LocalRunner::new()
            .callback_success(&wrong)
            .callback_success(&APPROVED);
        let result = world.run(runner, medium()).await;
        let verification = (VerificationOutcome::Approved, Some(Channel::Email));
        let expected = verdict(650_000, 3, Outcome::Authorized, Some(verification));
        assert_eq!(result.output(), Some(&expected), "{wrong}");
        assert_eq!(
            operation(&result, "sms").error_type(),
            Some("ChannelUnreachable")
        );
    }
}

#[tokio::test]
async fn an_answer_may_say_more_than_the_decision() {
    let world = World::default();
    let answer = json!({"decision": "approved", "device": "phone"});
    let result = world
        .run(LocalRunner::new().callback_success(&answer), medium())
        .await;
    assert_eq!(result.output().unwrap().result, Outcome::Authorized);
}

#[tokio::test]
async fn a_message_with_mistakes_fails_the_execution_with_all_of_them_and_does_nothing() {
    let world = World::default();
    let message = json!({"transaction_id": "1001", "amount": -5, "currency": "usd", "vendor": "x"});
    let result = world.run(LocalRunner::new(), message).await;
    assert!(result.is_failure());
    assert_eq!(result.error_type(), Some("InvalidTransaction"));
    let message = result.error_message().unwrap();
    for field in ["amount", "currency", "location"] {
        assert!(message.contains(&format!("`{field}` must be")), "{message}");
    }
    assert!(result.operations().is_empty());
    for message in [json!("text"), json!(null), json!([])] {
        let result = world.run(LocalRunner::new(), message).await;
        assert_eq!(result.error_type(), Some("InvalidTransaction"));
    }
    assert_eq!(world.state().score_calls, 0);
}

#[tokio::test]
async fn the_wait_of_the_message_is_the_wait_of_the_question() {
    let world = World::default();
    let mut message = medium();
    message["answer_within_seconds"] = json!(5);
    let runner = LocalRunner::new().callback_success(&APPROVED);
    world.run(runner, message).await;
    assert_eq!(world.state().questions[0].answer_within_seconds, 5);
}

//! The workflow while services fail and checkpoints are lost.

use aws_durable_execution_sdk::test_util::LocalRunner;
use fraud_detection::{
    Channel, Entry, EscalationReason, Outcome, Score, Status, VerificationOutcome,
};
use serde_json::json;

use crate::messages::{APPROVED, DECLINED, medium, message, verdict};
use crate::world::{World, operation};

#[tokio::test]
async fn a_notifier_that_recovers_is_asked_again() {
    let world = World::default();
    world.state().failing_questions.insert(Channel::Sms, 3);
    let runner = LocalRunner::new().callback_success(&APPROVED);
    let result = world.run(runner, medium()).await;
    assert_eq!(result.output().unwrap().result, Outcome::Authorized);
}

#[tokio::test]
async fn a_channel_that_cannot_be_asked_leaves_the_decision_to_the_other() {
    let world = World::default();
    world
        .state()
        .failing_questions
        .insert(Channel::Sms, usize::MAX);
    let runner = LocalRunner::new()
        .callback_success(&json!("never read"))
        .callback_success(&DECLINED);
    let result = world.run(runner, medium()).await;
    let verification = (VerificationOutcome::Declined, Some(Channel::Email));
    let expected = verdict(650_000, 3, Outcome::Declined, Some(verification));
    assert_eq!(result.output(), Some(&expected));
}

#[tokio::test]
async fn two_channels_that_cannot_be_asked_escalate() {
    let world = World::default();
    world
        .state()
        .failing_questions
        .insert(Channel::Sms, usize::MAX);
    world
        .state()
        .failing_questions
        .insert(Channel::Email, usize::MAX);
    let result = world.run(LocalRunner::new(), medium()).await;
    let verification = (VerificationOutcome::Unreachable, None);
    let expected = verdict(
        650_000,
        3,
        Outcome::SentToFraudDepartment,
        Some(verification),
    );
    assert_eq!(result.output(), Some(&expected));
    assert_eq!(world.reason(), Some("unreachable"));
    assert_eq!(world.asked().len(), 8, "four times a channel");
}

#[tokio::test]
async fn a_charge_that_is_not_confirmed_is_repeated_and_made_once() {
    for (amount, name) in [(10_000, "authorize"), (650_000, "finalize")] {
        let world = World::default();
        world.state().unconfirmed_charges = 2;
        let runner = LocalRunner::new().callback_success(&APPROVED);
        let result = world.run(runner, message(amount)).await;
        assert_eq!(result.output().unwrap().result, Outcome::Authorized);
        assert_eq!(operation(&result, name).attempt(), 2);
        assert_eq!(world.charges(), (1, 3));
    }
}

#[tokio::test]
async fn a_gateway_that_stays_away_fails_the_execution_with_its_type() {
    let world = World::default();
    world.state().unconfirmed_charges = usize::MAX;
    let result = world.run(LocalRunner::new(), message(10_000)).await;
    assert!(result.is_failure());
    assert_eq!(result.error_type(), Some("ServiceUnavailable"));
    assert_eq!(world.charges(), (1, 4));
    assert!(world.statuses().is_empty());
}

#[tokio::test]
async fn a_checkpoint_lost_after_the_charge_does_not_charge_twice() {
    // Of the four checkpoints of the low-risk path, the last one records the step `authorize`.
    let world = World::default();
    let runner = LocalRunner::new().fail_checkpoints_after_retryable(3, 1);
    let result = world.run(runner, message(10_000)).await;
    assert_eq!(result.output().unwrap().result, Outcome::Authorized);
    assert_eq!(result.invocation_count(), 2);
    assert_eq!(world.charges(), (1, 2));
    assert_eq!(world.statuses(), ["authorized", "authorized"]);
}

#[tokio::test]
async fn whichever_checkpoint_is_lost_nothing_is_charged_twice_or_asked_with_another_callback() {
    for skipped in 0..40 {
        let world = World::default();
        let runner = LocalRunner::new()
            .callback_success(&APPROVED)
            .fail_checkpoints_after_retryable(skipped, 1);
        let result = world.run(runner, medium()).await;
        assert!(
            result.is_success(),
            "{skipped}: {:?}",
            result.error_message()
        );
        let outcome = result.output().unwrap().result;
        // The loss of the fourth one interrupts the suspension, which shortens the way.
        if skipped < 10 && skipped != 3 {
            assert!(
                result.invocation_count() > 2,
                "{skipped}: no checkpoint was lost"
            );
        }
        let (made, _) = world.charges();
        let expected = usize::from(outcome == Outcome::Authorized);
        assert_eq!(made, expected, "{skipped}");
        let state = world.state();
        for channel in Channel::ALL {
            let mut ids: Vec<_> = state
                .questions
                .iter()
                .filter(|question| question.channel == channel)
                .map(|question| question.callback_id.as_str())
                .collect();
            ids.dedup();
            assert!(ids.len() <= 1, "{skipped}: {ids:?}");
        }
    }
}

#[tokio::test]
async fn checkpoints_that_are_refused_fail_the_execution_without_a_charge() {
    let world = World::default();
    let runner = LocalRunner::new().fail_next_checkpoints(1);
    let result = world.run(runner, message(10_000)).await;
    assert!(result.is_failure());
    assert_eq!(world.charges(), (0, 0));
    assert_eq!(world.state().score_calls, 0);
}

#[tokio::test]
async fn an_interrupted_suspension_is_neither_repeated_nor_failed_but_escalated() {
    // The third checkpoint starts the step `suspend`, the fourth records its end.
    let world = World::default();
    let runner = LocalRunner::new().fail_checkpoints_after_retryable(3, 1);
    let result = world.run(runner, medium()).await;
    let expected = verdict(650_000, 3, Outcome::SentToFraudDepartment, None);
    assert_eq!(result.output(), Some(&expected));
    assert!(operation(&result, "suspend").failed());
    assert_eq!(
        world.statuses(),
        ["suspended", "fraud_department"],
        "suspended once"
    );
    assert_eq!(world.reason(), Some("suspension_interrupted"));
    assert!(world.asked().is_empty());
    assert_eq!(world.charges(), (0, 0));
}

#[tokio::test]
async fn a_failed_suspension_is_escalated_without_a_retry() {
    let world = World::default();
    world.state().failing_records = 1;
    let result = world.run(LocalRunner::new(), medium()).await;
    let expected = verdict(650_000, 3, Outcome::SentToFraudDepartment, None);
    assert_eq!(result.output(), Some(&expected));
    assert_eq!(operation(&result, "suspend").attempt(), 0);
    assert_eq!(world.statuses(), ["fraud_department"]);
}

#[tokio::test]
async fn what_cannot_be_scored_counts_as_the_highest_risk() {
    let world = World::default();
    world.state().failing_scorer = true;
    let result = world.run(LocalRunner::new(), message(10_000)).await;
    let expected = verdict(10_000, 5, Outcome::SentToFraudDepartment, None);
    assert_eq!(result.output(), Some(&expected));
    assert_eq!(world.state().score_calls, 4);
    assert_eq!(
        operation(&result, "fraud-check").error_type(),
        Some("ServiceUnavailable")
    );
}

#[tokio::test]
async fn a_panic_fails_its_step_and_not_the_process() {
    let world = World::default();
    world.state().panicking_scorer = true;
    let result = world.run(LocalRunner::new(), message(10_000)).await;
    assert_eq!(
        result.output().unwrap().result,
        Outcome::SentToFraudDepartment
    );
    assert_eq!(
        operation(&result, "fraud-check").error_type(),
        Some("StepPanicked")
    );
}

#[tokio::test]
async fn a_transaction_with_a_final_status_is_not_charged_and_not_tried_again() {
    let world = World::default();
    world.state().history.push(Entry {
        transaction_id: "1001".to_owned(),
        status: Status::FraudDepartment,
        amount: 10_000,
        currency: "USD".to_owned(),
        fraud_score: Score::HIGHEST,
        reason: Some(EscalationReason::HighScore),
        assessed: None,
    });
    let result = world.run(LocalRunner::new(), message(10_000)).await;
    assert_eq!(result.error_type(), Some("StatusConflict"));
    assert_eq!(operation(&result, "authorize").attempt(), 0);
    assert_eq!(world.charges(), (0, 0));
}

//! What is sent again, and what never is.

use aws_durable_execution_sdk::test_util::LocalRunner;
use questions::{Channel, Refusal};

use crate::world::{World, answer, operation, question};

fn throttled() -> Refusal {
    Refusal::Refused {
        code: "Throttled".to_owned(),
        permanent: false,
    }
}

fn opted_out() -> Refusal {
    Refusal::Refused {
        code: "OptedOutException".to_owned(),
        permanent: true,
    }
}

fn lost() -> Refusal {
    Refusal::Unknown {
        code: "Timeout".to_owned(),
    }
}

#[tokio::test]
async fn what_was_refused_for_now_is_sent_again() {
    let world = World::default();
    world.outbox.refuse(Channel::Sms, throttled());
    world.outbox.refuse(Channel::Sms, throttled());
    let result = world.ask(LocalRunner::new(), question()).await;
    assert!(result.is_suspended());
    assert_eq!(world.sent(), [1, 1]);
}

#[tokio::test]
async fn what_was_refused_for_good_fails_its_channel_with_the_code_alone() {
    let world = World::default();
    world.outbox.refuse(Channel::Sms, opted_out());
    let runner = LocalRunner::new()
        .callback_success(&answer("never read"))
        .callback_success(&answer("declined"));
    let result = world.ask(runner, question()).await;
    assert_eq!(result.output().unwrap(), "declined by email");
    assert_eq!(
        operation(&result, "sms").error_type(),
        Some("ChannelUnreachable")
    );
    let told = operation(&result, "sms").error_message().unwrap();
    assert!(told.contains("OptedOutException"), "{told}");
    assert_eq!(world.sent(), [0, 1]);
}

#[tokio::test]
async fn what_may_have_been_sent_is_waited_for_and_not_sent_again() {
    let world = World::default();
    world.outbox.refuse(Channel::Sms, lost());
    let runner = LocalRunner::new().callback_success(&answer("approved"));
    let result = world.ask(runner, question()).await;
    assert_eq!(result.output().unwrap(), "approved by sms");
    assert_eq!(world.sent(), [1, 1]);
}

#[tokio::test]
async fn whichever_checkpoint_is_lost_nobody_gets_a_message_twice() {
    for skipped in 0..20 {
        let world = World::default();
        let runner = LocalRunner::new()
            .callback_success(&answer("approved"))
            .fail_checkpoints_after_retryable(skipped, 1);
        let result = world.ask(runner, question()).await;
        assert!(
            result.is_success(),
            "{skipped}: {:?}",
            result.error_message()
        );
        let [sms, email] = world.sent();
        assert!(sms <= 1 && email <= 1, "{skipped}: {:?}", world.sent());
    }
}

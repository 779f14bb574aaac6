//! What comes of a question.

use std::time::Duration;

use aws_durable_execution_sdk::test_util::LocalRunner;
use questions::{Channel, Contact, Question, Who, Wording, Wordings};

use crate::world::{ADDRESS, PHONE, TEXT, World, ada, answer, operation, question, wording};

#[tokio::test]
async fn the_first_answer_decides_and_the_other_channel_stays_open() {
    let world = World::default();
    let runner = LocalRunner::new().callback_success(&answer("approved"));
    let result = world.ask(runner, question()).await;
    assert_eq!(result.output().unwrap(), "approved by sms");
    let mut names: Vec<_> = result
        .operations()
        .iter()
        .filter_map(|operation| Some((operation.name()?, operation.status())))
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            ("ask-email", "Started"),
            ("ask-sms", "Succeeded"),
            ("email", "Started"),
            ("order-check", "Succeeded"),
            ("sms", "Succeeded"),
        ]
    );
    assert_eq!(world.sent(), [1, 1]);
}

#[tokio::test]
async fn links_differ_and_their_tokens_are_stored_as_hashes_only() {
    let world = World::default();
    let runner = LocalRunner::new().callback_success(&answer("declined"));
    world.ask(runner, question()).await;
    let callbacks = world.callbacks();
    assert_eq!(callbacks.len(), 2);
    assert_ne!(callbacks[0], callbacks[1]);
    let asked = world.records.asked();
    let questions: Vec<_> = asked.values().map(|asked| &asked.question).collect();
    assert_eq!(questions[0], questions[1], "one question has many links");
    for (_, _, text) in world.outbox.messages() {
        assert!(callbacks.iter().all(|callback| !text.contains(callback)));
    }
}

#[tokio::test]
async fn nothing_of_the_message_is_in_the_history() {
    let world = World::default();
    let runner = LocalRunner::new()
        .callback_success(&answer("perhaps"))
        .callback_timeout();
    let result = world.ask(runner, question()).await;
    assert_eq!(result.output().unwrap(), "timed out");
    assert_eq!(
        operation(&result, "sms").error_type(),
        Some("ChannelUnreachable")
    );
    assert_eq!(
        operation(&result, "email").error_type(),
        Some("OrderCheckTimedOut")
    );
    let mut secrets = world.tokens();
    secrets.extend([PHONE, ADDRESS, TEXT, "Your order", "ada"].map(str::to_owned));
    for operation in result.operations() {
        let seen = format!(
            "{:?} {:?} {:?}",
            operation.result(),
            operation.error_message(),
            operation.name()
        );
        for secret in &secrets {
            assert!(!seen.contains(secret.as_str()), "{secret} in {seen}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_contact_fails_its_channel_only() {
    let no_number = Contact {
        phone: None,
        ..ada()
    };
    let no_country = Contact {
        phone: Some("2025550123".to_owned()),
        ..ada()
    };
    for contact in [no_number, no_country] {
        let world = World::default();
        // The callback of the channel that fails is open for a moment, and takes the first outcome.
        let runner = LocalRunner::new()
            .callback_success(&answer("never read"))
            .callback_success(&answer("declined"));
        let who = Who::Directly(contact);
        let result = world.ask(runner, Question { who, ..question() }).await;
        assert_eq!(result.output().unwrap(), "declined by email");
        assert_eq!(world.sent(), [0, 1]);
    }
    let injected = Contact {
        email: Some("ada@example.com\r\nBcc: eve@example.com".to_owned()),
        ..ada()
    };
    let world = World::default();
    let runner = LocalRunner::new().callback_success(&answer("approved"));
    let who = Who::Directly(injected);
    let result = world.ask(runner, Question { who, ..question() }).await;
    assert_eq!(result.output().unwrap(), "approved by sms");
    assert_eq!(world.sent(), [1, 0]);
}

#[tokio::test]
async fn whom_nobody_knows_cannot_be_asked() {
    let world = World::default();
    let who = Who::Known("nobody".to_owned());
    let result = world
        .ask(LocalRunner::new(), Question { who, ..question() })
        .await;
    assert_eq!(result.output().unwrap(), "unreachable");
    assert_eq!(world.sent(), [0, 0]);
}

#[tokio::test]
async fn a_text_too_long_for_texts_goes_by_email() {
    let world = World::default();
    let long = Question {
        wordings: Wordings::english(wording(&"a".repeat(2000))),
        ..question()
    };
    let runner = LocalRunner::new()
        .callback_success(&answer("never read"))
        .callback_success(&answer("approved"));
    let result = world.ask(runner, long).await;
    assert_eq!(result.output().unwrap(), "approved by email");
    assert_eq!(world.sent(), [0, 1]);
}

#[tokio::test]
async fn whoever_does_not_answer_is_reminded_once_with_a_link_of_its_own() {
    let world = World::default();
    let patient = Question {
        channels: vec![Channel::Sms],
        remind_after: Some(Duration::from_mins(10)),
        ..question()
    };
    let result = world.ask(LocalRunner::new(), patient.clone()).await;
    assert!(result.is_suspended(), "{:?}", result.error_message());
    assert_eq!(world.sent(), [2, 0]);
    let messages = world.outbox.messages();
    assert!(!messages[0].2.starts_with("Erinnerung: "));
    assert!(messages[1].2.starts_with("Erinnerung: "));
    let tokens = world.tokens();
    assert_ne!(tokens[0], tokens[1]);
    let callbacks = world.callbacks();
    assert_eq!(callbacks[0], callbacks[1]);
    assert!(operation(&result, "remind-sms").succeeded());

    let world = World::default();
    let runner = LocalRunner::new().callback_success(&answer("approved"));
    let result = world.ask(runner, patient.clone()).await;
    assert_eq!(result.output().unwrap(), "approved by sms");
    let world = World::default();
    let result = world
        .ask(LocalRunner::new().callback_timeout(), patient)
        .await;
    assert_eq!(result.output().unwrap(), "timed out");
}

#[tokio::test]
async fn names_of_all_scripts_arrive_as_they_are_and_end_no_line() {
    let world = World::default();
    let name = "متجر الكتب 🦀 «Łódź»";
    let worded = Wording {
        subject: format!("{name}\r\nBcc: eve@example.com"),
        ..wording(&format!("{name}\r\n\u{202e}?"))
    };
    let asked = Question {
        wordings: Wordings::english(worded),
        ..question()
    };
    let runner = LocalRunner::new().callback_success(&answer("approved"));
    world.ask(runner, asked).await;
    assert_eq!(world.sent(), [1, 1]);
    for (channel, _, text) in world.outbox.messages() {
        let first = text.lines().next().unwrap();
        assert!(first.starts_with(name), "{first}");
        let is_whole = channel == Channel::Sms || first.ends_with("Bcc: eve@example.com");
        assert!(is_whole, "a subject is one line: {text}");
        assert!(!text.contains(['\r', '\u{202e}']), "{text}");
    }
}

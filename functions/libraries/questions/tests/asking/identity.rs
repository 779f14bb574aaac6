//! What whoever answers has to know besides having the link.

use aws_durable_execution_sdk::test_util::LocalRunner;
use questions::{Contact, Identity, Question, TokenHash, Who};

use crate::world::{World, ada, answer, operation, question};

fn asking_for_it() -> World {
    World {
        identity: Some(Identity::CardDigits),
        ..World::default()
    }
}

#[tokio::test]
async fn a_link_keeps_a_code_of_the_identity_under_its_own_token() {
    let world = asking_for_it();
    let runner = LocalRunner::new().callback_success(&answer("approved"));
    let result = world.ask(runner, question()).await;
    assert_eq!(result.output().unwrap(), "approved by sms");
    let asked = world.records.asked();
    let tokens = world.tokens();
    let checks: Vec<_> = tokens
        .iter()
        .map(|token| asked[&TokenHash::of(token)].check.clone().unwrap())
        .collect();
    assert_ne!(checks[0].code, checks[1].code);
    for (check, token) in checks.iter().zip(&tokens) {
        assert!(check.is_met_by(token, "1234"));
        assert!(!check.is_met_by(token, "1235"));
    }
    assert!(!checks[0].is_met_by(&tokens[1], "1234"));
    for (_, _, text) in world.outbox.messages() {
        assert!(!text.contains("1234") && !text.contains("12 34"), "{text}");
    }
}

#[tokio::test]
async fn nobody_is_asked_whose_identity_is_not_known() {
    for identity in [None, Some("123".to_owned()), Some("abcd".to_owned())] {
        let world = asking_for_it();
        let who = Who::Directly(Contact { identity, ..ada() });
        let result = world
            .ask(LocalRunner::new(), Question { who, ..question() })
            .await;
        assert_eq!(result.output().unwrap(), "unreachable");
        assert_eq!(world.sent(), [0, 0]);
        let told = operation(&result, "sms").error_message().unwrap();
        assert!(told.contains("identity is not known"), "{told}");
    }
}

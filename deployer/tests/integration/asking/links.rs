//! What a link answers, and what it never does.

use std::sync::Barrier;

use serde_json::json;

use super::people::{FRAUD, PURCHASE, People, link, parts};
use crate::stage::eventually;

/// Whoever is first differs from round to round.
const ROUNDS: usize = 5;

/// Of the medium path with reminders that were not sent, as the changelog has it.
const OPERATIONS: &str = " 14 of 3,000 operations";

pub(super) fn both_links_pressed_at_once_give_one_answer(people: &People) {
    for round in 0..ROUNDS {
        let id = format!("at-once-{round}");
        let execution = people.pay(&id, "ada@example.com");
        let [sms, email] = people.links(&id);
        let both = Barrier::new(2);
        let press = |link, choice| {
            both.wait();
            people.press(link, choice)
        };
        let (by_sms, by_email) = std::thread::scope(|scope| {
            let by_sms = scope.spawn(|| press(&sms, "approved"));
            let by_email = scope.spawn(|| press(&email, "declined"));
            (by_sms.join().unwrap(), by_email.join().unwrap())
        });
        let (decided, late, late_link, expected) = if by_sms.status == 200 {
            let approved = json!({ "outcome": "approved", "channel": "sms" });
            (by_sms, by_email, email, approved)
        } else {
            let declined = json!({ "outcome": "declined", "channel": "email" });
            (by_email, by_sms, sms, declined)
        };
        assert_eq!((decided.status, late.status), (200, 410), "{}", late.body);
        assert!(decided.body.contains("Thank you"), "{}", decided.body);
        assert!(late.body.contains("Already answered"), "{}", late.body);
        assert_eq!(people.open(&late_link).body, late.body);
        let ended = people.ended(FRAUD, &execution);
        assert_eq!(ended.result["verification"], expected, "{id}");
        let shown = people.stage.done(&["executions", "show", &execution]);
        assert!(shown.contains(OPERATIONS), "{shown}");
    }
}

pub(super) fn a_link_answers_the_question_that_it_was_sent_with_and_no_other(people: &People) {
    let executions = ["of-one", "of-other"].map(|id| people.pay(id, "ada@example.com"));
    let purchase = people.buy("of-third");
    let [[one, _], [other, _], [third, _]] =
        ["of-one", "of-other", "of-third"].map(|id| people.links(id));
    let (page, token) = parts(&one);
    let (page_of_purchases, token_of_purchase) = parts(&third);
    let changed = if token.ends_with('A') { "B" } else { "A" };
    let altered = format!("{page}/{}{changed}", token.get(..21).unwrap());
    for nothing in [
        altered,
        format!("{page}/{token_of_purchase}"),
        format!("{page_of_purchases}/{token}"),
        format!("{page}/{token}{token_of_purchase}"),
        format!("{page}/"),
    ] {
        let pressed = people.press(&nothing, "approved");
        assert_eq!(pressed.status, 404, "{}", pressed.body);
        assert_eq!(people.open(&nothing).body, pressed.body);
    }
    let (_, token_of_other) = parts(&other);
    let pressed = people.send(
        &one,
        &[
            ("token", token_of_other),
            ("question", token_of_other),
            ("callback_id", &executions[1]),
            ("choice", "declined"),
            ("choice", "approved"),
        ],
    );
    assert_eq!(pressed.status, 200, "{}", pressed.body);
    let ended = people.ended(FRAUD, &executions[0]);
    assert_eq!(ended.result["verification"]["outcome"], "declined");
    assert!(people.is_waiting(FRAUD, &executions[1]));
    assert!(people.is_waiting(PURCHASE, &purchase));
    for (link, choice) in [(&other, "approved"), (&third, "refused")] {
        assert!(people.open(link).body.contains("<form"));
        assert_eq!(people.press(link, choice).status, 200);
    }
    let ended = people.ended(FRAUD, &executions[1]);
    assert_eq!(ended.result["verification"]["outcome"], "approved");
    assert_eq!(people.ended(PURCHASE, &purchase).result, json!("refused"));
}

pub(super) fn an_address_that_is_refused_fails_its_channel_only(people: &People) {
    let execution = people.pay("refused", "ada@nowhere.invalid");
    let letters = people.letters_about("refused", 1);
    eventually("the e-mail is refused", || {
        let show = ["executions", "show", &execution, "--format", "json"];
        people
            .stage
            .done(&show)
            .contains("DeliveryRefused")
            .then_some(())
    });
    let sms = link(&letters[0]);
    assert!(people.is_waiting(FRAUD, &execution), "by the other channel");
    assert_eq!(people.press(&sms, "approved").status, 200);
    let ended = people.ended(FRAUD, &execution);
    let expected = json!({ "outcome": "approved", "channel": "sms" });
    assert_eq!(ended.result["verification"], expected);
}

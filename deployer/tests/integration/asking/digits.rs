//! Reminders, and what whoever answers has to know besides having the link.

use serde_json::json;

use super::people::{DIGITS, PURCHASE, People, link};

/// How many guess at once, of whom five may.
const GUESSES: usize = 20;
const TRIES: usize = 5;

pub(super) fn a_reminder_has_a_link_of_its_own(people: &People) {
    let execution = people.buy("reminded");
    let letters = people.letters_about("reminded", 4);
    let is_reminder = |letter: &&serde_json::Value| {
        ["text", "subject"].iter().any(|part| {
            letter[part]
                .as_str()
                .is_some_and(|text| text.starts_with("Reminder: "))
        })
    };
    let (reminders, first): (Vec<_>, Vec<_>) = letters.iter().partition(is_reminder);
    assert_eq!((reminders.len(), first.len()), (2, 2), "{letters:#?}");
    let of_texts = |letters: &[&serde_json::Value]| {
        let mut letters = letters.iter();
        link(letters.find(|letter| letter["channel"] == "sms").unwrap())
    };
    let (reminder, before) = (of_texts(&reminders), of_texts(&first));
    assert_ne!(reminder, before);
    let answer = [("choice", "approved"), ("identity", DIGITS)];
    let pressed = people.send(&reminder, &answer);
    assert_eq!(pressed.status, 200, "{}", pressed.body);
    assert!(people.open(&before).body.contains("Thank you"));
    assert_eq!(people.ended(PURCHASE, &execution).result, json!("bought"));
}

pub(super) fn whoever_guesses_closes_one_link_and_no_other(people: &People) {
    let execution = people.buy("guessed");
    let letters = people.letters_about("guessed", 4);
    let newest = |channel: &str| {
        let mut letters = letters.iter();
        link(letters.find(|letter| letter["channel"] == channel).unwrap())
    };
    let (sms, email) = (newest("sms"), newest("email"));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..GUESSES)
            .map(|guess| {
                let (digits, sms) = (format!("{guess:04}"), &sms);
                scope.spawn(move || {
                    let guess = [("choice", "approved"), ("identity", digits.as_str())];
                    people.send(sms, &guess).status
                })
            })
            .collect();
        let guesses = guesses.into_iter().map(|guess| guess.join().unwrap());
        guesses.collect()
    });
    let of = |status: u16| statuses.iter().filter(|each| **each == status).count();
    assert_eq!(
        (of(403), of(410)),
        (TRIES - 1, GUESSES - TRIES + 1),
        "{statuses:?}"
    );
    let right = [("choice", "refused"), ("identity", DIGITS)];
    let closed = people.send(&sms, &right);
    assert_eq!(closed.status, 410, "{}", closed.body);
    assert!(closed.body.contains("Link closed"), "{}", closed.body);
    assert!(people.is_waiting(PURCHASE, &execution));
    assert_eq!(people.send(&email, &right).status, 200);
    assert_eq!(people.ended(PURCHASE, &execution).result, json!("refused"));
}

//! Two workflows write to people, who answer by the links: fraud detection, and the one of the README.

mod browser;
mod digits;
mod links;
mod people;
mod permissions;
mod remnants;

use people::People;

#[test]
fn people_are_asked_and_answer_by_links_and_nothing_of_that_is_left_in_logs_and_histories() {
    let people = People::up();
    people.stage.done(&["smoke-test", "fraud-detection"]);
    let readme = people.stage.done(&["smoke-test", "purchase-approval"]);
    assert!(readme.contains("1 passed, 0 failed"), "{readme}");

    links::both_links_pressed_at_once_give_one_answer(&people);
    links::a_link_answers_the_question_that_it_was_sent_with_and_no_other(&people);
    links::an_address_that_is_refused_fails_its_channel_only(&people);
    browser::a_cardholder_declines_on_a_page_that_everybody_can_use(&people);
    permissions::the_page_of_one_workflow_completes_no_callback_of_another(&people);

    // What is left to be tried is said in the configuration.
    people.stage.sandbox().edit(
        "config/app.yaml",
        "      channels: [sms, email]\n",
        "      channels: [sms, email]\n      remind_after: 2s\n      identity: card-digits\n",
    );
    people.stage.done(&["up", "purchase-approval", "--yes"]);
    digits::a_reminder_has_a_link_of_its_own(&people);
    digits::whoever_guesses_closes_one_link_and_no_other(&people);
    browser::the_digits_are_asked_for_without_a_script(&people);

    remnants::nothing_that_was_sent_is_left_behind(&people);
    let destroy = ["destroy", "fraud-detection", "purchase-approval", "--yes"];
    people
        .stage
        .done(&[&destroy[..], &["--stop-executions"]].concat());
}

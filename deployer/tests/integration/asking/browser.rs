//! Answers in a real browser: from the inbox to the end of the execution, without a script, and for everybody.

use serde_json::json;

use super::people::{DIGITS, FRAUD, PURCHASE, People, link, parts};
use crate::page::axe::{axe, judge};
use crate::page::chromium::Chromium;
use crate::page::tab::Served;

/// How wide a telephone and a screen are.
const WIDTHS: [(u32, &str); 2] = [(390, "dark"), (1280, "light")];

pub(super) fn a_cardholder_declines_on_a_page_that_everybody_can_use(people: &People) {
    let ui = ["--format", "json", "ui", "--no-open"];
    let served = Served::start(people.stage.sandbox().process(&ui));
    let tab = served.tab();
    let listener = std::thread::spawn({
        let tab = tab.clone();
        move || tab.listen("/live/inbox", |seen| seen.contains("Store browser."))
    });
    let execution = people.pay("browser", "ada@example.com");
    let [sms, email] = people.links("browser");
    listener.join().unwrap();
    let inbox = tab.get("/inbox");
    let mut newest = inbox.body.split("<section").skip(1);
    assert!(
        newest.next().unwrap().contains("Store browser."),
        "{}",
        inbox.body
    );
    assert!(inbox.body.contains(&format!("href=\"{sms}\"")));

    let Some(mut browser) = Chromium::start() else {
        return;
    };
    everybody_can_use(&mut browser, &[&email, &sms]);
    browser.allow_scripts(false);
    browser.open(served.address());
    browser.follow("Inbox");
    browser.follow(&email);
    let asked = browser.value("document.body.innerText");
    assert!(
        asked
            .as_str()
            .unwrap()
            .contains("to Store browser. (Boston)?"),
        "{asked}"
    );
    assert!(
        people.is_waiting(FRAUD, &execution),
        "looking changed nothing"
    );
    browser.follow("No, that was not me");
    let told = browser.value("document.querySelector('main').innerText");
    let told = told.as_str().unwrap();
    assert!(
        told.contains("Your answer is: No, that was not me."),
        "{told}"
    );
    let ended = people.ended(FRAUD, &execution);
    let expected = json!({ "outcome": "declined", "channel": "email" });
    assert_eq!(ended.result["verification"], expected);
    browser.allow_scripts(true);
    let unknown = format!("{}/unknown", parts(&email).0);
    everybody_can_use(&mut browser, &[&email, &sms, &unknown]);
}

pub(super) fn the_digits_are_asked_for_without_a_script(people: &People) {
    let Some(mut browser) = Chromium::start() else {
        return;
    };
    let execution = people.buy("typed");
    let letters = people.letters_about("typed", 4);
    let link = link(&letters[0]);
    everybody_can_use(&mut browser, &[&link]);
    browser.value("document.getElementById('identity').value = '0000'; true");
    browser.follow("Buy it");
    let told = browser.value("document.querySelector('[role=alert]').innerText");
    assert!(told.as_str().unwrap().ends_with("Tries left: 4."), "{told}");
    if let Some(axe) = axe() {
        judge(&mut browser, &axe, "the page that asks again");
    }
    browser.allow_scripts(false);
    browser.open(&link);
    let typed = format!("document.getElementById('identity').value = '{DIGITS}'; true");
    browser.value(&typed);
    browser.follow("Buy it");
    let told = browser.value("document.querySelector('main').innerText");
    assert!(told.as_str().unwrap().contains("Thank you"), "{told}");
    assert_eq!(people.ended(PURCHASE, &execution).result, json!("bought"));
}

fn everybody_can_use(browser: &mut Chromium, pages: &[&str]) {
    let axe = axe();
    for (width, scheme) in WIDTHS {
        browser.show(width, scheme);
        for page in pages {
            browser.open(page);
            let wide = browser.value("document.documentElement.scrollWidth");
            assert!(
                wide.as_u64().unwrap() <= u64::from(width),
                "{wide} wide on {width}"
            );
            if let Some(axe) = &axe {
                let title = browser.value("document.title").to_string();
                judge(browser, axe, &title);
            }
        }
    }
}

//! The page in a real browser: live, in dark and narrow, without a script, and for everybody.

use super::axe::{axe, judge};
use super::chromium::Chromium;
use super::{Shown, eventually, fail};

/// How wide a telephone and a screen are.
const WIDTHS: [(u32, &str); 2] = [(390, "dark"), (1280, "light")];

#[test]
fn in_a_browser_it_is_live_readable_and_works_without_a_script() {
    let Some(mut browser) = Chromium::start() else {
        return;
    };
    let shown = Shown::up();
    let tab = shown.served.tab();
    shown.ask("seen-1");
    eventually("both questions are open", || {
        (tab.get("/callbacks")
            .body
            .matches("dev-tx-seen-1</a>")
            .count()
            == 2)
            .then_some(())
    });
    browser.open(shown.served.address());
    let bare = browser.value("location.search + document.cookie");
    assert_eq!(bare, "", "neither the address nor a script has a secret");
    what_is_answered_goes_on_before_the_eyes(&mut browser);
    let queue = fail(&shown, &tab, "seen-2");
    shown.ask("seen-3");
    eventually("it waits", || {
        tab.get("/callbacks")
            .body
            .contains("dev-tx-seen-3")
            .then_some(())
    });
    let answer = tab.get("/callbacks").link("Answer").unwrap();
    let queued = tab.get("/letters").link("failed executions").unwrap();
    let redrive = queue.link("Put back").unwrap();
    let pages = [
        "/",
        "/executions?status=RUNNING",
        "/execution?name=dev-tx-seen-1",
        "/execution?name=dev-tx-seen-3",
        "/callbacks",
        &answer,
        "/letters",
        &queued,
        &redrive,
        "/trace?subject=dev-tx-seen-1",
        "/inbox",
        "/nowhere",
    ];
    let origin = format!("http://{}", tab.authority);
    everybody_can_use_it(&mut browser, &origin, &pages);
    it_works_without_a_script(&mut browser, &origin, &pages);
    browser.open(&format!("{origin}{redrive}"));
    browser.click("Put messages back");
    browser.wait("document.querySelector('main').innerText.includes('started again 1 execution')");
}

fn what_is_answered_goes_on_before_the_eyes(browser: &mut Chromium) {
    browser.follow("Executions");
    browser.follow("dev-tx-seen-1");
    browser.wait("document.getElementById('told')?.textContent === 'Live'");
    assert_eq!(
        browser.value("document.querySelectorAll('script').length"),
        1,
        "nothing of the message is a script"
    );
    // A mark that reloading the page would take away, and a part that is open and stays so.
    browser.value("document.body.dataset.mark = 'kept'; document.querySelector('#live details').open = true; true");
    let answer = browser.value("[...document.querySelectorAll('a')].find((each) => each.textContent === 'Answer ask-sms').href");
    // Answered in another tab, as by another person.
    let answered = format!(
        "(async () => {{ const page = new DOMParser().parseFromString(await (await fetch({answer})).text(), 'text/html'); const form = new FormData(page.querySelector('form')); form.set('result', JSON.stringify({{ decision: 'approved' }})); return (await fetch('/callbacks/answer', {{ method: 'POST', body: new URLSearchParams(form) }})).ok; }})()"
    );
    assert_eq!(browser.value(&answered), true);
    browser.wait("document.querySelector('#live [data-status]').dataset.status === 'SUCCEEDED'");
    assert_eq!(
        browser.value("document.body.dataset.mark"),
        "kept",
        "it was not reloaded"
    );
    assert_eq!(
        browser.value("document.querySelector('#live details').open"),
        true
    );
}

fn everybody_can_use_it(browser: &mut Chromium, origin: &str, pages: &[&str]) {
    let axe = axe();
    let pictures = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    fs_err::create_dir_all(&pictures).unwrap();
    for (width, scheme) in WIDTHS {
        browser.show(width, scheme);
        for (number, page) in pages.iter().enumerate() {
            browser.open(&format!("{origin}{page}"));
            let wide = browser
                .value("document.documentElement.scrollWidth")
                .as_u64()
                .unwrap();
            assert!(wide <= u64::from(width), "{page} is {wide} wide on {width}");
            if let Some(axe) = &axe {
                judge(browser, axe, page);
            }
            let picture = browser.picture();
            fs_err::write(pictures.join(format!("{number}-{width}.png")), picture).unwrap();
        }
    }
}

fn it_works_without_a_script(browser: &mut Chromium, origin: &str, pages: &[&str]) {
    browser.allow_scripts(false);
    for page in pages {
        browser.open(&format!("{origin}{page}"));
        let words = browser.value("document.querySelector('main').innerText");
        assert!(words.as_str().unwrap().len() > 10, "{page}: {words}");
    }
    browser.open(&format!("{origin}/callbacks"));
    browser.follow("Answer");
    browser.value(
        "document.querySelector('textarea').value = JSON.stringify({ decision: 'approved' }); true",
    );
    browser.click("Answer with this result");
    browser.wait("location.pathname === '/execution'");
    browser.allow_scripts(true);
}

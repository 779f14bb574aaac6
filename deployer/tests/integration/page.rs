//! The page: what it shows and does on the local target, and whom it refuses.

pub(crate) mod axe;
pub(crate) mod chromium;
mod in_chromium;
mod many;
pub(crate) mod tab;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use tab::{Served, Tab};

const PATIENCE: Duration = Duration::from_mins(2);
/// What a message may try.
const EVIL: &str = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>\"'\r&";

/// How an execution's page begins once that has succeeded.
const ENDED: &str = "<p><span class=\"status\" data-status=\"SUCCEEDED\">";

/// A deployed workflow, and its page.
struct Shown {
    sandbox: Sandbox,
    served: Served,
}

impl Shown {
    fn up() -> Self {
        let sandbox = Sandbox::of_repository();
        let up = sandbox
            .deployer(&["up", "fraud-detection"])
            .output()
            .unwrap();
        assert!(
            up.status.success(),
            "{}",
            String::from_utf8_lossy(&up.stderr)
        );
        let served = Served::start(sandbox.process(&["--format", "json", "ui", "--no-open"]));
        Self { sandbox, served }
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.sandbox.deployer(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Starts an execution that asks the cardholder.
    fn ask(&self, id: &str) {
        let message = json!({
            "transaction_id": id, "amount": 650_000, "currency": "USD",
            "location": "Paris", "vendor": EVIL, "score": 3,
        });
        self.run(&[
            "executions",
            "start",
            "fraud-detection",
            &message.to_string(),
        ]);
    }

    /// Returns the status of the one execution whose name begins so.
    fn status(&self, name: &str) -> Option<String> {
        let listed = self.run(&["--format", "json", "executions", "list", "--name", name]);
        let first = listed.lines().next()?;
        let listed: Value = serde_json::from_str(first).unwrap();
        Some(listed["status"].as_str().unwrap().to_owned())
    }
}

/// It starts with `up`, which tells its address; that stays.
fn the_local_target_has_its_page(shown: &Shown) {
    let up = shown.run(&["up", "fraud-detection", "--format", "json"]);
    let result: Value = serde_json::from_str(up.lines().last().unwrap()).unwrap();
    let address = result["page"].as_str().unwrap();
    let tab = Tab::open(address);
    assert!(tab.get("/").body.contains("fraud-detection"));
    let human = shown.run(&["up", "fraud-detection"]);
    assert!(
        human.contains(&format!("What runs is shown at {address}")),
        "{human}"
    );
}

#[test]
fn what_waits_is_answered_on_the_page_and_what_failed_is_put_back() {
    let shown = Shown::up();
    the_local_target_has_its_page(&shown);
    let tab = shown.served.tab();
    shown.ask("page-1");
    let page = a_message_is_shown_and_is_no_markup(&tab);
    what_waits_is_answered_and_goes_on(&shown, &tab, &page);
    what_failed_is_put_back(&shown, &tab);
    what_failed_is_discarded(&shown, &tab);
    let traced = tab.get("/trace?subject=dev-tx-page-1");
    assert!(
        traced.body.contains("its execution succeeded"),
        "{}",
        traced.body
    );
}

/// Finds the execution in the list, and returns where its page is.
fn a_message_is_shown_and_is_no_markup(tab: &Tab) -> String {
    let page = eventually("the execution is listed", || {
        tab.get("/executions").link("dev-tx-page-1")
    });
    let shown = eventually("it waits for two answers", || {
        let shown = tab.get(&page);
        (shown.link("Answer ask-sms").is_some() && shown.link("Answer ask-email").is_some())
            .then_some(shown)
    });
    assert!(
        shown.body.contains("&lt;script&gt;alert(1)"),
        "{}",
        shown.body
    );
    for never in ["<script>", "<img", "onerror=alert(2)>"] {
        assert!(!shown.body.contains(never), "{never}: {}", shown.body);
    }
    let open = tab.get("/callbacks");
    assert!(
        open.body.contains("dev-tx-page-1") && open.body.contains("ask-sms"),
        "{}",
        open.body
    );
    page
}

fn what_waits_is_answered_and_goes_on(shown: &Shown, tab: &Tab, page: &str) {
    let before = tab.get(page);
    let form = tab.get(&before.link("Answer ask-sms").unwrap());
    assert!(form.body.contains("cannot be taken back"), "{}", form.body);
    let fields = |result: &'static str| {
        let hidden = ["form-key", "arn", "callback"].map(|name| (name, form.hidden(name).unwrap()));
        [&hidden[..], &[("as", "success"), ("result", result)]].concat()
    };
    let wrong = tab.post("/callbacks/answer", &fields("{\"decision\":"));
    assert_eq!(wrong.status, 200, "what was typed is there again");
    assert!(
        wrong.body.contains("the result is not JSON")
            && wrong.body.contains("{&quot;decision&quot;:"),
        "{}",
        wrong.body
    );
    let live = page.replace("/execution?", "/live/execution?");
    let listener = std::thread::spawn({
        let tab = tab.clone();
        move || tab.listen(&live, |seen| seen.contains(ENDED))
    });
    let sent = tab.post("/callbacks/answer", &fields("{\"decision\":\"approved\"}"));
    assert_eq!(
        (sent.status, sent.header("location")),
        (303, Some(page)),
        "{}",
        sent.body
    );
    let seen = listener.join().unwrap();
    assert!(!seen.contains("<script"), "{seen}");
    assert_eq!(shown.status("dev-tx-page-1").as_deref(), Some("SUCCEEDED"));
    let late = tab.post("/callbacks/answer", &fields("{\"decision\":\"approved\"}"));
    assert_eq!(late.status, 409, "{}", late.body);
    assert!(late.body.contains("not open any more"), "{}", late.body);
}

/// Stops an execution, and returns the page of the queue that it is in then.
fn fail(shown: &Shown, tab: &Tab, id: &str) -> tab::Answer {
    shown.ask(id);
    let name = format!("dev-tx-{id}");
    eventually("it waits", || {
        tab.get("/callbacks").body.contains(&name).then_some(())
    });
    shown.run(&["executions", "stop", &name, "--yes"]);
    let queue = eventually("its failure is there", || {
        tab.get("/letters").link("failed executions")
    });
    eventually("its reason is told", || {
        let page = tab.get(&queue);
        (page.body.contains("stopped") && page.body.contains(&name)).then_some(page)
    })
}

/// Goes by the words of a link to the question, says yes, and returns what came of it.
fn agree(tab: &Tab, page: &tab::Answer, words: &str, told: &str) -> String {
    let path = page.link(words).unwrap();
    let question = tab.get(&path);
    assert!(question.body.contains(told), "{}", question.body);
    let (path, query) = path.split_once('?').unwrap();
    let mut fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    fields.push((
        "form-key".to_owned(),
        question.hidden("form-key").unwrap().to_owned(),
    ));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let sent = tab.post(path, &fields);
    assert_eq!(sent.status, 303, "{}", sent.body);
    let job = sent.header("location").unwrap().to_owned();
    eventually("the work is over", || {
        let page = tab.get(&job);
        (!page.body.contains("Goes on")).then_some(page.body)
    })
}

fn what_failed_is_put_back(shown: &Shown, tab: &Tab) {
    let page = fail(shown, tab, "page-2");
    let came = agree(
        tab,
        &page,
        "Put back",
        "1 failed execution (1 stopped) run again, each under a new name",
    );
    assert!(came.contains("started again 1 execution"), "{came}");
    eventually("it runs again", || shown.status("dev-tx-page-2-r2"));
    eventually("nothing is left", || {
        tab.get("/letters")
            .body
            .contains("No dead letters")
            .then_some(())
    });
}

fn what_failed_is_discarded(shown: &Shown, tab: &Tab) {
    let page = fail(shown, tab, "page-3");
    let came = agree(
        tab,
        &page,
        "Discard",
        "1 message (1 stopped) deleted for good",
    );
    assert!(came.contains("deleted 1 message"), "{came}");
    assert_eq!(shown.status("dev-tx-page-3-r2"), None);
}

#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what} within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

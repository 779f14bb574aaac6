//! The page of a small application: with many executions, of a protected stage, and for those it does not know.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::chromium::Chromium;
use super::tab::{Served, Tab, encoded};
use crate::operate::Small;
use crate::operate::many::{crowd, crowd_on, peak_memory};

/// The memory that the page may take, in kilobytes.
const MOST_MEMORY: u64 = 100 * 1024;
/// How long the first page may take.
const FIRST_PAGE: Duration = Duration::from_millis(500);
/// How often it is asked for: a busy machine may be slow once.
const TRIES: usize = 20;

fn serve(small: &Small, arguments: &[&str]) -> Served {
    let ui = ["--format", "json", "ui", "--no-open"];
    Served::start(small.process(&[&ui[..], arguments].concat()))
}

#[test]
fn twenty_thousand_executions_are_shown_at_once_in_little_memory() {
    let small = Small::new();
    small.deployer(&["up"]).assert().success();
    crowd(&small, "1", [5_000, 14_999, 1]);
    let served = serve(&small, &[]);
    let tab = served.tab();
    let took = (0..TRIES).map(|_| {
        let asked = Instant::now();
        let page = tab.get("/executions");
        assert!(page.body.contains("crowd-"), "{}", page.body);
        asked.elapsed()
    });
    let took = took.min().unwrap();
    assert!(took < FIRST_PAGE, "{took:?}");
    pages_go_on_where_the_last_one_ended(&tab);
    let waiting = tab.get("/callbacks");
    assert_eq!(waiting.status, 200, "{}", waiting.body);
    assert!(
        waiting.body.contains("There may be more than these 50"),
        "{}",
        waiting.body
    );
    assert_eq!(tab.get("/").status, 200);
    let memory = peak_memory(served.process()).unwrap_or_default();
    assert!(memory < MOST_MEMORY, "{memory} kB");
    who_is_not_known_is_refused(&tab);
    let page = tab.get("/executions").link("crowd-19998").unwrap();
    assert!(tab.get(&page).body.contains("&quot;number&quot;"));
    let outline = serve(&small, &["--redact"]).tab().get(&page);
    assert!(
        outline.body.contains("crowd-19998") && !outline.body.contains("&quot;number&quot;"),
        "{}",
        outline.body
    );
}

fn pages_go_on_where_the_last_one_ended(tab: &Tab) {
    let mut seen = BTreeSet::new();
    let mut page = tab.get("/executions?name=crowd-");
    for round in 1..=4 {
        let names = page.body.split(">crowd-").skip(1);
        seen.extend(names.filter_map(|after| after.get(..5)).map(str::to_owned));
        assert_eq!(seen.len(), round * 50, "no name twice, and none left out");
        page = tab.get(&page.link("Further back").unwrap());
    }
    let failed = tab.get("/executions?status=FAILED");
    assert_eq!(failed.body.matches(">crowd-").count(), 1, "{}", failed.body);
    let wrong = tab.get("/executions?since=yesterday");
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("give how long ago"), "{}", wrong.body);
}

fn who_is_not_known_is_refused(tab: &Tab) {
    let foreign = [
        ("host", "evil.example"),
        ("host", "localhost"),
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("cookie", "deployer-ui=x"),
    ];
    for header in foreign {
        for path in ["/", "/executions", "/assets/page.css", "/live/overview"] {
            let refused = tab.ask("GET", path, &[header], "");
            assert!(
                [401, 403, 421].contains(&refused.status),
                "{header:?}: {}",
                refused.status
            );
            assert!(
                !refused.body.contains("crowd") && !refused.body.contains('<'),
                "{}",
                refused.body
            );
        }
    }
    let page = tab.get("/callbacks");
    let question = tab.get(&page.link("Answer").unwrap());
    let hidden = ["arn", "callback", "form-key"].map(|name| (name, question.hidden(name).unwrap()));
    let own = format!("http://{}", tab.authority);
    let [arn, callback, key] = hidden;
    let post = |origin: &str, fields: &[(&str, &str)]| {
        tab.ask(
            "POST",
            "/callbacks/answer",
            &[("origin", origin)],
            &encoded(fields),
        )
        .status
    };
    let success = ("as", "success");
    assert_eq!(post(&own, &[arn, callback, success]), 403, "without a key");
    assert_eq!(
        post(&own, &[arn, callback, success, ("form-key", "x")]),
        403,
        "with another key"
    );
    assert_eq!(
        post("http://evil.example", &[arn, callback, success, key]),
        403,
        "from another site"
    );
    assert_eq!(
        tab.ask(
            "POST",
            "/callbacks/answer",
            &[],
            &encoded(&[arn, callback, success, key])
        )
        .status,
        403,
        "from nowhere"
    );
    assert_eq!(
        tab.get(&page.link("Answer").unwrap()).status,
        200,
        "it is still open"
    );
    for path in [
        "/assets/",
        "/assets/../Cargo.toml",
        "/assets/..%2fCargo.toml",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/assets/live.js/",
    ] {
        let nothing = tab.get(path);
        assert!(
            [400, 404].contains(&nothing.status),
            "{path}: {}",
            nothing.status
        );
        assert!(
            !nothing.body.contains("[package]") && !nothing.body.contains("root:"),
            "{path}"
        );
    }
    assert_eq!(
        tab.ask("PUT", "/executions", &[("origin", &own)], "")
            .status,
        405
    );
    for path in ["/", "/assets/live.js", "/nowhere"] {
        let answer = tab.get(path);
        let policy = answer.header("content-security-policy").unwrap();
        // Where the bars of a timeline are is told by attributes.
        let strict = policy.replace("style-src-attr 'unsafe-inline'", "");
        assert!(
            strict.starts_with("default-src 'none'") && !strict.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn a_protected_stage_is_only_shown_unless_changes_are_allowed() {
    let small = Small::new();
    let guarded = ["--stage", "guarded"];
    small
        .deployer(&[&guarded[..], &["up", "--yes"]].concat())
        .assert()
        .success();
    crowd_on(&small, "guarded", "1", [2, 0, 0]);
    let served = serve(&small, &guarded);
    assert_eq!(served.said["read_only"], true);
    let tab = served.tab();
    let open = tab.get("/callbacks");
    assert!(
        open.body.contains("crowd-00000") && open.link("Answer").is_none(),
        "{}",
        open.body
    );
    if let Some(mut browser) = Chromium::start() {
        browser.open(served.address());
        browser.follow("Callbacks");
        browser.wait("document.querySelector('main').innerText.includes('crowd-00000')");
        let forms = browser.value("document.querySelectorAll('form[method=post], a.go').length");
        assert_eq!(forms, 0, "nothing to change anything with");
    }
    let allowed = serve(&small, &[&guarded[..], &["--allow-changes"]].concat());
    assert_eq!(allowed.said["read_only"], false);
    let other = allowed.tab();
    let answer = other.get("/callbacks").link("Answer").unwrap();
    let refused = tab.get(&answer);
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(refused.body.contains("--allow-changes"), "{}", refused.body);
    let question = other.get(&answer);
    let hidden = ["arn", "callback", "form-key"].map(|name| (name, question.hidden(name).unwrap()));
    let mut fields = [&hidden[..], &[("as", "success"), ("result", "1")]].concat();
    assert_eq!(
        tab.post("/callbacks/answer", &fields).status,
        403,
        "the key of another page"
    );
    let untyped = other.post("/callbacks/answer", &fields);
    assert!(
        untyped.body.contains("type `guarded` to go on"),
        "{}",
        untyped.body
    );
    fields.push(("type-the-stage", "guarded"));
    assert_eq!(other.post("/callbacks/answer", &fields).status, 303);
    other.listen("/live/overview", |seen| seen.contains("only"));
    let stream = other.send("GET", "/live/overview", &[], "");
    assert!(allowed.interrupt().success(), "an open stream keeps it not");
    drop(stream);
}

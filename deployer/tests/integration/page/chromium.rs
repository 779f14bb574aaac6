//! A browser without a window, asked over a pipe by the protocol of its developer tools.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_mins(1);

/// A browser with one tab.
pub(crate) struct Chromium {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    session: Option<String>,
    asked: u64,
    _profile: TempDir,
}

impl Chromium {
    /// Starts Debian's browser; nothing where there is none, and a developer is told so.
    ///
    /// # Panics
    ///
    /// In CI there must be one.
    #[expect(clippy::disallowed_methods, reason = "whether this is CI")]
    pub(crate) fn start() -> Option<Self> {
        let found = Command::new("chromium")
            .arg("--version")
            .stdout(Stdio::null())
            .status();
        if !found.is_ok_and(|status| status.success()) {
            assert!(std::env::var_os("CI").is_none(), "CI needs `chromium`");
            notice("`chromium` is not installed, so the page is not tried in a browser");
            return None;
        }
        let profile = tempfile::tempdir().unwrap();
        // The browser listens on its descriptor 3 and tells on 4.
        let script = "exec chromium \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null";
        let mut process = Command::new("sh")
            .args([
                "-c",
                script,
                "sh",
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--remote-debugging-pipe",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut browser = Self {
            asks: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
            session: None,
            asked: 0,
            _profile: profile,
        };
        let tab = browser.ask("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": tab["targetId"], "flatten": true });
        let session = browser.ask("Target.attachToTarget", &attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        Some(browser)
    }

    /// Asks the browser, or its tab, and returns the answer.
    pub(crate) fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.asked += 1;
        let mut question = json!({ "id": self.asked, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            question["sessionId"] = json!(session);
        }
        self.asks
            .write_all(question.to_string().as_bytes())
            .unwrap();
        self.asks.write_all(b"\0").unwrap();
        self.asks.flush().unwrap();
        loop {
            let mut answer = Vec::new();
            self.answers.read_until(0, &mut answer).unwrap();
            answer.pop();
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            if answer["id"] == self.asked {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    /// Opens an address, and waits until it is there.
    pub(crate) fn open(&mut self, address: &str) {
        // A page of before is not taken for the new one.
        self.ask("Page.navigate", &json!({ "url": "about:blank" }));
        self.wait("location.href === 'about:blank'");
        self.ask("Page.navigate", &json!({ "url": address }));
        self.wait("location.href !== 'about:blank' && document.readyState === 'complete'");
    }

    /// Returns what an expression comes to.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let parameters =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.ask("Runtime.evaluate", &parameters);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true. While a page changes there is nothing to ask.
    #[expect(
        clippy::disallowed_methods,
        reason = "the pause between two looks, with a deadline"
    )]
    pub(crate) fn wait(&mut self, expression: &str) {
        let start = Instant::now();
        let parameters =
            json!({ "expression": format!("Boolean({expression})"), "returnByValue": true });
        while self.ask("Runtime.evaluate", &parameters)["result"]["value"] != true {
            assert!(
                start.elapsed() < PATIENCE,
                "{expression}: {}",
                self.value("document.body.innerText")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Clicks on the first link or button of these words, and waits until the page that it leads to is there.
    pub(crate) fn follow(&mut self, words: &str) {
        self.value("document.left = true; true");
        self.click(words);
        self.wait("!document.left && document.readyState === 'complete'");
    }

    /// Clicks on the first link or button of these words.
    pub(crate) fn click(&mut self, words: &str) {
        let words = json!(words);
        let found = format!(
            "[...document.querySelectorAll('a, button')].find((each) => each.textContent.trim() === {words})"
        );
        self.wait(&found);
        self.value(&format!("{found}.click()"));
    }

    /// Whether pages may run scripts.
    pub(crate) fn allow_scripts(&mut self, allowed: bool) {
        self.ask(
            "Emulation.setScriptExecutionDisabled",
            &json!({ "value": !allowed }),
        );
    }

    /// Shows pages so wide, in light or in dark.
    pub(crate) fn show(&mut self, width: u32, scheme: &str) {
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.ask("Emulation.setDeviceMetricsOverride", &metrics);
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.ask(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
    }

    /// Returns the page as a PNG image.
    pub(crate) fn picture(&mut self) -> Vec<u8> {
        let taken = self.ask("Page.captureScreenshot", &json!({ "format": "png" }));
        BASE64_STANDARD
            .decode(taken["data"].as_str().unwrap())
            .unwrap()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Tells a developer what is not tried, past the capture of the tests' output.
pub(crate) fn notice(text: &str) {
    let _ = writeln!(std::io::stderr(), "notice: {text}");
}

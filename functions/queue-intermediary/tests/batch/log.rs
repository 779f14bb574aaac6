//! What the log says.

use std::io::Write;
use std::sync::{Arc, Mutex};

use crate::bench::bench;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_tells_every_end_and_no_content() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let bench = bench();
    let bodies = [
        r#"{"transaction_id":"1","card":"SECRET"}"#,
        r#"{"transaction_id":"1","card":"SECRET2"}"#,
        r#"{"card":"SECRET"}"#,
        r#"{"transaction_id":"SECRET id"}"#,
        "SECRET",
    ];
    bench.handle(&bodies).await;
    bench.handle(&bodies[..1]).await;
    drop(guard);

    let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains("SECRET"), "{text}");
    let mut ends: Vec<(String, String, String)> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|line| line["outcome"].is_string())
        .map(|line| {
            let field = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            (field("message_id"), field("outcome"), field("reason"))
        })
        .collect();
    ends.sort_unstable();
    let expected = [
        ("0", "duplicate", ""),
        ("0", "started", ""),
        ("1", "refused", "the execution name is taken by a message with another payload"),
        ("2", "refused", "no execution name: the message has no `transaction_id`"),
        ("3", "refused", "no execution name: the execution name would have characters outside of letters, digits, `-` and `_`"),
        ("4", "refused", "unreadable message: the message is not strict JSON: expected value at line 1 column 1"),
    ]
    .map(|(id, outcome, reason)| (id.to_owned(), outcome.to_owned(), reason.to_owned()));
    assert_eq!(ends, expected);
}

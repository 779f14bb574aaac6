//! The most memory that a process had, as Linux counts it.

use std::process::{Child, Output};
use std::thread;
use std::time::Duration;

use super::report;

/// The most megabytes that the deployer may have.
const GOAL: u64 = 60;

/// Waits for a process and returns what it said and the most kilobytes it had, where Linux tells.
///
/// The kernel keeps the maximum, so that only what grows in the last milliseconds can be missed.
/// Processes that it started, such as cargo, are not counted.
#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
pub(crate) fn watch(child: Child) -> (Output, Option<u64>) {
    let status = format!("/proc/{}/status", child.id());
    let waiting = thread::spawn(move || child.wait_with_output().unwrap());
    let mut most = None;
    while !waiting.is_finished() {
        most = most.max(maximum(&status));
        thread::sleep(Duration::from_millis(2));
    }
    (waiting.join().unwrap(), most)
}

fn maximum(status: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Prints a maximum beside its goal.
pub(crate) fn fact(what: &str, kilobytes: Option<u64>) {
    let figure = format!("{}  goal {GOAL}", text(kilobytes));
    report::fact(what, &figure);
}

/// Returns a maximum in megabytes, as text.
pub(crate) fn text(kilobytes: Option<u64>) -> String {
    kilobytes.map_or_else(
        || "unknown".to_owned(),
        |kilobytes| format!("{} MB", kilobytes.div_ceil(1024)),
    )
}

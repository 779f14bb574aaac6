//! Ctrl-C and SIGTERM, at a real terminal and without one.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rexpect::process::WaitStatus;
use rexpect::reader::Options;
use rexpect::session::{PtySession, spawn_with_options};

use super::Account;

const STACK: &str = "shop-dev-orders";

/// Longer than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

impl Account {
    /// Deploys, wants something else, and lets the update not come to its end.
    fn with_a_long_update() -> Self {
        let account = Self::new("");
        assert_eq!(account.up(&[]).0, 0);
        account.sandbox.edit("config/app.yaml", "25h", "26h");
        account.fake.hold(STACK);
        account.fake.forget_calls();
        account
    }

    pub(super) fn process(&self, arguments: &[&str]) -> Command {
        let target = self.sandbox.project().join("target");
        let mut command = self.sandbox.process(arguments);
        command.env("CARGO_TARGET_DIR", target);
        command
    }

    /// Runs the program at a terminal.
    fn at_terminal(&self, arguments: &[&str]) -> PtySession {
        let mut command = self.process(arguments);
        command.env("TERM", "xterm");
        let patience = u64::try_from(PATIENCE.as_millis()).ok();
        let options = Options::new().timeout_ms(patience);
        spawn_with_options(command, options.strip_ansi_escape_codes(true)).unwrap()
    }

    /// Runs `up` at a terminal until the update is under way, and presses Ctrl-C.
    fn interrupted(&self) -> PtySession {
        let mut terminal = self.at_terminal(&["up"]);
        terminal.exp_string("resources at rest").unwrap();
        terminal.send_control('c').unwrap();
        terminal.exp_string("keep watching").unwrap();
        terminal
    }
}

/// Reads to the end and returns what was said, and the exit code.
fn end(mut terminal: PtySession) -> (String, i32) {
    let said = terminal.exp_eof().unwrap();
    let ended = terminal.process().wait().unwrap();
    assert!(matches!(ended, WaitStatus::Exited(..)), "{ended:?}: {said}");
    let WaitStatus::Exited(_, code) = ended else {
        unreachable!("it has exited")
    };
    (said, code)
}

/// Sends a signal to the process, and to it alone.
fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args([name, &id]).status().unwrap();
    assert!(sent.success());
}

#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
pub(super) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_first_ctrl_c_offers_to_cancel_the_update() {
    let account = Account::with_a_long_update();
    let mut terminal = account.interrupted();
    terminal
        .exp_string("cancel the update of shop-dev-orders")
        .unwrap();
    terminal.exp_string("Ctrl-C again to leave: ").unwrap();
    terminal.send_line("what?").unwrap();
    let between = terminal.exp_string("Ctrl-C again to leave: ").unwrap();
    // The line that moves stands still while the question stands.
    assert!(!between.contains("at rest"), "{between}");
    terminal.send_line("c").unwrap();
    let (said, code) = end(terminal);
    assert_eq!(code, 7, "{said}");
    assert!(said.contains("error: the update of the stack `shop-dev-orders` was canceled; the stack is as it was before"), "{said}");
    let status = account.fake.status(STACK);
    assert_eq!(status.as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    let (code, _, said) = account.up(&[]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn the_first_ctrl_c_offers_to_keep_watching() {
    let account = Account::with_a_long_update();
    let mut terminal = account.interrupted();
    terminal.send_line("").unwrap();
    terminal.exp_string("watching on").unwrap();
    account.fake.release(STACK);
    let (said, code) = end(terminal);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Stage dev is ready"), "{said}");
}

#[test]
fn the_first_ctrl_c_offers_to_leave_and_up_goes_on_from_there() {
    let account = Account::with_a_long_update();
    let mut terminal = account.interrupted();
    terminal.send_line("l").unwrap();
    let (said, code) = end(terminal);
    assert_eq!(code, 7, "{said}");
    assert!(
        said.contains("run the same command again to go on"),
        "{said}"
    );
    let status = account.fake.status(STACK);
    assert_eq!(status.as_deref(), Some("UPDATE_IN_PROGRESS"));
    account.fake.release(STACK);
    let (code, _, said) = account.up(&[]);
    assert_eq!(code, 0, "{said}");
    let calls = account.fake.calls();
    let updates = calls.iter().filter(|call| *call == "UpdateStack");
    assert_eq!(updates.count(), 1, "{calls:?}");
}

#[test]
fn a_second_ctrl_c_leaves_at_the_question_and_after_it() {
    let account = Account::with_a_long_update();
    let mut terminal = account.interrupted();
    terminal.send_control('c').unwrap();
    let (said, code) = end(terminal);
    assert_eq!(code, 7, "{said}");
    let mut terminal = account.interrupted();
    terminal.send_line("").unwrap();
    terminal.exp_string("watching on").unwrap();
    terminal.send_control('c').unwrap();
    let (said, code) = end(terminal);
    assert_eq!(code, 7, "{said}");
    let calls = account.fake.calls();
    assert!(
        !calls.contains(&"CancelUpdateStack".to_owned()),
        "{calls:?}"
    );
}

#[test]
fn a_deletion_is_watched_or_left_and_not_canceled() {
    let account = Account::new("");
    account.up(&[]);
    account.fake.hold(STACK);
    let mut terminal = account.at_terminal(&["destroy", "--yes", "orders"]);
    terminal.exp_string("resources at rest").unwrap();
    terminal.send_control('c').unwrap();
    let question = terminal.exp_string("Ctrl-C again to leave: ").unwrap();
    assert!(question.contains("shop-dev-orders: deleting"), "{question}");
    assert!(
        question.contains("(a deletion cannot be canceled)"),
        "{question}"
    );
    assert!(!question.contains("cancel the update"), "{question}");
    terminal.send_line("l").unwrap();
    let (said, code) = end(terminal);
    assert_eq!(code, 7, "{said}");
}

#[test]
fn ctrl_c_at_another_question_leaves() {
    let account = Account::new("protect: true\n");
    let mut terminal = account.at_terminal(&["up"]);
    terminal.exp_string("Type `dev` to go on: ").unwrap();
    terminal.send_control('c').unwrap();
    let (said, code) = end(terminal);
    assert_eq!(code, 7, "{said}");
    assert!(said.contains("stopped by Ctrl-C"), "{said}");
    assert_eq!(account.fake.status(STACK), None);
}

#[test]
fn without_a_terminal_the_first_signal_leaves_at_once() {
    for name in ["-INT", "-TERM"] {
        let account = Account::with_a_long_update();
        let mut command = account.process(&["up"]);
        let child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn();
        let child = child.unwrap();
        let busy = || account.fake.status(STACK).as_deref() == Some("UPDATE_IN_PROGRESS");
        wait_until("the update is under way", busy);
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(7), "{said}");
        assert!(said.contains("run the same command again"), "{said}");
        assert!(!said.contains("keep watching"), "{said}");
    }
}

#[test]
fn a_build_ends_with_the_program() {
    let account = Account::new("");
    let folder = account.sandbox.project();
    let (cargo, note) = (folder.join("cargo.sh"), folder.join("note"));
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = build ] || exec cargo \"$@\"\necho $$ > {note}.new && mv {note}.new {note}\nexec sleep 1000\n",
        note = note.display()
    );
    fs_err::write(&cargo, script).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs_err::set_permissions(&cargo, executable).unwrap();
    let mut command = account.process(&["up"]);
    let command = command.env("CARGO", &cargo).stdin(Stdio::null());
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    wait_until("cargo runs", || note.exists());
    let id = fs_err::read_to_string(&note).unwrap();
    signal(&child, "-TERM");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(7));
    let gone = || {
        let alive = Command::new("kill")
            .args(["-0", id.trim()])
            .stderr(Stdio::null())
            .status();
        !alive.unwrap().success()
    };
    wait_until("cargo has ended", gone);
}

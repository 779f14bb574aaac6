//! Two commands on the same stage, on one machine and on two, and a `destroy` that does not come to its end.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::Account;
use super::interrupt::wait_until;

const STACK: &str = "shop-dev-orders";

impl Account {
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self
            .process(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().unwrap();
        (code, text(&output.stdout), text(&output.stderr))
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.process(arguments);
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Starts a command whose work on the stack does not come to its end until it is released.
    fn start_held(&self, arguments: &[&str], status: &str) -> Child {
        self.fake.hold(STACK);
        let child = self.start(arguments);
        let busy = || self.fake.status(STACK).as_deref() == Some(status);
        wait_until("the stack is worked on", busy);
        child
    }
}

fn finish(child: Child) -> (i32, String, String) {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().unwrap();
    (code, text(&output.stdout), text(&output.stderr))
}

/// Reads what a command says until a line has the text, and returns that line.
fn read_until(child: &mut Child, text: &str) -> String {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let found = lines.find(|line| line.as_ref().unwrap().contains(text));
    // Whoever has something to say later still finds a reader.
    std::thread::spawn(move || lines.for_each(drop));
    found.unwrap().unwrap()
}

#[test]
fn an_up_behind_an_up_waits_and_finds_nothing_to_do() {
    let account = Account::new("");
    let first = account.start_held(&["up"], "CREATE_IN_PROGRESS");
    let mut second = account.start(&["up"]);
    let line = read_until(&mut second, "waiting for");
    let wanted = format!(
        "waiting for `deployer up` of process {}, which works on stage `dev`",
        first.id()
    );
    assert!(line.ends_with(&wanted), "{line}");
    account.fake.release(STACK);
    let (code, _, said) = finish(first);
    assert_eq!(code, 0, "{said}");
    let (code, answer, _) = finish(second);
    assert_eq!(code, 0, "{answer}");
    assert!(answer.contains("Nothing changed"), "{answer}");
}

#[test]
fn a_destroy_behind_an_up_waits_and_destroys_what_came_of_it() {
    let account = Account::new("");
    let first = account.start_held(&["up"], "CREATE_IN_PROGRESS");
    let mut second = account.start(&["destroy", "--yes"]);
    read_until(&mut second, "waiting for `deployer up`");
    account.fake.release(STACK);
    assert_eq!(finish(first).0, 0);
    let (code, answer, _) = finish(second);
    assert_eq!(code, 0, "{answer}");
    assert!(answer.contains("Destroyed 2 stacks"), "{answer}");
}

#[test]
fn a_killed_up_stands_in_nobody_s_way() {
    let account = Account::new("");
    let mut first = account.start_held(&["up"], "CREATE_IN_PROGRESS");
    first.kill().unwrap();
    first.wait().unwrap();
    account.fake.release(STACK);
    let (code, _, said) = account.run(&["up"]);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("waiting for"), "{said}");
}

#[test]
fn a_stack_that_somebody_begins_while_another_is_destroyed_keeps_its_zips() {
    let account = Account::with_two();
    assert_eq!(account.run(&["up", "orders"]).0, 0);
    let destroy = account.start_held(&["destroy", "--yes"], "DELETE_IN_PROGRESS");
    account.fake.review("shop-dev-returns");
    account.fake.release(STACK);
    let (code, answer, said) = finish(destroy);
    assert_eq!(code, 0, "{said}");
    assert!(answer.contains("kept: the stack shop-dev-artifacts, because somebody has deployed shop-dev-returns meanwhile"), "{answer}");
    assert!(account.fake.status("shop-dev-artifacts").is_some());
    assert!(account.fake.has_objects());
}

#[test]
fn a_stage_with_a_service_role_lives_by_it_to_its_end() {
    let role = "arn:aws:iam::000000000000:role/cloudformation";
    let account = Account::new(&format!("deployment: {{ role: \"{role}\" }}\n"));
    account.fake.only_by(role);
    let (code, _, said) = account.up(&[]);
    assert_eq!(code, 0, "{said}");
    let (code, answer, said) = account.run(&["destroy", "--yes"]);
    assert_eq!(code, 0, "{answer}{said}");
    assert_eq!(account.fake.status("shop-dev-orders"), None);
}

#[test]
fn a_protected_stage_is_destroyed_with_its_artifacts() {
    let account = Account::new("protect: true\n");
    assert_eq!(account.run(&["up", "--yes"]).0, 0);
    assert!(account.fake.is_protected("shop-dev-artifacts"));
    let (code, answer, said) = account.run(&["destroy", "--yes"]);
    assert_eq!(code, 0, "{said}");
    assert!(answer.contains("Destroyed 2 stacks"), "{answer}");
    assert_eq!(account.fake.status(STACK), None);
    assert_eq!(account.fake.status("shop-dev-artifacts"), None);
    assert!(!account.fake.has_objects());
    let (code, answer, said) = account.run(&["destroy", "--yes"]);
    assert_eq!(code, 0, "{said}");
    assert!(answer.contains("Nothing to destroy"), "{answer}");
}

#[test]
fn a_deletion_that_is_refused_leaves_a_mark_for_up_on_any_machine() {
    let account = Account::new("");
    account.run(&["up"]);
    account.fake.deny("DeleteStack");
    let (code, _, said) = account.run(&["destroy", "--yes"]);
    assert_eq!(code, 6, "{said}");
    assert!(!account.fake.intake_is_open());
    assert!(account.fake.is_protected(STACK), "the mark is there again");
    let home = account.sandbox.project().parent().unwrap();
    // Another machine has no note.
    fs_err::remove_dir_all(home.join(".deployer/unverified")).unwrap();
    let (code, _, said) = account.run(&["up"]);
    assert_eq!(code, 0, "{said}");
    assert!(account.fake.intake_is_open());
    assert!(!account.fake.is_protected(STACK));
}

#[test]
fn a_destroy_that_dies_between_mark_and_deletion_is_noticed_on_its_machine() {
    let account = Account::new("");
    account.run(&["up"]);
    // Neither the deletion goes through, nor the mark comes back.
    account.fake.lose("DeleteStack");
    let (code, _, said) = account.run(&["destroy", "--yes"]);
    assert_eq!(code, 5, "{said}");
    assert!(!account.fake.intake_is_open());
    assert!(!account.fake.is_protected(STACK));
    account.fake.find_again();
    let (code, _, said) = account.run(&["up"]);
    assert_eq!(code, 0, "{said}");
    assert!(account.fake.intake_is_open());
}

//! Code that was changed in every way, against histories of the code before.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::exit,
    reason = "a test that cannot go on has failed"
)]

mod histories;
mod program;

use std::io::Write as _;
use std::net::TcpListener;

use durable_history::Record;
use durable_replay::{Isolation, Judgment, Program, Report, Worker, check_apart, work};

use histories::{finished, waiting};
use program::{OUTSIDE, VARIANT, serve};

/// A change of the code, the history that is replayed with it, and what must be found.
type Case = (&'static str, fn() -> Record, fn(&Judgment) -> bool);

const CASES: [Case; 21] = [
    ("as-it-was", finished, replays),
    ("as-it-was", waiting, replays),
    ("another-body", finished, replays),
    ("another-body", waiting, replays),
    ("another-retry-policy", finished, replays),
    ("another-retry-policy", waiting, replays),
    ("reordered", finished, |found| {
        differs(found, r#"STEP "reserve""#, r#"STEP "charge""#)
    }),
    ("reordered", waiting, |found| {
        differs(found, r#"STEP "reserve""#, r#"STEP "charge""#)
    }),
    ("renamed", finished, |found| {
        differs(found, r#"STEP "charge""#, r#"STEP "take-money""#)
    }),
    ("renamed", waiting, |found| {
        differs(found, r#"STEP "charge""#, r#"STEP "take-money""#)
    }),
    ("branch-removed", waiting, |found| {
        differs(found, r#"CONTEXT "mail" (ParallelBranch)"#, "a wait")
    }),
    // What ended is not run again, so the branch is not missed.
    ("branch-removed", finished, replays),
    ("branch-added", waiting, |found| {
        differs(
            found,
            "a wait for WAIT in CONTEXT \"sms\" (ParallelBranch) and 1 more",
            r#"CONTEXT "letter" (ParallelBranch)"#,
        )
    }),
    ("added-at-the-end", finished, |found| {
        noted(
            found,
            r#"goes on with STEP "thank", where the execution ended"#,
        )
    }),
    ("added-at-the-end", waiting, replays),
    ("added-in-the-middle", finished, |found| {
        differs(found, r#"CONTEXT "ask" (Parallel)"#, r#"STEP "announce""#)
    }),
    ("added-in-the-middle", waiting, |found| {
        differs(found, r#"CONTEXT "ask" (Parallel)"#, r#"STEP "announce""#)
    }),
    ("removed-at-the-end", finished, |found| {
        differs(found, r#"STEP "confirm""#, "the end, SUCCEEDED")
    }),
    ("another-result", finished, |found| {
        noted(found, "ends with another result")
    }),
    ("another-kind", finished, |found| {
        differs(found, r#"STEP "charge""#, "WAIT")
    }),
    ("fails", waiting, |found| {
        differs(
            found,
            r#"STEP "reserve""#,
            "the end, FAILED with HandlerError: no",
        )
    }),
];

#[tokio::main(flavor = "current_thread")]
#[expect(
    clippy::disallowed_methods,
    reason = "which of the three parts this is"
)]
async fn main() {
    if std::env::var_os(VARIANT).is_some() {
        serve().await.unwrap();
    } else if std::env::args().any(|argument| argument == "work") {
        work().await.unwrap();
    } else {
        let mut out = std::io::stdout();
        for (variant, history, expected) in CASES {
            let report = check(&program(variant), vec![history()]).await;
            let found = &report.verdicts[0].judgment;
            assert!(expected(found), "{variant}: {found}");
            writeln!(out, "{variant}: {found}").unwrap();
        }
        nothing_leaves().await;
        crashes_are_told().await;
        what_is_missing_is_told().await;
        many_are_fast(&mut out).await;
        writeln!(out, "{} passed, 0 failed", CASES.len() + 4).unwrap();
    }
}

fn program(variant: &str) -> Program {
    Program::new(std::env::current_exe().unwrap()).with(VARIANT, variant)
}

async fn check(program: &Program, records: Vec<Record>) -> Report {
    let worker = Worker {
        program: std::env::current_exe().unwrap(),
        arguments: vec!["work".to_owned()],
    };
    check_apart(&worker, program, records).await.unwrap()
}

fn replays(found: &Judgment) -> bool {
    *found == Judgment::Replays { note: None }
}

fn noted(found: &Judgment, note: &str) -> bool {
    matches!(found, Judgment::Replays { note: Some(told) } if told == note)
}

fn differs(found: &Judgment, expected: &str, came: &str) -> bool {
    matches!(found, Judgment::Differs { expected: history, came: code } if history == expected && code == came)
}

/// The code asks a server of this machine, once outside of every step and once in one.
async fn nothing_leaves() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let address = server.local_addr().unwrap().to_string();
    let program = program("calls-out").with(OUTSIDE, &address);
    let report = check(&program, vec![finished(), waiting()]).await;
    match report.isolation {
        Isolation::Apart => {
            for verdict in &report.verdicts {
                assert!(replays(&verdict.judgment), "{}", verdict.judgment);
            }
            let reached = server.accept().unwrap_err();
            assert_eq!(reached.kind(), std::io::ErrorKind::WouldBlock);
        }
        // Where users may have no namespaces, it can only be said.
        Isolation::Shared { reason } => assert!(!reason.is_empty()),
    }
}

/// A program that ends spoils one history, and no other.
async fn crashes_are_told() {
    let report = check(&program("ends"), vec![finished(), waiting()]).await;
    for verdict in &report.verdicts {
        let Judgment::NotJudged { reason } = &verdict.judgment else {
            panic!("{}", verdict.judgment);
        };
        assert!(reason.contains("exit status: 7"), "{reason}");
        assert!(reason.contains("last words"), "{reason}");
    }
}

async fn what_is_missing_is_told() {
    let mut bare = finished();
    bare.execution.input_payload = None;
    bare.events = bare
        .events
        .into_iter()
        .map(durable_history::HistoryEvent::without_data)
        .collect();
    let report = check(&program("as-it-was"), vec![bare]).await;
    let found = &report.verdicts[0].judgment;
    assert!(
        matches!(found, Judgment::NotJudged { reason } if reason.contains("has no input")),
        "{found}"
    );
}

/// Says how long two hundred histories of fifty operations take; how long they may take is not tested.
async fn many_are_fast(out: &mut std::io::Stdout) {
    let records = vec![histories::steps(50); 200];
    let start = std::time::Instant::now();
    let report = check(&program("fifty-steps"), records).await;
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(report.verdicts.len(), 200);
    assert_eq!(report.doubtful().count(), 0, "{report}");
    writeln!(out, "200 histories of 50 operations: {seconds:.1} s").unwrap();
}

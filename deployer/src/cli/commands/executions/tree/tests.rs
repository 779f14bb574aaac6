//! What people see of executions of every sort.

mod story;

use durable_history::Record;
use insta::assert_snapshot;
use serde_json::json;

use self::story::{Story, error, failed, long, waiting};
use super::{Canvas, tree};
use crate::operate::executions::ExecutionView;

fn render(record: &Record, data: bool) -> String {
    tree(record, data, Canvas::Lines).text()
}

fn with_bars(story: &Story, columns: usize) -> String {
    let text = tree(&story.record(), false, Canvas::Bars(columns, None)).text();
    let text = console::strip_ansi_codes(&text).into_owned();
    let widest = text
        .lines()
        .filter(|line| !line.contains("arn:"))
        .map(console::measure_text_width);
    assert!(widest.max().unwrap() <= columns.max(80), "{text}");
    text
}

#[test]
fn bars_stand_beside_the_tree_on_80_columns() {
    assert_snapshot!(with_bars(&long(), 80), @r#"
    dev-tx-1  succeeded
      started     2026-01-01T00:00:00Z, ended 2026-01-02T23:00:05Z after 47h 00m
      code        dev-fraud, version 7
      used        6 of 3,000 operations, 181 bytes of 100 MB, 0 invocations
      arn         arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7/durable-execution/dev-tx-1/0f

                                                ──── 46h ────╌╌─────╌╌──╌╌  47h 00m
      ✓ score                        step       ██                          0.250 s
      ✓ ask-for-a-second-opinion-o…  callback       ├─┤                     22h 59m
        ✓ (c1)                       callback       ░░✓                     22h 59m
      ✗ ask-again                    callback          ░!                   24h 00m
          timed out
          CardRefused: nobody answered
      ✗ pay                          step                ╳╳╳╳░░╳╳╳╳╳        3.500 s
          2 attempts
          attempt 1: CardRefused: refused by the bank
          attempt 2: CardRefused: refused by the bank
      ✓ undo                         step                             ██    0.250 s

      █ works  ╳ failed  ░ waits  ░✓ answered  ░! callback timed out
      ├─┤ around others  ╌ time without work, shortened
    "#);
}

#[test]
fn a_wider_terminal_has_room_for_statuses_and_longer_names() {
    assert_snapshot!(with_bars(&long(), 120), @r#"
    dev-tx-1  succeeded
      started     2026-01-01T00:00:00Z, ended 2026-01-02T23:00:05Z after 47h 00m
      code        dev-fraud, version 7
      used        6 of 3,000 operations, 181 bytes of 100 MB, 0 invocations
      arn         arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7/durable-execution/dev-tx-1/0f

                                                                        ───────╌ 46h ╌─────── 2s ───────╌╌╌────╌╌╌  47h 00m
      ✓ score                                     step       succeeded  ████                                        0.250 s
      ✓ ask-for-a-second-opinion-of-somebody-el…  callback   succeeded         ├──┤                                 22h 59m
        ✓ (c1)                                    callback   succeeded         ░░░✓                                 22h 59m
      ✗ ask-again                                 callback   timed out             ░░!                              24h 00m
          CardRefused: nobody answered
      ✗ pay                                       step       failed                   ╳╳╳╳╳╳╳░░░░╳╳╳╳╳╳╳            3.500 s
          2 attempts
          attempt 1: CardRefused: refused by the bank
          attempt 2: CardRefused: refused by the bank
      ✓ undo                                      step       succeeded                                     ████     0.250 s

      █ works  ╳ failed  ░ waits  ░✓ answered  ░! callback timed out  ├─┤ around others  ╌ time without work, shortened
    "#);
}

#[test]
fn what_goes_on_is_drawn_until_now() {
    let story = waiting();
    let now = story.record().execution.start_timestamp.plus_seconds(30);
    let text = tree(&story.record(), false, Canvas::Bars(80, Some(now))).text();
    let text = console::strip_ansi_codes(&text).into_owned();
    let (_, operations) = text.split_once("\n\n").unwrap();
    assert_snapshot!(operations, @r#"
                               ╌╌╌╌─────────────────────╌╌╌ 29.650 s ╌╌╌  30.000 s
    ✓ score         step           █████████████████████                  0.250 s
    … verification  parallel                                ├───────────
      … sms         branch                                  ├───────────
        … ask-sms   callback                                    ├───────
          … (c1)    callback                                        ░░░…
              until 2026-01-02T00:00:01Z
      … email       branch                                  ├───────────
        … pause     wait                                    ░░░░░░░░░░░░
            until 2026-01-01T00:01:01Z

    █ works  ░ waits  ░… callback open  ├─┤ around others
    ╌ time without work, shortened
    "#);
}

#[test]
fn where_bars_have_no_room_the_tree_is_that_of_a_pipe() {
    assert_eq!(with_bars(&failed(), 60), failed().text(false));
    assert!(with_bars(&failed(), 72).contains("╳"));
}

#[test]
fn what_waits_says_for_what_until_when_and_how_it_is_answered() {
    assert_snapshot!(waiting().text(false), @r"
    dev-tx-1  running
      started     2026-01-01T00:00:00Z, times out 2026-01-01T01:00:00Z
      code        dev-fraud, version 7
      used        7 of 3,000 operations, 48 bytes of 100 MB, 0 invocations
      arn         arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7/durable-execution/dev-tx-1/0f
      waits for   ask-sms (callback), since 2026-01-01T00:00:01Z, until 2026-01-02T00:00:01Z
                  deployer callbacks succeed dev-tx-1 ask-sms --result JSON
      waits for   pause (wait), since 2026-01-01T00:00:01Z, until 2026-01-01T00:01:01Z

      ✓ score         step       succeeded  0.250 s
      … verification  parallel   started
        … sms         branch     started
          … ask-sms   callback   started
            … (c1)    callback   started      until 2026-01-02T00:00:01Z
        … email       branch     started
          … pause     wait       started      until 2026-01-01T00:01:01Z
    ");
}

#[test]
fn what_failed_shows_every_attempt_and_no_secret() {
    let text = failed().text(false);
    assert!(!text.contains("hunter2"), "{text}");
    assert_snapshot!(text, @r"
    dev-tx-1  failed
      started     2026-01-01T00:00:00Z, ended 2026-01-01T00:00:06Z after 6.000 s
      code        dev-fraud, version 7
      used        1 of 3,000 operations, 217 bytes of 100 MB, 0 invocations
      arn         arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7/durable-execution/dev-tx-1/0f
      error       CardRefused: (hidden)

      ✗ pay  step       failed     5.500 s  3 attempts
          attempt 1: CardRefused: refused by the bank
          attempt 2: CardRefused: refused by the bank
                     again
          attempt 3: CardRefused: (hidden)
    ");
}

#[test]
fn with_data_come_stack_traces_and_inputs_without_their_secrets() {
    let text = failed().text(true);
    assert!(!text.contains("hunter2"), "{text}");
    assert!(!text.contains("tok-4242"), "{text}");
    assert_snapshot!(text, @r#"
    dev-tx-1  failed
      started     2026-01-01T00:00:00Z, ended 2026-01-01T00:00:06Z after 6.000 s
      code        dev-fraud, version 7
      used        1 of 3,000 operations, 217 bytes of 100 MB, 0 invocations
      arn         arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7/durable-execution/dev-tx-1/0f
      input       {"id":"tx-1","card_token":"(hidden)"}
      error       CardRefused: (hidden)
                  {"code":51}
                    at pay (src/pay.rs:7)

      ✗ pay  step       failed     5.500 s  3 attempts
          attempt 1: CardRefused: refused by the bank
                     {"code":51}
                       at pay (src/pay.rs:7)
          attempt 2: CardRefused: refused by the bank
                     again
                     {"code":51}
                       at pay (src/pay.rs:7)
          attempt 3: CardRefused: (hidden)
                     {"code":51}
                       at pay (src/pay.rs:7)
    "#);
}

#[test]
fn a_saga_shows_what_was_undone_and_which_executions_it_started() {
    let mut story = Story::begin("SUCCEEDED");
    let saga = ("g", "", "saga", "RunInChildContext");
    story.tell(0.0, "ContextStarted", saga, json!({}));
    let reserve = ("i1", "g", "allocate", "ChainedInvoke");
    let started = json!({
        "FunctionName": "arn:aws:lambda:eu-central-1:123456789012:function:dev-allocate:3",
        "DurableExecutionArn": "arn:aws:lambda:eu-central-1:123456789012:function:dev-allocate:3/durable-execution/a/1",
    });
    story.tell(0.1, "ChainedInvokeStarted", reserve, started);
    let result = json!({ "Result": { "Payload": "1" } });
    story.tell(1.1, "ChainedInvokeSucceeded", reserve, result);
    story.failing(2.0, ("s1", "g", "pay", "Step"), "refused by the bank", None);
    story.step(3.0, "s2", "g", "undo-allocate");
    let details = json!({ "Error": { "Payload": error("refused by the bank") } });
    story.tell(3.5, "ContextFailed", saga, details);
    let result = json!({ "Result": { "Payload": "\"undone\"" } });
    story.tell_of_all(83_404.0, "ExecutionSucceeded", result);
    assert_snapshot!(story.text(false), @r"
    dev-tx-1  succeeded
      started     2026-01-01T00:00:00Z, ended 2026-01-01T23:10:04Z after 23h 10m
      code        dev-fraud, version 7
      used        4 of 3,000 operations, 139 bytes of 100 MB, 0 invocations
      arn         arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7/durable-execution/dev-tx-1/0f

      ✗ saga             child      failed     3.500 s
          CardRefused: refused by the bank
        ✓ allocate       invoke     succeeded  1.000 s  dev-allocate:3
            execution arn:aws:lambda:eu-central-1:123456789012:function:dev-allocate:3/durable-execution/a/1
        ✗ pay            step       failed     0.500 s
            CardRefused: refused by the bank
        ✓ undo-allocate  step       succeeded  0.250 s
    ");
}

#[test]
fn sixty_branches_are_sixty_rows_in_their_order() {
    let mut story = Story::begin("RUNNING");
    let all = ("p", "", "fan-out", "Parallel");
    story.tell(0.0, "ContextStarted", all, json!({}));
    for branch in 0..60 {
        let (id, name) = (format!("b{branch}"), format!("branch-{branch}"));
        let subject = (id.as_str(), "p", name.as_str(), "ParallelBranch");
        story.tell(0.0, "ContextStarted", subject, json!({}));
    }
    // What the branches do comes mixed.
    for branch in (0..60).rev() {
        story.step(1.0, &format!("s{branch}"), &format!("b{branch}"), "work");
    }
    let text = story.text(false);
    let rows: Vec<&str> = text.lines().filter(|row| row.contains("branch-")).collect();
    assert_eq!(rows.len(), 60, "{text}");
    for (branch, row) in rows.iter().enumerate() {
        assert!(row.contains(&format!(" branch-{branch} ")), "{row}");
    }
    let under: Vec<&str> = text.lines().filter(|row| row.contains("✓ work")).collect();
    assert_eq!(under.len(), 60, "{text}");
    assert!(under.iter().all(|row| row.starts_with("      ✓ work")));
}

#[test]
fn what_others_wrote_never_steers_the_terminal() {
    let mut story = Story::begin("FAILED");
    let steering = "\u{1b}]0;owned\u{7}\r\u{202e}";
    let subject = ("s1", "", steering, "Step");
    story.failing(0.0, subject, steering, None);
    let details = json!({ "Error": { "Payload": error(steering) } });
    story.tell_of_all(1.0, "ExecutionFailed", details);
    for data in [false, true] {
        let text = render(&story.record(), data);
        let text = console::strip_ansi_codes(&text);
        let steers = |character: char| character.is_control() && character != '\n';
        assert!(!text.contains(steers), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
        assert!(text.contains(r"\u{1b}]0;owned\u{7}\r\u{202e}"), "{text}");
    }
}

#[test]
fn a_result_of_a_megabyte_is_cut_for_people_and_whole_for_programs() {
    let mut story = Story::begin("SUCCEEDED");
    let long = "x".repeat(1024 * 1024);
    let result = json!({ "Result": { "Payload": json!(long).to_string() } });
    story.tell_of_all(1.0, "ExecutionSucceeded", result);
    let text = story.text(true);
    assert!(text.len() < 4_000, "{} bytes", text.len());
    assert!(text.contains("whole with `--format json`"), "{text}");
    let view = serde_json::to_value(ExecutionView::of(&story.record())).unwrap();
    assert_eq!(view["result"], json!(long));
    assert!(!story.text(false).contains("xxx"), "only with data");
}

#[test]
fn what_is_not_known_is_told_by_its_type_and_hides_nothing() {
    let mut story = waiting();
    story.tell_of_all(2.0, "ExecutionFrozen", json!({ "Reason": "incident" }));
    let later = ("q", "", "later", "Teleport");
    story.tell(3.0, "TeleportStarted", later, json!({}));
    let text = story.text(false);
    assert!(text.contains("event 10 ExecutionFrozen"), "{text}");
    assert!(text.contains("event 11 TeleportStarted"), "{text}");
    let known = waiting().text(false);
    let tree = known.split_once("\n\n").unwrap().1;
    assert!(text.contains(tree), "{text}");
}

#[test]
fn what_was_exported_shows_the_same_tree() {
    for story in [waiting(), failed()] {
        let record = story.record();
        let again = Record::read(&record.to_json().unwrap()).unwrap();
        for data in [false, true] {
            assert_eq!(render(&again, data), render(&record, data));
        }
    }
}

#[test]
fn a_secret_in_a_message_inside_of_the_data_is_hidden_from_people_and_programs() {
    let mut story = Story::begin("SUCCEEDED");
    let message = json!({ "password": "hunter2" }).to_string();
    let result = json!({ "Body": message, "token": 4_711, "secret": { "Ref": "hunter2" } });
    let details = json!({ "Result": { "Payload": result.to_string() } });
    story.tell_of_all(1.0, "ExecutionSucceeded", details);
    let view = serde_json::to_string(&ExecutionView::of(&story.record())).unwrap();
    for text in [story.text(true), view] {
        assert!(text.contains("(hidden)"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
        assert!(!text.contains("4711"), "{text}");
    }
}

#[test]
fn a_result_that_aws_may_not_take_is_warned_about() {
    let mut story = Story::begin("SUCCEEDED");
    let score = ("s1", "", "score", "Step");
    story.tell(0.0, "StepStarted", score, json!({}));
    let result = json!({ "Result": { "Payload": json!("x".repeat(300 * 1024)).to_string() } });
    story.tell(0.25, "StepSucceeded", score, result);
    let text = story.text(false);
    let warning = text.lines().find(|line| line.contains("warning"));
    assert_eq!(
        warning.unwrap(),
        "  warning     score has a result of 300.0 KB; AWS may take 256 KB only, so keep it elsewhere and return where"
    );
}

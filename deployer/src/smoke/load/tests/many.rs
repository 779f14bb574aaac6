//! What a scenario about many executions must keep to.

use super::{application, load_scenarios, refused_in};

const COUNTED: &str = "\
scenarios:
  - name: many
    given:
      - table: stock
        item: { item: '{id}', place: 7, sizes: [1, { a: true }] }
    kill: { function: ship, after_call: TransactWriteItems }
    send:
      - message: { id: '{id}-{n}' }
        times: 3
      - message: { id: '{id}-{n}', more: 1 }
    expect:
      tallies:
        - { status: SUCCEEDED, result: { result: completed }, count: 2 }
        - { status: FAILED, count: 1 }
    remove:
      - table: stock
        key: { item: '{id}-{n}', place: 1 }
";

#[test]
fn the_rules_about_given_items_and_calls_are_checked() {
    let (_folder, app) = application(&[("orders.yaml", COUNTED)]);
    let loaded = load_scenarios(&app, &["orders".to_owned()]).unwrap();
    assert_eq!(loaded["orders"][0].expect.tallies.len(), 2);
    check_cases(&[
        (
            "- table: stock\n        item",
            "- table: stok\n        item",
            "4: the workflow has no table `stok`",
        ),
        (
            "place: 7, ",
            "",
            "5: an item of the table `stock` has `item` and `place`",
        ),
        ("place: 7", "place: [7]", "5: a key is a text or a number"),
        (
            "item: '{id}', place: 7",
            "item: a, place: 7",
            "5: the key needs `{id}`",
        ),
        (
            "sizes: [1,",
            "sizes: ['{n}',",
            "3: `{n}` has a number only in",
        ),
        (
            "function: ship",
            "function: shop",
            "6: the workflow has no function `shop`",
        ),
        (
            "function: ship, ",
            "after_step: a, ",
            "6: give either `after_step` or `after_call`",
        ),
        (
            "after_call: TransactWriteItems",
            "of: 1",
            "6: give either `after_step` or `after_call`",
        ),
        (
            "after_call: TransactWriteItems",
            "of: 1, after_step: a",
            "6: the process that dies after a step",
        ),
        (
            "function: ship, after_call: TransactWriteItems",
            "after_step: a",
            "6: the copies of message 0 start an execution each",
        ),
    ]);
}

#[test]
fn the_rules_about_tallies_and_removals_are_checked() {
    check_cases(&[
        (
            "times: 3",
            "times: 1001",
            "9: a message is sent at most 1000 times",
        ),
        (
            "{id}-{n}",
            "{id}",
            "12: the 3 copies of message 0 start 1 executions",
        ),
        (
            "count: 2",
            "count: 1",
            "12: the tallies of message 0 count 2 executions, and it starts 3",
        ),
        (
            "status: FAILED, count",
            "of: 2, status: FAILED, count",
            "14: there is no message 2",
        ),
        (
            "status: FAILED, count",
            "of: 1, status: FAILED, count",
            "12: the tallies of message 0 count 2",
        ),
        (
            "    expect:\n",
            "    expect:\n      executions: [{ status: FAILED }]\n",
            "12: the copies of message 0 start an execution each",
        ),
        (
            "    expect:\n",
            "    expect:\n      executions: [{ of: 1, status: FAILED }]\n",
            "13: an execution of message 0 is there twice",
        ),
        (
            "{id}-{n}', place: 1",
            "{n}', place: 1",
            "17: the key needs `{id}`",
        ),
        (
            ", place: 1",
            "",
            "17: the key of the table `stock` is `item` and `place`",
        ),
        (
            "    remove:\n      -",
            "    remove:\n      - of: 2\n       ",
            "16: there is no message 2",
        ),
    ]);
}

fn check_cases(cases: &[(&str, &str, &str)]) {
    for (from, to, message) in cases {
        let error = refused_in(COUNTED, from, to).to_string();
        assert!(
            error.starts_with(&format!("config/smoke/orders.yaml:{message}")),
            "{to}: {error}"
        );
    }
}

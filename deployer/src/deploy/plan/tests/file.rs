//! Plans on disk.

use std::collections::BTreeMap;

use super::live;
use crate::deploy::plan::{Live, PlannedStack};
use crate::error::Kind;
use serde_json::{Value, json};

fn planned(live: Option<&Live>) -> PlannedStack {
    PlannedStack {
        workflow: "orders".to_owned(),
        stack: "shop-dev-orders".to_owned(),
        template: Value::Null,
        tags: BTreeMap::new(),
        protect: false,
        live: live.map(Live::fingerprint),
    }
}

#[test]
fn a_stack_that_moved_in_any_way_is_refused() {
    let then = live(json!({ "Resources": {} }));
    let changes: [fn(&mut Live); 5] = [
        |live| live.id.push('2'),
        |live| live.status = "UPDATE_ROLLBACK_COMPLETE".to_owned(),
        |live| live.template = json!({ "Resources": { "Q": {} } }),
        |live| {
            live.tags.insert("team".to_owned(), "orders".to_owned());
        },
        |live| live.protected = true,
    ];
    assert!(
        planned(Some(&then))
            .require_unmoved(Some(&then.clone()))
            .is_ok()
    );
    for change in changes {
        let mut now = then.clone();
        change(&mut now);
        let refusal = planned(Some(&then))
            .require_unmoved(Some(&now))
            .unwrap_err();
        assert_eq!(refusal.kind(), Kind::WrongState);
        assert!(
            refusal
                .to_string()
                .contains("`shop-dev-orders` has changed"),
            "{refusal}"
        );
    }
}

#[test]
fn a_stack_that_came_or_went_is_refused() {
    let then = live(json!({}));
    assert!(planned(None).require_unmoved(None).is_ok());
    let came = planned(None).require_unmoved(Some(&then)).unwrap_err();
    assert!(came.to_string().contains("was created"), "{came}");
    let went = planned(Some(&then)).require_unmoved(None).unwrap_err();
    assert!(went.to_string().contains("was deleted"), "{went}");
}

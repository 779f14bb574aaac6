//! What prune refuses, spares, and is not sure of.

use aws_sdk_cloudformation::types::StackStatus;
use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::IntoResponse as _;

use super::judge::{Judged, judge};
use super::survey::{FunctionVersions, check, look};
use super::{Kept, carry_out};
use crate::aws::served;
use crate::error::Kind;
use crate::event::Silent;
use crate::stack::{LiveStack, Outputs};

fn stack(status: &str) -> LiveStack {
    LiveStack {
        name: "shop-dev-orders".to_owned(),
        id: "id".to_owned(),
        status: StackStatus::from(status),
        reason: None,
        changed_at: None,
        outputs: Outputs::default(),
        tags: std::collections::BTreeMap::new(),
        protected: false,
        has_triggers: false,
    }
}

/// Returns what a stack comes to whose change set is of this status and this execution status.
async fn refusal(stack_status: &str, set: &'static str, execution: &'static str) -> Option<Kind> {
    let answer = format!(
        "<ListChangeSetsResponse><ListChangeSetsResult><Summaries><member><ChangeSetName>by-hand</ChangeSetName>\
         <Status>{set}</Status><ExecutionStatus>{execution}</ExecutionStatus></member></Summaries>\
         </ListChangeSetsResult></ListChangeSetsResponse>"
    );
    let clients = served(Router::new().fallback(async move || answer.clone())).await;
    let checked = check(&clients, &stack(stack_status)).await;
    checked.err().map(|error| error.kind())
}

#[tokio::test]
async fn a_stack_that_may_want_an_older_version_is_refused() {
    let refused = Some(Kind::WrongState);
    for status in [
        "UPDATE_IN_PROGRESS",
        "UPDATE_ROLLBACK_FAILED",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_FAILED",
    ] {
        assert_eq!(
            refusal(status, "FAILED", "UNAVAILABLE").await,
            refused,
            "{status}"
        );
    }
    let whole = "UPDATE_COMPLETE";
    for (set, execution) in [
        ("CREATE_COMPLETE", "AVAILABLE"),
        ("CREATE_IN_PROGRESS", "UNAVAILABLE"),
        ("CREATE_COMPLETE", "EXECUTE_IN_PROGRESS"),
    ] {
        assert_eq!(
            refusal(whole, set, execution).await,
            refused,
            "{set} {execution}"
        );
    }
    for (set, execution) in [
        ("CREATE_COMPLETE", "EXECUTE_COMPLETE"),
        ("FAILED", "UNAVAILABLE"),
    ] {
        assert_eq!(
            refusal(whole, set, execution).await,
            None,
            "{set} {execution}"
        );
    }
}

#[tokio::test]
async fn a_version_of_which_nothing_can_be_asked_stays() {
    let router = Router::new().fallback(async |uri: Uri| {
        if uri.path().ends_with("/versions") {
            let versions = r#"{"Versions":[{"Version":"$LATEST"},{"Version":"1","DurableConfig":{"ExecutionTimeout":60}},{"Version":"2"}]}"#;
            return versions.into_response();
        }
        if uri.path().ends_with("/aliases") {
            let weighted = r#"{"Aliases":[{"FunctionVersion":"2","RoutingConfig":{"AdditionalVersionWeights":{}}}]}"#;
            return weighted.into_response();
        }
        (StatusCode::FORBIDDEN, r#"{"Message":"no"}"#).into_response()
    });
    let clients = served(router).await;
    let (is_durable, known) = look(&clients, "orders", false, &[]).await.unwrap();
    assert!(is_durable, "its own configuration says so");
    let judged = judge(&known, 0);
    assert_eq!(judged.first().unwrap().kept, Some(Kept::Alias));
    assert!(
        matches!(judged.last().unwrap().kept, Some(Kept::Unsure(_))),
        "{judged:?}"
    );
}

#[tokio::test]
async fn what_is_needed_after_all_is_spared_and_what_fails_is_told() {
    let router = Router::new().fallback(async |method: Method, uri: Uri| {
        if method == Method::DELETE {
            let gone = uri.query().unwrap_or_default().contains("Qualifier=2");
            return if gone {
                StatusCode::NO_CONTENT.into_response()
            } else {
                (StatusCode::CONFLICT, "{}").into_response()
            };
        }
        r#"{"Aliases":[{"FunctionVersion":"1"}]}"#.into_response()
    });
    let clients = served(router).await;
    let can_go = |version| Judged {
        version,
        kept: None,
    };
    let functions = [FunctionVersions {
        workflow: "orders".to_owned(),
        function: "worker".to_owned(),
        is_durable: false,
        versions: vec![can_go(3), can_go(2), can_go(1)],
    }];
    let pruned = carry_out(&clients, &functions, &Silent).await;
    let numbers = |versions: &[super::PrunedVersion]| -> Vec<u64> {
        versions.iter().map(|version| version.version).collect()
    };
    assert_eq!(numbers(&pruned.deleted), [2]);
    assert_eq!(numbers(&pruned.spared), [1]);
    assert_eq!(pruned.failures.len(), 1, "{:?}", pruned.failures);
}

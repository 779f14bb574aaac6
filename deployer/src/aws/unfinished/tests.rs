//! Counting at a service that lists a page at a time.

use std::sync::{Arc, Mutex};

use aws_smithy_types::DateTime;
use axum::Router;
use axum::http::Uri;
use serde_json::{Value, json};

use super::{MOST_COUNTED, Unfinished, count_unfinished, unfinished_executions};
use crate::aws::served;

/// The executions of each version; the first page of each list has one, the others the rest.
#[derive(Clone, Copy)]
struct Service {
    versions: &'static [(&'static str, usize)],
    /// Whether a list that names no version has those of `$LATEST` only.
    hides_versions: bool,
}

impl Service {
    fn answer(self, uri: &Uri) -> Value {
        if uri.path().ends_with("/versions") {
            let versions = self.versions.iter();
            let versions = versions.map(|(version, _)| json!({ "Version": version }));
            return json!({ "Versions": versions.collect::<Vec<_>>() });
        }
        let query: Vec<(String, String)> =
            form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        let get = |wanted: &str| {
            let mut found = query.iter().filter(|(name, _)| name == wanted);
            found.next().map(|(_, value)| value.as_str())
        };
        let hidden = self.hides_versions.then_some("$LATEST");
        let wanted = get("Qualifier").or(hidden);
        let mut all = Vec::new();
        for (version, count) in self.versions {
            if wanted.is_none_or(|wanted| wanted == *version) {
                all.extend((0..*count).map(|number| execution(version, number)));
            }
        }
        let first = get("Marker").is_none();
        let more = first && all.len() > 1;
        let page: Vec<Value> = if first {
            all.into_iter().take(1).collect()
        } else {
            all.into_iter().skip(1).collect()
        };
        json!({ "DurableExecutions": page, "NextMarker": more.then_some("more") })
    }
}

fn execution(version: &str, number: usize) -> Value {
    // The first is told as a whole second, which is written shorter than those after it.
    let start = if number == 0 { 1.0 } else { 1.5 };
    let function = format!("arn:aws:lambda:r:1:function:orders:{version}");
    json!({
        "DurableExecutionArn": format!("{function}/durable-execution/n-{number}/{number}"),
        "DurableExecutionName": format!("n-{number}"),
        "FunctionArn": function, "Status": "RUNNING", "StartTimestamp": start,
    })
}

/// Counts, and returns the requests that were made.
async fn count(service: Service) -> (Unfinished, Vec<String>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let router = Router::new().fallback(async move |uri: Uri| {
        noted.lock().unwrap().push(uri.to_string());
        service.answer(&uri).to_string()
    });
    let clients = served(router).await;
    let counted = count_unfinished(&clients, "orders").await.unwrap();
    let asked = asked.lock().unwrap().clone();
    (counted, asked)
}

fn by_version(counted: &Unfinished) -> Vec<(&str, usize)> {
    let by_version = counted.by_version.iter();
    by_version
        .map(|(version, count)| (version.as_str(), *count))
        .collect()
}

#[tokio::test]
async fn one_list_tells_all_versions_and_reads_on_to_its_end() {
    let (counted, asked) = count(Service {
        versions: &[("7", 3), ("5", 2)],
        hides_versions: false,
    })
    .await;
    assert_eq!(by_version(&counted), [("5", 2), ("7", 3)]);
    assert_eq!(counted.oldest["7"], DateTime::from_secs(1));
    assert!(counted.is_complete);
    assert_eq!(asked.len(), 2, "{asked:?}");
    for status in ["RUNNING", "PAUSING", "PAUSED"] {
        let wanted = format!("Statuses={status}");
        assert!(asked.iter().all(|uri| uri.contains(&wanted)), "{asked:?}");
    }
}

#[tokio::test]
async fn versions_that_a_list_hides_are_asked_for_one_by_one() {
    let (counted, asked) = count(Service {
        versions: &[("$LATEST", 1), ("7", 3), ("5", 0)],
        hides_versions: true,
    })
    .await;
    assert_eq!(by_version(&counted), [("$LATEST", 1), ("7", 3)]);
    assert!(
        asked.iter().any(|uri| uri.contains("Qualifier=5")),
        "{asked:?}"
    );
}

#[tokio::test]
async fn nobody_counts_to_a_million() {
    let (counted, _) = count(Service {
        versions: &[("7", MOST_COUNTED + 500)],
        hides_versions: false,
    })
    .await;
    assert!(!counted.is_complete);
    assert!(counted.total() > MOST_COUNTED);
}

#[tokio::test]
async fn an_exact_list_has_every_version() {
    let service = Service {
        versions: &[("7", 3), ("5", 2)],
        hides_versions: true,
    };
    let router = Router::new().fallback(async move |uri: Uri| service.answer(&uri).to_string());
    let clients = served(router).await;
    let arns = unfinished_executions(&clients, "orders").await.unwrap();
    assert_eq!(arns.len(), 5, "{arns:?}");
}

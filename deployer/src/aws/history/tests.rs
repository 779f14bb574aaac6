//! Histories of a service that gives them a page at a time.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::Uri;
use serde_json::{Value, json};

use super::{history, history_after};
use crate::aws::{Clients, served};

/// How many events there are.
const EVENTS: u64 = 250;

fn page(uri: &Uri) -> Value {
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned();
    let query: Vec<(String, String)> = query.collect();
    let get = |wanted: &str| {
        let mut found = query.iter().filter(|(name, _)| name == wanted);
        found.next().map(|(_, value)| value.as_str())
    };
    let most: usize = get("MaxItems").unwrap().parse().unwrap();
    let from: usize = get("Marker").map_or(0, |marker| marker.parse().unwrap());
    let mut ids: Vec<u64> = (1..=EVENTS).collect();
    if get("ReverseOrder") == Some("true") {
        ids.reverse();
    }
    // A service may give fewer than are asked for.
    let most = most.min(100);
    let events = ids.iter().skip(from).take(most).map(
        |id| json!({ "EventId": id, "EventType": "StepStarted", "EventTimestamp": 1.0, "Id": "s" }),
    );
    let events: Vec<Value> = events.collect();
    let next = from + events.len();
    let more = next < ids.len();
    json!({ "Events": events, "NextMarker": more.then(|| next.to_string()) })
}

async fn service() -> (Clients, Arc<Mutex<usize>>) {
    let asked = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&asked);
    let router = Router::new().fallback(async move |uri: Uri| {
        *counter.lock().unwrap() += 1;
        page(&uri).to_string()
    });
    (served(router).await, asked)
}

#[tokio::test]
async fn a_history_is_read_to_its_end() {
    let (clients, asked) = service().await;
    let events = history(&clients, "arn").await.unwrap();
    let ids: Vec<u64> = events.iter().map(|event| event.event_id).collect();
    assert_eq!(ids, (1..=EVENTS).collect::<Vec<_>>());
    assert_eq!(*asked.lock().unwrap(), 3);
}

#[tokio::test]
async fn news_are_read_in_no_more_pages_than_have_them() {
    for (last, pages) in [
        (0, 3),
        (50, 3),
        (149, 2),
        (150, 2),
        (151, 1),
        (249, 1),
        (250, 1),
    ] {
        let (clients, asked) = service().await;
        let events = history_after(&clients, "arn", last).await.unwrap();
        let ids: Vec<u64> = events.iter().map(|event| event.event_id).collect();
        assert_eq!(ids, (last + 1..=EVENTS).collect::<Vec<_>>(), "after {last}");
        assert_eq!(*asked.lock().unwrap(), pages, "after {last}");
    }
}

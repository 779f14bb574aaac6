//! Lists of a service that keeps executions, and gives them a page at a time.

use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_lambda::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Filter, Listing, Order};
use crate::aws::{Clients, Rates};
use crate::operate::deployed::DeployedWorkflow;

/// What the service has: executions by function, version, name and the second of their start.
#[derive(Default)]
struct Service {
    executions: Vec<(&'static str, &'static str, &'static str, u32)>,
    /// Whether a list that names no version has those of `$LATEST` only.
    hides_versions: bool,
    /// The most that a page has.
    page: usize,
    /// After how many lists the markers that were given are known no more; never where it is 0.
    forgets_after: usize,
    lists: usize,
    /// How often a marker was refused.
    refused: usize,
    /// The pages that were asked for, by their number of executions.
    asked_for: Vec<usize>,
}

impl Service {
    fn of(executions: &[(&'static str, &'static str, &'static str, u32)]) -> Self {
        Self {
            executions: executions.to_vec(),
            page: 1000,
            ..Self::default()
        }
    }

    fn answer(&mut self, uri: &Uri) -> (StatusCode, String) {
        let parts: Vec<&str> = uri.path().split('/').collect();
        let last = parts.last().copied().unwrap_or_default();
        match last {
            "versions" => (StatusCode::OK, self.versions(parts[3]).to_string()),
            "history" => (StatusCode::OK, history(uri.path()).to_string()),
            _ => self.list(parts[3], &Query::of(uri)),
        }
    }

    fn versions(&self, function: &str) -> Value {
        let mut versions: Vec<&str> = vec!["$LATEST"];
        let of_function = self.executions.iter().filter(|(of, ..)| *of == function);
        for (_, version, ..) in of_function {
            if !versions.contains(version) {
                versions.push(version);
            }
        }
        let versions = versions.iter().map(|version| json!({ "Version": version }));
        json!({ "Versions": versions.collect::<Vec<_>>() })
    }

    fn list(&mut self, function: &str, query: &Query) -> (StatusCode, String) {
        self.lists += 1;
        let begin = query.get("Marker");
        if begin.is_some() && self.lists == self.forgets_after {
            self.refused += 1;
            let refused = r#"{"Type":"User","message":"Invalid marker"}"#;
            return (StatusCode::BAD_REQUEST, refused.to_owned());
        }
        let time = |name: &str| query.get(name).map(|text| seconds(&text));
        let (after, before) = (time("StartedAfter"), time("StartedBefore"));
        let mut listed: Vec<_> = self
            .executions
            .iter()
            .filter(|(of, version, _, start)| {
                let listed = match query.get("Qualifier") {
                    Some(wanted) => wanted == *version,
                    None => !self.hides_versions || *version == "$LATEST",
                };
                let start = f64::from(*start);
                *of == function
                    && listed
                    && after.is_none_or(|after| start > after)
                    && before.is_none_or(|before| start < before)
            })
            .collect();
        listed.sort_by_key(|(.., start)| *start);
        if query.get("ReverseOrder").as_deref() != Some("true") {
            listed.reverse();
        }
        let wanted: usize = query.get("MaxItems").unwrap().parse().unwrap();
        self.asked_for.push(wanted);
        let page = wanted.min(self.page);
        let begin: usize = begin.map_or(0, |marker| marker.parse().unwrap());
        let rest = listed.len().saturating_sub(begin);
        let executions = listed.iter().skip(begin).take(page).map(|(function, version, name, start)| {
            json!({
                "DurableExecutionArn": format!("arn:aws:lambda:us-east-1:1:function:{function}:{version}/durable-execution/{name}/0"),
                "DurableExecutionName": name,
                "FunctionArn": "f",
                "Status": "RUNNING",
                "StartTimestamp": start,
            })
        });
        let mut answer = json!({ "DurableExecutions": executions.collect::<Vec<_>>() });
        if rest > page {
            answer["NextMarker"] = json!((begin + page).to_string());
        }
        (StatusCode::OK, answer.to_string())
    }
}

/// What a request asks for.
struct Query(Vec<(String, String)>);

impl Query {
    fn of(uri: &Uri) -> Self {
        let pairs = uri.query().unwrap_or_default().split('&');
        let pairs = pairs.filter_map(|pair| pair.split_once('='));
        Self(
            pairs
                .map(|(name, value)| {
                    (
                        name.to_owned(),
                        value.replace("%3A", ":").replace("%24", "$"),
                    )
                })
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<String> {
        let found = self.0.iter().find(|(of, _)| of == name);
        found.map(|(_, value)| value.clone())
    }
}

/// Returns the seconds of a time as the SDK sends it.
fn seconds(text: &str) -> f64 {
    let time = aws_sdk_lambda::primitives::DateTime::from_str(
        text,
        aws_sdk_lambda::primitives::DateTimeFormat::DateTime,
    );
    time.unwrap().as_secs_f64()
}

/// Returns the history of an execution that waits in `ask`, unless its name says otherwise.
fn history(path: &str) -> Value {
    let name = if path.contains("idle") { "idle" } else { "ask" };
    json!({ "Events": [{
        "EventId": 1, "EventType": "CallbackStarted", "EventTimestamp": 1.0, "Id": "c", "Name": name,
        "CallbackStartedDetails": { "CallbackId": "x" },
    }] })
}

/// Lists with a filter, and returns the names, and the service afterwards.
async fn listed(service: Service, filter: Filter) -> (Vec<String>, Service) {
    let service = Arc::new(Mutex::new(service));
    let router = Router::new()
        .fallback(
            async |State(service): State<Arc<Mutex<Service>>>, uri: Uri| {
                let (status, body) = service.lock().unwrap().answer(&uri);
                let kind = if status.is_success() {
                    ""
                } else {
                    "InvalidParameterValueException"
                };
                (status, [("x-amzn-errortype", kind)], body)
            },
        )
        .with_state(Arc::clone(&service));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    // It ends with the runtime of the test.
    tokio::spawn(async move { axum::serve(listener, router).await });
    let credentials = Credentials::new("test", "test", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let clients = Clients {
        cloudformation: aws_sdk_cloudformation::Client::new(&config),
        lambda: aws_sdk_lambda::Client::new(&config),
        sqs: aws_sdk_sqs::Client::new(&config),
        s3: aws_sdk_s3::Client::new(&config),
        dynamodb: aws_sdk_dynamodb::Client::new(&config),
        cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
        logs: aws_sdk_cloudwatchlogs::Client::new(&config),
        endpoint: None,
        region: "us-east-1".to_owned(),
        caller: None,
        rates: Arc::new(Rates::unlimited()),
    };
    let workflows = ["orders", "fraud"].map(|name| DeployedWorkflow {
        workflow: name.to_owned(),
        function: name.to_owned(),
        alias: format!("arn:aws:lambda:us-east-1:1:function:{name}:live"),
        failure_url: "http://sqs/failures".to_owned(),
        tables: std::collections::BTreeMap::new(),
        undelivered_url: None,
        intake: None,
    });
    let mut names = Vec::new();
    let mut listing = Listing::of(&clients, &workflows, &filter);
    while let Some(listed) = listing.next().await.unwrap() {
        names.push(listed.name);
    }
    let service = std::mem::take(&mut *service.lock().unwrap());
    (names, service)
}

/// Executions of two workflows and three versions, with two that began at once.
const MIXED: [(&str, &str, &str, u32); 6] = [
    ("orders", "1", "a", 10),
    ("fraud", "4", "b", 20),
    ("orders", "2", "c", 30),
    ("orders", "2", "d", 30),
    ("fraud", "4", "e", 40),
    ("orders", "1", "f", 50),
];

fn oldest_first() -> Filter {
    Filter {
        order: Order::OldestFirst,
        ..Filter::default()
    }
}

#[tokio::test]
async fn workflows_are_merged_by_the_start_of_their_executions() {
    for (hides_versions, page) in [(false, 1000), (false, 1), (true, 1000), (true, 1)] {
        let service = || Service {
            hides_versions,
            page,
            ..Service::of(&MIXED)
        };
        let (names, _) = listed(service(), oldest_first()).await;
        assert_eq!(
            names,
            ["a", "b", "c", "d", "e", "f"],
            "{hides_versions} {page}"
        );
        let (names, _) = listed(service(), Filter::default()).await;
        assert_eq!(
            names,
            ["f", "e", "d", "c", "b", "a"],
            "{hides_versions} {page}"
        );
    }
}

#[tokio::test]
async fn a_marker_that_expires_loses_nothing_and_repeats_nothing() {
    let one = [
        ("orders", "1", "a", 10),
        ("orders", "1", "b", 20),
        ("orders", "1", "c", 20),
        ("orders", "1", "d", 20),
        ("orders", "1", "e", 30),
    ];
    for forgets_after in 3..=6 {
        for (filter, expected) in [
            (oldest_first(), ["a", "b", "c", "d", "e"]),
            (Filter::default(), ["e", "d", "c", "b", "a"]),
        ] {
            let service = Service {
                page: 1,
                forgets_after,
                ..Service::of(&one)
            };
            let (names, service) = listed(service, filter).await;
            assert_eq!(names, expected, "{forgets_after}");
            assert_eq!(service.refused, 1, "{forgets_after}");
        }
    }
}

#[tokio::test]
async fn filters_take_what_they_say() {
    let taken = async |filter: Filter| listed(Service::of(&MIXED), filter).await.0;
    let of_version = Filter {
        version: Some("2".to_owned()),
        ..Filter::default()
    };
    assert_eq!(taken(of_version).await, ["d", "c"]);
    let by_name = Filter {
        name: Some("e".to_owned()),
        ..Filter::default()
    };
    assert_eq!(taken(by_name).await, ["e"]);
    let waiting = [
        ("orders", "1", "idle-1", 10),
        ("orders", "1", "asks", 20),
        ("fraud", "4", "idle-2", 30),
    ];
    let waiting_for = Filter {
        waiting_for: Some("ask".to_owned()),
        ..Filter::default()
    };
    let (names, _) = listed(Service::of(&waiting), waiting_for).await;
    assert_eq!(names, ["asks"]);
}

#[tokio::test]
async fn a_limit_asks_for_no_more_than_it_shows() {
    let limited = Filter {
        limit: Some(2),
        ..Filter::default()
    };
    let (names, service) = listed(Service::of(&MIXED), limited.clone()).await;
    assert_eq!(names, ["f", "e"]);
    assert_eq!(service.asked_for, [2, 2], "a page of each workflow");
    // What only the list itself can choose may need more than that.
    let chosen = Filter {
        name: Some("a".to_owned()),
        ..limited
    };
    let (names, service) = listed(Service::of(&MIXED), chosen).await;
    assert_eq!(names, ["a"]);
    assert_eq!(service.asked_for, [1000, 1000]);
}

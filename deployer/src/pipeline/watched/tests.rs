//! What is watched, at services that a test makes up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use axum::Router;
use axum::body::Body;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::{Against, Alarms, Failures, Hit, forgive};
use crate::aws::{Clients, served};
use crate::error::{Error, Kind, Result};

#[test]
fn a_version_goes_back_where_it_fails_more_often_than_the_one_before() {
    let hit = |failed: usize, started| Hit {
        started,
        failed: vec![String::new(); failed],
    };
    assert!(hit(1, 3).is_worse_than(&hit(0, 27)));
    assert!(hit(1, 3).is_worse_than(&hit(1, 27)));
    assert!(!hit(1, 3).is_worse_than(&hit(10, 27)));
    assert!(!hit(0, 3).is_worse_than(&hit(0, 27)));
    assert!(
        hit(1, 1).is_worse_than(&hit(0, 0)),
        "nothing to compare with"
    );
}

#[test]
fn who_is_busy_is_asked_again_and_who_refuses_ends_the_watch() {
    let failed = |kind| -> Result<Option<()>> { Err(Error::new(kind, "no")) };
    assert_eq!(forgive(failed(Kind::Service), "only").unwrap(), None);
    let refused = forgive(failed(Kind::Permission), "only").unwrap_err();
    let told = refused.way_out().unwrap();
    assert!(told.contains("`deployer rollback only`"), "{told}");
}

/// The executions of two versions, and what was asked about them.
#[derive(Default)]
struct Service {
    /// Version, start in seconds, and status.
    executions: Vec<(&'static str, i64, &'static str)>,
    calls: usize,
    /// How many executions came in lists of all statuses.
    given: usize,
}

impl Service {
    fn add(&mut self, version: &'static str, many: i64, status: &'static str) {
        let last = self.executions.iter().map(|(_, start, _)| *start).max();
        let next = last.unwrap_or(1_000) + 1;
        let new = (0..many).map(|number| (version, next + number, status));
        self.executions.extend(new);
    }

    fn answer(&mut self, uri: &Uri) -> String {
        self.calls += 1;
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let mut asked: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in query.into_owned() {
            asked.entry(key).or_default().push(value);
        }
        let first = |key: &str| asked.get(key).and_then(|values| values.first());
        let after = first("StartedAfter").map_or(0, |time| {
            DateTime::from_str(time, Format::DateTime).unwrap().secs()
        });
        let mut found = self.executions.clone();
        found.retain(|(version, start, status)| {
            let statuses = asked.get("Statuses");
            first("Qualifier").is_some_and(|wanted| wanted == version)
                && *start > after
                && statuses.is_none_or(|wanted| wanted.iter().any(|wanted| wanted == status))
        });
        found.sort_by_key(|(_, start, _)| *start);
        assert!(
            asked.contains_key("Statuses") || first("ReverseOrder").is_some(),
            "the oldest first, or what comes meanwhile is missed"
        );
        let most = first("MaxItems").map_or(1_000, |most| most.parse().unwrap());
        found.truncate(most);
        if most > 1 && !asked.contains_key("Statuses") {
            self.given += found.len();
        }
        let found = found.into_iter().map(|(version, start, status)| {
            let function = format!("arn:aws:lambda:r:1:function:orders:{version}");
            json!({
                "DurableExecutionArn": format!("{function}/durable-execution/n-{start}/{start}"),
                "DurableExecutionName": format!("n-{start}"),
                "FunctionArn": function, "Status": status, "StartTimestamp": start,
            })
        });
        json!({ "DurableExecutions": found.collect::<Vec<_>>() }).to_string()
    }
}

#[tokio::test]
async fn what_was_counted_is_not_listed_again() {
    let service = Arc::new(Mutex::new(Service::default()));
    let asked = Arc::clone(&service);
    let router = Router::new().fallback(async move |uri: Uri| asked.lock().unwrap().answer(&uri));
    let clients = served(router).await;
    let change = |change: &dyn Fn(&mut Service)| {
        let mut service = service.lock().unwrap();
        (service.calls, service.given) = (0, 0);
        change(&mut service);
    };
    let cost = || {
        let service = service.lock().unwrap();
        (service.calls, service.given)
    };
    let mut failures = Failures::of(&clients, "orders", "2", "1");

    // One of four against five of ten.
    change(&|service| {
        service.add("2", 3, "SUCCEEDED");
        service.add("2", 1, "FAILED");
        service.add("1", 5, "RUNNING");
        service.add("1", 5, "TIMED_OUT");
    });
    assert_eq!(failures.look().await.unwrap(), None);
    assert_eq!(cost(), (5, 14));
    change(&|service| service.add("2", 100, "RUNNING"));
    assert_eq!(failures.look().await.unwrap(), None);
    assert_eq!(cost(), (1, 0), "no further one has failed");
    // The last that was counted comes once more, to be told from those that began with it.
    change(&|service| service.add("2", 1, "FAILED"));
    assert_eq!(failures.look().await.unwrap(), None);
    assert_eq!(cost(), (5, 1 + 101 + 1));
    change(&|service| service.add("2", 150, "FAILED"));
    let hit = failures.look().await.unwrap().unwrap();
    assert_eq!((hit.started, hit.failed.len()), (255, 152));
}

/// As CloudWatch writes it: RFC 8949, of which short texts, arrays and maps are enough.
fn cbor(value: &Value) -> Vec<u8> {
    let head = |kind: u8, length: usize| -> Vec<u8> {
        let length = u8::try_from(length).unwrap();
        if length < 24 {
            vec![(kind << 5) + length]
        } else {
            vec![(kind << 5) + 24, length]
        }
    };
    match value {
        Value::String(text) => [head(3, text.len()), text.as_bytes().to_vec()].concat(),
        Value::Array(values) => {
            let values = values.iter().flat_map(cbor).collect();
            [head(4, value.as_array().unwrap().len()), values].concat()
        }
        Value::Object(fields) => {
            let pairs = fields
                .iter()
                .flat_map(|(key, value)| [cbor(&json!(key)), cbor(value)].concat());
            [head(5, fields.len()), pairs.collect()].concat()
        }
        other => unreachable!("{other}"),
    }
}

/// A stack with two alarms, at a CloudWatch that answers as it is told.
async fn stack(answer: Arc<Mutex<(StatusCode, Value)>>) -> Clients {
    let router = Router::new().fallback(async move |uri: Uri| {
        let reply = Response::builder();
        if uri.path().contains("DescribeAlarms") {
            let (status, body) = answer.lock().unwrap().clone();
            let reply = reply.status(status).header("smithy-protocol", "rpc-v2-cbor");
            return reply
                .header("content-type", "application/cbor")
                .body(Body::from(cbor(&body)))
                .unwrap();
        }
        let members = ["Depth", "Failures"].map(|id| {
            format!(
                "<member><LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>s-{id}</PhysicalResourceId>\
                 <ResourceType>AWS::CloudWatch::Alarm</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>"
            )
        });
        let list = format!(
            "<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>{}\
             </StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>",
            members.concat()
        );
        reply.header("content-type", "text/xml").body(Body::from(list)).unwrap()
    });
    served(router).await
}

fn states(depth: &str, failures: &str) -> (StatusCode, Value) {
    let alarm = |id: &str, state: &str| json!({ "AlarmName": format!("s-{id}"), "StateValue": state, "StateReason": "hot" });
    let alarms = [alarm("Depth", depth), alarm("Failures", failures)];
    (StatusCode::OK, json!({ "MetricAlarms": alarms }))
}

#[tokio::test]
async fn an_alarm_speaks_against_a_version_where_it_goes_off_since_that_comes() {
    let answer = Arc::new(Mutex::new(states("ALARM", "OK")));
    let clients = stack(Arc::clone(&answer)).await;
    let turn = |depth: &str, failures: &str| *answer.lock().unwrap() = states(depth, failures);
    let mut alarms = Alarms::of(&clients, "s", None).await.unwrap();
    assert_eq!(alarms.on_before(), ["s-Depth"]);
    assert_eq!(alarms.look().await.unwrap(), None, "it was on before");
    turn("OK", "INSUFFICIENT_DATA");
    assert_eq!(alarms.look().await.unwrap(), None);
    turn("ALARM", "OK");
    let against = alarms.look().await.unwrap().unwrap();
    assert_eq!(
        against.told("orders", "8"),
        "the alarm Depth of `orders` went off while version 8 came"
    );
    assert_eq!(against.evidence(), "s-Depth: hot");

    // Who goes on after a kill knows which were on before, not which are on now.
    let mut alarms = Alarms::of(&clients, "s", Some(Vec::new())).await.unwrap();
    let against = alarms.look().await.unwrap();
    assert!(matches!(against, Some(Against::Alarm { id, .. }) if id == "Depth"));
}

#[tokio::test]
async fn who_may_not_read_alarms_is_told_before_anything_changes() {
    let denied = json!({ "__type": "AccessDenied", "message": "not authorized" });
    let answer = Arc::new(Mutex::new((StatusCode::FORBIDDEN, denied)));
    let clients = stack(answer).await;
    let refused = Alarms::of(&clients, "s", None).await.err().unwrap();
    assert_eq!(refused.kind(), Kind::Permission, "{}", refused.in_a_line());
    let told = refused.way_out().unwrap();
    assert!(told.contains("allow `cloudwatch:DescribeAlarms`"), "{told}");
    assert!(told.contains("nothing was changed"), "{told}");
}

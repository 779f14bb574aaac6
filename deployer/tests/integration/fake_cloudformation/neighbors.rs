//! The little of S3 and Lambda that a deployment needs beside CloudFormation.

use axum::body::{Body, Bytes};
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::json;

use super::world::World;

/// Answers a call; `is_first` is one that only makes what is not there.
pub(super) fn answer(
    world: &mut World,
    method: &Method,
    uri: &Uri,
    body: &Bytes,
    is_first: bool,
) -> Response {
    let path = uri.path();
    if let Some(id) = path.strip_prefix("/2015-03-31/event-source-mappings/") {
        let id = id.trim_end_matches('/');
        if world.is_gone(id) {
            return missing("ResourceNotFoundException");
        }
        return mapping(world, method, id, body);
    }
    if let Some(rest) = path.strip_prefix("/2025-12-01/functions/") {
        let function = rest.strip_suffix("/durable-executions").unwrap();
        let call = "ListDurableExecutionsByFunction".to_owned();
        world.calls.push((call, Vec::new()));
        // No function of this account has ever run, but for one that is to drain.
        let going = if world.drained.as_deref() == Some(function) {
            world.draining
        } else {
            0
        };
        let executions: Vec<_> = (0..going)
            .map(|number| execution(function, number))
            .collect();
        return document(&json!({ "DurableExecutions": executions }));
    }
    if let Some(rest) = path.strip_prefix("/2015-03-31/functions/") {
        if world.is_gone(rest.split('/').next().unwrap_or_default()) {
            return missing("ResourceNotFoundException");
        }
        if rest.ends_with("/versions") {
            return document(&json!({ "Versions": [{ "Version": "1" }] }));
        }
        world
            .calls
            .push(("GetFunctionConfiguration".to_owned(), Vec::new()));
        if world.drained.is_some() {
            return document(
                &json!({ "State": "Deleting", "StateReasonCode": "DrainingDurableExecutions" }),
            );
        }
        return document(&json!({ "State": "Active", "LastUpdateStatus": "Successful" }));
    }
    object(world, method, path, body, is_first)
}

fn object(
    world: &mut World,
    method: &Method,
    path: &str,
    body: &Bytes,
    is_first: bool,
) -> Response {
    let whole_bucket = path.trim_matches('/').split('/').count() == 1;
    match *method {
        Method::GET if whole_bucket => versions(world),
        Method::POST if whole_bucket => {
            world.calls.push(("DeleteObjects".to_owned(), Vec::new()));
            world.objects.clear();
            xml("<DeleteResult/>")
        }
        Method::HEAD if whole_bucket => status(if world.has_bucket() { 200 } else { 404 }),
        Method::DELETE if !world.has_bucket() => refused(404, "NoSuchBucket"),
        Method::PUT if is_first && !world.has_bucket() => refused(404, "NoSuchBucket"),
        Method::PUT if is_first && world.objects.contains_key(path) => {
            refused(412, "PreconditionFailed")
        }
        Method::DELETE => {
            world.calls.push(("DeleteObject".to_owned(), Vec::new()));
            world.objects.remove(path);
            status(204)
        }
        Method::GET => match world.objects.get(path) {
            Some(object) => Response::builder()
                .header(
                    "etag",
                    format!("{:?}", String::from_utf8_lossy(object).len()),
                )
                .body(Body::from(object.clone()))
                .unwrap(),
            None => status(404),
        },
        Method::PUT => {
            world.calls.push(("PutObject".to_owned(), Vec::new()));
            world.objects.insert(path.to_owned(), body.to_vec());
            status(200)
        }
        Method::HEAD => {
            world.calls.push(("HeadObject".to_owned(), Vec::new()));
            match world.objects.get(path) {
                Some(object) => Response::builder()
                    .header("content-length", object.len())
                    .body(Body::empty())
                    .unwrap(),
                None => status(404),
            }
        }
        _ => status(501),
    }
}

/// An execution that goes on.
fn execution(function: &str, number: usize) -> serde_json::Value {
    let name = format!("left-{number}");
    let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{function}:1");
    json!({
        "DurableExecutionArn": format!("{arn}/durable-execution/{name}/{number}"),
        "DurableExecutionName": name,
        "FunctionArn": arn,
        "Status": "RUNNING",
        "StartTimestamp": 1_700_000_000,
    })
}

fn mapping(world: &mut World, method: &Method, id: &str, body: &Bytes) -> Response {
    if *method == Method::PUT {
        world
            .calls
            .push(("UpdateEventSourceMapping".to_owned(), Vec::new()));
        world.disabled.retain(|disabled| disabled != id);
        if String::from_utf8_lossy(body).contains("\"Enabled\":false") {
            world.disabled.push(id.to_owned());
        }
    } else {
        world
            .calls
            .push(("GetEventSourceMapping".to_owned(), Vec::new()));
    }
    let state = if world.disabled.iter().any(|disabled| disabled == id) {
        "Disabled"
    } else {
        "Enabled"
    };
    document(&json!({ "UUID": id, "State": state }))
}

/// Answers what the services say that are asked only about what is no more.
pub(super) fn of_nothing(target: &str) -> Response {
    match target.rsplit('.').next() {
        Some("DescribeLogGroups") => document(&json!({ "logGroups": [] })),
        Some("ListTables") => document(&json!({ "TableNames": [] })),
        Some("GetQueueUrl") => missing("com.amazonaws.sqs#QueueDoesNotExist"),
        _ => missing("ResourceNotFoundException"),
    }
}

fn versions(world: &World) -> Response {
    if !world.has_bucket() {
        return missing("NoSuchBucket");
    }
    let keys = world.objects.keys();
    let keys = keys.filter_map(|path| path.splitn(3, '/').nth(2));
    let versions: Vec<String> = keys
        .map(|key| format!("<Version><Key>{key}</Key><VersionId>1</VersionId></Version>"))
        .collect();
    let versions = versions.concat();
    xml(&format!(
        "<ListVersionsResult>{versions}<IsTruncated>false</IsTruncated></ListVersionsResult>"
    ))
}

fn missing(code: &str) -> Response {
    let body = json!({ "__type": code, "message": "it is not there" });
    Response::builder()
        .status(404)
        .header("content-type", "application/json")
        .header("x-amzn-errortype", code)
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// What S3 says where it refuses.
fn refused(status: u16, code: &str) -> Response {
    let body = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
    Response::builder()
        .status(status)
        .header("content-type", "application/xml")
        .body(Body::from(body))
        .unwrap()
}

fn xml(text: &str) -> Response {
    Response::builder()
        .header("content-type", "application/xml")
        .body(Body::from(text.to_owned()))
        .unwrap()
}

fn document(value: &serde_json::Value) -> Response {
    Response::builder()
        .header("content-type", "application/json")
        .body(Body::from(value.to_string()))
        .unwrap()
}

fn status(code: u16) -> Response {
    Response::builder()
        .status(code)
        .body(Body::empty())
        .unwrap()
}

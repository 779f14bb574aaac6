//! The little of S3 and Lambda that a deployment needs beside CloudFormation.

use axum::body::{Body, Bytes};
use axum::http::Method;
use axum::response::Response;
use serde_json::json;

use super::world::World;

pub(super) fn answer(world: &mut World, method: &Method, path: &str, body: &Bytes) -> Response {
    if let Some(id) = path.strip_prefix("/2015-03-31/event-source-mappings/") {
        return mapping(world, method, id.trim_end_matches('/'), body);
    }
    if path.starts_with("/2015-03-31/functions/") {
        world
            .calls
            .push(("GetFunctionConfiguration".to_owned(), Vec::new()));
        return document(&json!({ "State": "Active", "LastUpdateStatus": "Successful" }));
    }
    match *method {
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

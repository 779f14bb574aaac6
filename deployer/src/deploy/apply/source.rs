//! How a template reaches CloudFormation: along with the call, or by way of the artifact bucket.

use aws_sdk_s3::primitives::ByteStream;

use super::request::Request;
use crate::aws::{Clients, failed};
use crate::error::{Error, Result};
use crate::hash::hexadecimal;

/// The largest template that a call may carry.
const LARGEST_BODY: usize = 51_200;

/// The largest template that CloudFormation reads from a bucket.
const LARGEST_OBJECT: usize = 1_000_000;

/// Where CloudFormation finds a template; exactly one of the two is there.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) body: Option<String>,
    pub(super) url: Option<String>,
}

/// Returns how the request's template is given; one that is too large is first put into the bucket.
pub(super) async fn source(clients: &Clients, request: &Request) -> Result<Source> {
    let text = request.template.text();
    if text.len() <= LARGEST_BODY {
        return Ok(Source {
            body: Some(text),
            url: None,
        });
    }
    if text.len() > LARGEST_OBJECT {
        return Err(Error::usage(format!(
            "the template of `{}` has {} bytes; CloudFormation takes {LARGEST_OBJECT}",
            request.stack,
            text.len()
        ))
        .hint("split the workflow in two"));
    }
    let bucket = &request.bucket;
    let key = format!("templates/{}.json", hexadecimal(text.as_bytes()));
    clients
        .s3
        .put_object()
        .bucket(bucket)
        .key(&key)
        .content_type("application/json")
        .body(ByteStream::from(text.into_bytes()))
        .send()
        .await
        .map_err(failed(format!(
            "the template of `{}` could not be sent to the bucket `{bucket}`",
            request.stack
        )))?;
    Ok(Source {
        body: None,
        url: Some(url(clients, bucket, &key)),
    })
}

fn url(clients: &Clients, bucket: &str, key: &str) -> String {
    if let Some(endpoint) = &clients.endpoint {
        return format!("{}/{bucket}/{key}", endpoint.trim_end_matches('/'));
    }
    let region = &clients.region;
    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://{bucket}.s3.{region}.amazonaws.com{suffix}/{key}")
}

//! How a template reaches CloudFormation: along with the call, or by way of the artifact bucket.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;

use super::request::Request;
use crate::aws::{Clients, failed};
use crate::deploy::lint::LARGEST_TEMPLATE;
use crate::error::{Error, Result};
use crate::hash::hexadecimal;

/// The largest template that a call may carry.
const LARGEST_BODY: usize = 51_200;

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
    if text.len() > LARGEST_TEMPLATE {
        return Err(Error::usage(format!(
            "the template of `{}` has {} bytes; CloudFormation takes {LARGEST_TEMPLATE}",
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
        url: Some(url(&clients.s3, bucket, &key).await?),
    })
}

/// Returns where an object is, as the SDK's own rules for endpoints say: they know every partition,
/// and whether FIPS, dual-stack or another endpoint is asked for. Only a signed request shows what
/// they come to; the signature goes.
async fn url(s3: &aws_sdk_s3::Client, bucket: &str, key: &str) -> Result<String> {
    let what = || format!("where the template in the bucket `{bucket}` is could not be told");
    let signing = PresigningConfig::expires_in(Duration::from_mins(1))
        .map_err(|error| Error::usage(what()).caused_by(error))?;
    let signed = s3
        .get_object()
        .bucket(bucket)
        .key(key)
        .presigned(signing)
        .await
        .map_err(failed(what()))?;
    let (url, _signature) = signed.uri().split_once('?').unwrap_or((signed.uri(), ""));
    Ok(url.to_owned())
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::{BehaviorVersion, Builder, Credentials, Region};

    use super::url;

    async fn url_with(region: &str, change: impl FnOnce(Builder) -> Builder) -> String {
        let config = Builder::new()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.to_owned()))
            .credentials_provider(Credentials::new("key", "secret", None, None, "test"));
        let s3 = aws_sdk_s3::Client::from_conf(change(config).build());
        url(&s3, "artifacts", "templates/0f.json").await.unwrap()
    }

    #[tokio::test]
    async fn a_template_is_where_the_partition_has_its_buckets() {
        for (region, expected) in [
            (
                "eu-west-1",
                "https://artifacts.s3.eu-west-1.amazonaws.com/templates/0f.json",
            ),
            (
                "us-east-1",
                "https://artifacts.s3.us-east-1.amazonaws.com/templates/0f.json",
            ),
            (
                "cn-north-1",
                "https://artifacts.s3.cn-north-1.amazonaws.com.cn/templates/0f.json",
            ),
            (
                "us-gov-west-1",
                "https://artifacts.s3.us-gov-west-1.amazonaws.com/templates/0f.json",
            ),
            (
                "eusc-de-east-1",
                "https://artifacts.s3.eusc-de-east-1.amazonaws.eu/templates/0f.json",
            ),
        ] {
            assert_eq!(url_with(region, |config| config).await, expected);
        }
    }

    #[tokio::test]
    async fn a_template_is_where_the_settings_say() {
        assert_eq!(
            url_with("us-gov-west-1", |config| config.use_fips(true)).await,
            "https://artifacts.s3-fips.us-gov-west-1.amazonaws.com/templates/0f.json"
        );
        assert_eq!(
            url_with("eu-west-1", |config| config.use_dual_stack(true)).await,
            "https://artifacts.s3.dualstack.eu-west-1.amazonaws.com/templates/0f.json"
        );
        let here = url_with("eu-west-1", |config| {
            config
                .endpoint_url("http://127.0.0.1:4566/")
                .force_path_style(true)
        });
        assert_eq!(
            here.await,
            "http://127.0.0.1:4566/artifacts/templates/0f.json"
        );
    }
}

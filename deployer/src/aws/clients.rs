//! The clients of every service that a stage is made of.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudformation::config::Credentials;

use super::failure::failed;
use super::retries::TellRetries;
use crate::config::{App, Target};
use crate::error::{Error, Kind, Result};

/// The clients of one stage.
#[derive(Debug, Clone)]
pub struct Clients {
    /// AWS CloudFormation.
    pub cloudformation: aws_sdk_cloudformation::Client,
    /// AWS Lambda.
    pub lambda: aws_sdk_lambda::Client,
    /// Amazon SQS.
    pub sqs: aws_sdk_sqs::Client,
    /// Amazon S3.
    pub s3: aws_sdk_s3::Client,
    /// Amazon DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Amazon CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// Where all of them are, if not at AWS.
    pub endpoint: Option<String>,
    /// The region.
    pub region: String,
}

impl Clients {
    /// Returns clients for the stage; `endpoint` is where its local target answers.
    ///
    /// # Errors
    ///
    /// Missing credentials, and credentials of another account than the stage's: nothing was read or
    /// written by then.
    pub async fn connect(app: &App, endpoint: Option<&str>) -> Result<Self> {
        let endpoint = endpoint
            .map(str::to_owned)
            .or_else(|| app.stage.endpoint.clone());
        let region = Region::new(app.stage.region.clone());
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(Duration::from_mins(1))
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(region)
            .timeout_config(timeouts);
        if let Some(endpoint) = &endpoint {
            loader = loader.endpoint_url(endpoint);
            if endpoint.starts_with("http://") {
                // Without TLS there is no need to read the machine's certificates at every start.
                loader = loader.http_client(aws_smithy_http_client::Builder::new().build_http());
            }
        }
        if app.stage.target == Target::Local {
            let credentials = Credentials::new(app.account(), "local", None, None, "local target");
            loader = loader.credentials_provider(credentials);
        }
        let config = loader.load().await;
        if app.stage.target == Target::Aws {
            check_account(app, &config).await?;
        }
        // An upload over a slow line takes as long as it takes; the SDK ends one that stalls.
        let uploads = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .build();
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(endpoint.is_some())
            .timeout_config(uploads)
            .interceptor(TellRetries)
            .build();
        macro_rules! client {
            ($service:ident) => {{
                let config = $service::config::Builder::from(&config);
                $service::Client::from_conf(config.interceptor(TellRetries).build())
            }};
        }
        Ok(Self {
            cloudformation: client!(aws_sdk_cloudformation),
            lambda: client!(aws_sdk_lambda),
            sqs: client!(aws_sdk_sqs),
            s3: aws_sdk_s3::Client::from_conf(s3),
            dynamodb: client!(aws_sdk_dynamodb),
            logs: client!(aws_sdk_cloudwatchlogs),
            endpoint,
            region: app.stage.region.clone(),
        })
    }
}

async fn check_account(app: &App, config: &SdkConfig) -> Result<()> {
    let identity = aws_sdk_sts::Client::new(config)
        .get_caller_identity()
        .send()
        .await
        .map_err(failed("the credentials could not be checked"))?;
    let actual = identity.account().unwrap_or_default();
    match &app.stage.account {
        Some(expected) if expected != actual => Err(Error::new(
            Kind::Permission,
            format!("stage `{}` belongs to account {expected}, but the credentials are of account {actual}", app.stage_name),
        )
        .hint("choose the right profile with AWS_PROFILE, or correct `account` in the stage's file")),
        Some(_) => Ok(()),
        None => Err(Error::usage(format!("stage `{}` names no account", app.stage_name))
            .hint(format!("the credentials are of account {actual}; write `account: \"{actual}\"` into config/stages/{}.yaml if that is the one", app.stage_name))),
    }
}

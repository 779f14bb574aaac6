//! The clients of every service that a stage is made of.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;

use super::caller::{Caller, caller};
use super::endpoint::is_near;
use super::rates::Rates;
use super::retries::TellRetries;
use super::settings::{CONNECT_TIMEOUT, settings};
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
    /// Amazon CloudWatch.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// Amazon CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// Where all of them are, if not at AWS.
    pub endpoint: Option<String>,
    /// The region.
    pub region: String,
    /// Who makes the calls: whom the credentials are of, or on the local target the user of this machine.
    pub caller: Option<String>,
    /// How fast the APIs of durable executions may be asked; shared by all clones.
    pub rates: Arc<Rates>,
}

impl Clients {
    /// Returns whether the services are on this machine.
    pub fn is_near(&self) -> bool {
        is_near(self.endpoint.as_deref())
    }

    /// Returns clients for the stage; `endpoint` is where its local target answers.
    ///
    /// # Errors
    ///
    /// Missing credentials, and credentials of another account than the stage's: nothing was read or
    /// written by then.
    pub async fn connect(app: &App, endpoint: Option<&str>) -> Result<Self> {
        let config = settings(app, endpoint).await?;
        // The stage's, or the one that AWS_ENDPOINT_URL or the profile names.
        let endpoint = config.endpoint_url().map(str::to_owned);
        let caller = match app.stage.target {
            Target::Aws => check_account(app, &config).await?,
            Target::Local => whoami::username().ok(),
        };
        // An upload over a slow line takes as long as it takes; the SDK ends one that stalls.
        let uploads = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
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
            cloudwatch: client!(aws_sdk_cloudwatch),
            logs: client!(aws_sdk_cloudwatchlogs),
            rates: Arc::new(if is_near(endpoint.as_deref()) {
                Rates::unlimited()
            } else {
                Rates::of_aws()
            }),
            endpoint,
            region: app.stage.region.clone(),
            caller,
        })
    }
}

/// Refuses credentials of another account than the stage's, and returns whom they are of.
async fn check_account(app: &App, config: &SdkConfig) -> Result<Option<String>> {
    let Caller {
        account: actual,
        arn,
    } = caller(config).await?;
    match &app.stage.account {
        Some(expected) if *expected != actual => Err(Error::new(
            Kind::Permission,
            format!("stage `{}` belongs to account {expected}, but the credentials are of account {actual}", app.stage_name),
        )
        .hint("choose the right profile with AWS_PROFILE, or correct `account` in the stage's file")),
        Some(_) => Ok(Some(named(&arn).to_owned())),
        None => Err(Error::usage(format!("stage `{}` names no account", app.stage_name))
            .hint(format!("the credentials are of account {actual}; write `account: \"{actual}\"` into config/stages/{}.yaml if that is the one", app.stage_name))),
    }
}

/// Returns whom an ARN names, such as `user/ada` or `assumed-role/Deploy/ada`.
///
/// The partition and the account before it are the stage's own.
fn named(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_cloudformation::config::Credentials;
    use camino::Utf8Path;

    use super::{check_account, named};
    use crate::config::load;
    use crate::error::Kind;

    /// Answers one question of who the caller is.
    async fn identity(arn: &str) -> SdkConfig {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let account = arn.split(':').nth(4).unwrap();
        let body = format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        );
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut question, mut part) = (Vec::new(), [0; 1_024]);
            while !String::from_utf8_lossy(&question).contains("Version=2011-06-15") {
                let count = stream.read(&mut part).unwrap();
                question.extend_from_slice(&part[..count]);
            }
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}", body.len());
            write!(stream, "{head}\r\nconnection: close\r\n\r\n{body}").unwrap();
        });
        aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-west-1"))
            .endpoint_url(endpoint)
            .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .load()
            .await
    }

    #[tokio::test]
    async fn whose_the_credentials_are_is_known_from_the_check_of_the_account() {
        let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let app = load(root, "prod").unwrap();
        let account = app.account();
        let ours = format!("arn:aws:sts::{account}:assumed-role/Deploy/ada");
        let caller = check_account(&app, &identity(&ours).await).await.unwrap();
        assert_eq!(caller.as_deref(), Some("assumed-role/Deploy/ada"));
        let others = "arn:aws:sts::000000000000:assumed-role/Deploy/ada";
        let refusal = check_account(&app, &identity(others).await)
            .await
            .unwrap_err();
        assert_eq!(refusal.kind(), Kind::Permission);
    }

    #[test]
    fn an_identity_is_told_whole_but_for_the_account() {
        for (arn, name) in [
            ("arn:aws:iam::111122223333:user/team/ada", "user/team/ada"),
            (
                "arn:aws-cn:sts::111122223333:assumed-role/Deploy/run:7@main",
                "assumed-role/Deploy/run:7@main",
            ),
            ("arn:aws:iam::111122223333:root", "root"),
            ("ada", "ada"),
        ] {
            assert_eq!(named(arn), name);
        }
    }
}

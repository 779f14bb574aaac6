//! Whose credentials a stage is reached with.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_smithy_runtime_api::client::result::SdkError;

use super::failure::failed;
use super::profile;
use super::settings::CONNECT_TIMEOUT;
use crate::error::Result;

/// Who makes the calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account of the credentials.
    pub account: String,
    /// Whom they are of, as an ARN.
    pub arn: String,
}

/// Asks AWS who makes the calls, which shows that there are credentials and that the region answers.
///
/// # Errors
///
/// Credentials that are missing, expired or refused, each with the way to others that the profile
/// calls for; a network that does not let the question through.
pub async fn caller(config: &SdkConfig) -> Result<Caller> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_timeout(Duration::from_secs(20))
        .build();
    let sts = aws_sdk_sts::config::Builder::from(config)
        .timeout_config(timeouts)
        .build();
    let answer = aws_sdk_sts::Client::from_conf(sts)
        .get_caller_identity()
        .send()
        .await;
    match answer {
        Ok(identity) => Ok(Caller {
            account: identity.account().unwrap_or_default().to_owned(),
            arn: identity.arn().unwrap_or_default().to_owned(),
        }),
        Err(error) => {
            let unsigned = matches!(&error, SdkError::DispatchFailure(dispatch)
                if dispatch.is_user() || dispatch.is_other());
            let told = failed("AWS did not say whose credentials these are")(error);
            Err(if unsigned {
                told.hint(profile::way_in().await)
            } else {
                told
            })
        }
    }
}

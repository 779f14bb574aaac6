//! The settings that every client of a stage is made with.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudformation::config::Credentials;
use aws_types::os_shim_internal::Env;

use super::endpoint::is_near;
use super::{network, profile};
use crate::config::{App, Target};
use crate::error::Result;

/// How long a connection may take to come about.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Returns the settings of the stage, which reach its local target at `local`.
///
/// Region, endpoint and account are the stage's; credentials, proxies, certificates, FIPS and dual-stack
/// endpoints are what the variables and the profile of AWS say.
///
/// # Errors
///
/// Certificates that cannot be used.
pub async fn settings(app: &App, local: Option<&str>) -> Result<SdkConfig> {
    let endpoint = local.or(app.stage.endpoint.as_deref());
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(Duration::from_mins(1))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::new(app.stage.region.clone()))
        .timeout_config(timeouts);
    if let Some(endpoint) = endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if app.stage.target == Target::Local {
        let credentials = Credentials::new(app.account(), "local", None, None, "local target");
        loader = loader.credentials_provider(credentials);
    }
    let unsecured = is_near(endpoint)
        && endpoint.is_some_and(|endpoint| endpoint.to_ascii_lowercase().starts_with("http://"));
    let client = if unsecured {
        network::plain()
    } else {
        network::secured(authorities().await.as_deref())?
    };
    Ok(loader.http_client(client).load().await)
}

/// Returns the file of certificates that are trusted instead of this machine's.
async fn authorities() -> Option<String> {
    let named = match Env::real().get("AWS_CA_BUNDLE") {
        Ok(file) => Some(file),
        Err(_) => profile::value("ca_bundle").await,
    };
    named.filter(|file| !file.is_empty())
}

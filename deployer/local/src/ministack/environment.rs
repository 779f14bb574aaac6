//! The environment of MiniStack, and so of the functions that it runs.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::settings::{LocalSettings, State};

/// What is handed on of the daemon's own environment. Credentials, profiles, proxies and endpoints
/// of the user's are not among it: nothing here may reach a real account.
const INHERITED: [&str; 10] = [
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "USER",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    // Where models reply that are no canned ones, in the way of OpenAI.
    "MINISTACK_BEDROCK_PROXY_URL",
    "MINISTACK_BEDROCK_PROXY_TIMEOUT_SECONDS",
];

/// Returns the whole environment of MiniStack behind a router on `port`.
#[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
pub(super) fn environment(
    settings: &LocalSettings,
    state: &State,
    port: u16,
) -> BTreeMap<OsString, OsString> {
    let mut environment: BTreeMap<OsString, OsString> = INHERITED
        .iter()
        .filter_map(|name| Some(((*name).into(), std::env::var_os(name)?)))
        .collect();
    let mut set = |name: &str, value: OsString| environment.insert(name.into(), value);

    // Port and host only form the URLs that MiniStack hands out; it listens elsewhere.
    set("GATEWAY_PORT", port.to_string().into());
    set("MINISTACK_HOST", "127.0.0.1".into());
    set("BIND_HOST", "127.0.0.1".into());
    set("MINISTACK_REGION", settings.region.clone().into());
    set("MINISTACK_ACCOUNT_ID", settings.account.clone().into());
    set("LAMBDA_EXECUTOR", "local".into());
    // Of every function one process stays; what a burst leaves besides goes after a minute.
    set("LAMBDA_WARM_TTL_SECONDS", "60".into());
    set("PERSIST_STATE", "1".into());
    set("STATE_DIR", state.ministack_state().into());
    set("S3_PERSIST", "1".into());
    set("S3_DATA_DIR", state.objects().into());
    set("AUTH", settings.enforce_iam.to_string().into());
    set("IOT_MTLS_ENABLED", "0".into());
    set("SFTP_ENABLED", "0".into());
    set("TMPDIR", state.temporary().into());
    set("HOME", state.temporary().into());
    // No socket is there, so MiniStack leaves the machine's containers alone.
    set("DOCKER_HOST", "unix:///nonexistent/docker.sock".into());

    // What functions see besides: where AWS is, and nothing of the machine's own configuration.
    set(
        "AWS_ENDPOINT_URL",
        format!("http://127.0.0.1:{port}").into(),
    );
    set("AWS_EC2_METADATA_DISABLED", "true".into());
    environment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
    fn functions_are_sent_to_the_router_and_inherit_no_credentials() {
        let settings = LocalSettings {
            project: "/project".into(),
            port: 0,
            region: "eu-west-1".to_owned(),
            account: "123456789012".to_owned(),
            enforce_iam: true,
        };
        let state = State::at("/project/.deployer/local".into());
        let environment = environment(&settings, &state, 4566);
        let value = |name: &str| {
            environment
                .get(&OsString::from(name))
                .map(|value| value.to_string_lossy().into_owned())
        };
        assert_eq!(value("AWS_ENDPOINT_URL").unwrap(), "http://127.0.0.1:4566");
        assert_eq!(value("MINISTACK_REGION").unwrap(), "eu-west-1");
        assert_eq!(value("PATH"), std::env::var("PATH").ok());
        let aws: Vec<_> = environment
            .keys()
            .filter(|name| name.to_string_lossy().starts_with("AWS_"))
            .collect();
        assert_eq!(aws, ["AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL"]);
    }
}

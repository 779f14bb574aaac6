//! The version of the orchestrator that messages start executions of: what ran must be what was deployed.

use std::collections::BTreeSet;

use crate::aws;
use crate::error::{Error, Result};

/// What the orchestrator's alias pointed to when the run began.
#[derive(Debug)]
pub(super) struct LiveVersion {
    lambda: aws_sdk_lambda::Client,
    function: String,
    alias: String,
    /// One; two where the alias shares the messages between two.
    versions: BTreeSet<String>,
}

impl LiveVersion {
    /// Reads what the alias of the function points to.
    ///
    /// # Errors
    ///
    /// An alias that cannot be read.
    pub(super) async fn read(
        lambda: &aws_sdk_lambda::Client,
        function: &str,
        alias_arn: &str,
    ) -> Result<Self> {
        let alias = alias_arn
            .rsplit_once(':')
            .map_or(alias_arn, |(_, alias)| alias);
        Ok(Self {
            lambda: lambda.clone(),
            function: function.to_owned(),
            alias: alias.to_owned(),
            versions: versions(lambda, function, alias).await?,
        })
    }

    /// Returns why the execution `name` is not one of the version that was deployed, if it is not.
    pub(super) async fn mismatch(&self, name: &str, arn: &str) -> Option<String> {
        let ran = version_of(arn).unwrap_or("unknown");
        if self.versions.contains(ran) {
            return None;
        }
        let now = versions(&self.lambda, &self.function, &self.alias).await;
        Some(told(name, ran, &self.alias, &self.versions, now.as_ref()))
    }
}

/// Returns what an alias points to.
async fn versions(
    lambda: &aws_sdk_lambda::Client,
    function: &str,
    alias: &str,
) -> Result<BTreeSet<String>> {
    let read = aws::alias(lambda, function, alias).await?;
    let routed = read.routing_config();
    let routed = routed.and_then(|routing| routing.additional_version_weights());
    let mut versions: BTreeSet<String> = routed
        .into_iter()
        .flatten()
        .map(|(v, _)| v.clone())
        .collect();
    versions.extend(read.function_version().map(str::to_owned));
    Ok(versions)
}

/// Returns the version in the ARN of an execution: `…:function:NAME:VERSION/durable-execution/…`.
fn version_of(arn: &str) -> Option<&str> {
    let (function, _) = arn.split_once("/durable-execution/")?;
    let (_, version) = function.rsplit_once(':')?;
    Some(version)
}

fn told(
    name: &str,
    ran: &str,
    alias: &str,
    began: &BTreeSet<String>,
    now: Result<&BTreeSet<String>, &Error>,
) -> String {
    let text = format!(
        "execution `{name}` ran on version {ran}, and `{alias}` pointed to version {} when the run began",
        listed(began)
    );
    match now {
        Ok(now) if now == began => text,
        Ok(now) => format!(
            "{text}; it points to version {} now: a deployment came in between",
            listed(now)
        ),
        Err(error) => format!("{text} ({})", error.in_a_line()),
    }
}

fn listed(versions: &BTreeSet<String>) -> String {
    let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
    versions.join(" and ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::{LiveVersion, told, version_of};
    use crate::error::{Error, Kind};
    use crate::smoke::tests::{Service, answering};

    const ARN: &str =
        "arn:aws:lambda:us-east-1:000000000000:function:orders:7/durable-execution/dev-1/0c";

    fn versions(versions: &[&str]) -> BTreeSet<String> {
        versions
            .iter()
            .map(|version| (*version).to_owned())
            .collect()
    }

    #[test]
    fn the_version_is_what_stands_after_the_functions_name() {
        assert_eq!(version_of(ARN), Some("7"));
        assert_eq!(
            version_of(&ARN.replace(":7/", ":$LATEST/")),
            Some("$LATEST")
        );
        for arn in [
            "",
            "orders:7",
            "arn:aws:lambda:us-east-1:1:function:orders:7",
        ] {
            assert_eq!(version_of(arn), None, "{arn}");
        }
    }

    /// What the alias `live` of `orders` points to.
    struct Alias(Value);

    impl Service for Alias {
        fn answer(&mut self, asked: &str, _sent: &Value) -> Option<Value> {
            assert_eq!(asked, "/2015-03-31/functions/orders/aliases/live");
            Some(self.0.clone())
        }
    }

    #[tokio::test]
    async fn what_the_alias_pointed_to_at_the_beginning_may_run_and_nothing_else() {
        let alias = Arc::new(Mutex::new(Alias(json!({ "FunctionVersion": "7" }))));
        let lambda = aws_sdk_lambda::Client::new(&answering(&alias).await);
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:orders:live";
        let live = LiveVersion::read(&lambda, "orders", arn).await.unwrap();
        assert_eq!(live.mismatch("tx", ARN).await, None);
        let other = ARN.replace(":7/", ":8/");
        let reason = live.mismatch("tx", &other).await.unwrap();
        assert!(!reason.contains("a deployment"), "{reason}");
        alias.lock().unwrap().0 = json!({ "FunctionVersion": "8" });
        assert_eq!(live.mismatch("tx", ARN).await, None);
        let reason = live.mismatch("tx", &other).await.unwrap();
        assert!(
            reason.ends_with("version 8 now: a deployment came in between"),
            "{reason}"
        );
        assert!(
            live.mismatch("tx", "arn").await.is_some(),
            "an ARN without a version"
        );
    }

    #[tokio::test]
    async fn an_alias_that_shares_its_messages_lets_both_versions_run() {
        let weights = json!({ "AdditionalVersionWeights": { "7": 0.1 } });
        let shared = json!({ "FunctionVersion": "6", "RoutingConfig": weights });
        let alias = Arc::new(Mutex::new(Alias(shared)));
        let lambda = aws_sdk_lambda::Client::new(&answering(&alias).await);
        let live = LiveVersion::read(&lambda, "orders", "live").await.unwrap();
        for (version, runs) in [("6", true), ("7", true), ("5", false)] {
            let arn = ARN.replace(":7/", &format!(":{version}/"));
            assert_eq!(live.mismatch("tx", &arn).await.is_none(), runs, "{version}");
        }
    }

    #[test]
    fn both_versions_are_named_and_a_deployment_in_between_is_told() {
        let began = versions(&["8"]);
        let told = |now: Result<&BTreeSet<String>, &Error>| told("tx", "7", "live", &began, now);
        let plain =
            "execution `tx` ran on version 7, and `live` pointed to version 8 when the run began";
        assert_eq!(told(Ok(&began)), plain);
        assert_eq!(
            told(Ok(&versions(&["8", "9"]))),
            format!("{plain}; it points to version 8 and 9 now: a deployment came in between")
        );
        let error = Error::new(Kind::Service, "no answer");
        assert_eq!(told(Err(&error)), format!("{plain} (no answer)"));
    }
}

//! Tells, with `-v`, when the SDK tries a call again.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Logs every attempt after the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct TellRetries;

impl Intercept for TellRetries {
    fn name(&self) -> &'static str {
        "TellRetries"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let attempt = settings.load::<RequestAttempts>();
        let attempt = attempt.map_or(1, RequestAttempts::attempts);
        if attempt > 1 {
            let call = settings.load::<Metadata>().map_or_else(
                || "a call".to_owned(),
                |call| format!("{} {}", call.service(), call.name()),
            );
            tracing::debug!("AWS was busy or out of reach: {call}, attempt {attempt}");
        }
        Ok(())
    }
}

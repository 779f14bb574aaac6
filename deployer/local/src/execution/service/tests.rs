//! Names and retention, with a clock that the test moves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::execution::clock::Clock;
use crate::execution::service::core::Core;
use crate::execution::service::drive;
use crate::execution::service::settings::ServiceSettings;
use crate::execution::service::start::{NewExecution, StartError};
use crate::execution::store::Store;
use crate::gateway::{
    DurableFunction, FunctionGateway, FunctionVersion, GatewayError, InvokeOutcome, Qualification,
    StatusChange,
};
use durable_history::Timestamp;

/// A clock that stands still until it is moved.
#[derive(Default)]
struct ManualClock(AtomicI64);

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A function that succeeds at once.
struct Succeeding;

#[async_trait::async_trait]
impl FunctionGateway for Succeeding {
    async fn resolve(
        &self,
        _function: &str,
        _qualifier: Option<&str>,
    ) -> Result<Option<DurableFunction>, GatewayError> {
        Ok(Some(function()))
    }

    async fn version(&self, _function: &str) -> Result<String, GatewayError> {
        Ok("1".to_owned())
    }

    async fn invoke(
        &self,
        _function: &FunctionVersion,
        _payload: Vec<u8>,
    ) -> Result<InvokeOutcome, GatewayError> {
        Ok(InvokeOutcome::Returned(
            br#"{"Status":"SUCCEEDED","Result":"1"}"#.to_vec(),
        ))
    }

    async fn invoke_plain(
        &self,
        function: &str,
        _payload: Vec<u8>,
    ) -> Result<InvokeOutcome, GatewayError> {
        Err(GatewayError::NotFound {
            function: function.to_owned(),
        })
    }

    async fn publish_status_change(&self, _change: &StatusChange) -> Result<(), GatewayError> {
        Ok(())
    }

    async fn kill_peer(&self, _peer: SocketAddr) -> Result<(), GatewayError> {
        Ok(())
    }
}

fn function() -> DurableFunction {
    DurableFunction {
        version: FunctionVersion {
            name: "f".into(),
            version: "1".into(),
        },
        arn: "f".into(),
        qualified_by: Qualification::Version,
        execution_timeout_seconds: 60,
        retention_days: 2,
        timeout_seconds: 3,
    }
}

fn named(input: &str) -> NewExecution {
    NewExecution {
        name: Some("tx-1".into()),
        input: input.into(),
        trace_header: None,
    }
}

#[tokio::test]
async fn a_name_is_free_again_when_its_retention_has_passed() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::default());
    let settings = ServiceSettings {
        account: "1".into(),
        region: "r".into(),
    };
    let store = Store::open(folder.path()).unwrap();
    let time = Arc::clone(&clock);
    let (core, beginning) = Core::new(store, Arc::new(Succeeding), settings, time);
    drive::spawn_all(Arc::clone(&core), beginning);
    let first = core.start(&function(), named("1")).unwrap();
    first.wait_closed().await;
    let arn = first.lock().execution.identity.arn.clone();
    assert!(
        arn.starts_with("arn:aws:lambda:r:1:function:f:1/durable-execution/tx-1/"),
        "{arn}"
    );

    let days = |days: i64| days * 24 * 60 * 60 * 1000;
    clock.0.store(days(2) - 1, Ordering::SeqCst);
    let same = core.start(&function(), named("1")).unwrap();
    assert_eq!(same.lock().execution.identity.arn, arn);
    let other = core.start(&function(), named("2"));
    assert!(matches!(other, Err(StartError::AlreadyStarted { .. })));

    clock.0.store(days(2), Ordering::SeqCst);
    let fresh = core.start(&function(), named("2")).unwrap();
    assert_ne!(fresh.lock().execution.identity.arn, arn);
    assert!(core.find(&arn).is_none());
    assert_eq!(core.store.load().unwrap().executions.len(), 1);
}

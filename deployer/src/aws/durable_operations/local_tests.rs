//! The same against the local target's service, which was built from AWS's model of the operations.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use durable_local::execution::{Crowd, ExecutionService, ServiceSettings};
use durable_local::gateway::{
    DurableFunction, FunctionGateway, FunctionVersion, GatewayError, InvokeOutcome, StatusChange,
};

use super::{Clients, Effect, delete, pause, resume, stop};
use crate::aws::served;

/// A gateway to nowhere: nothing here runs a function.
struct Nowhere;

fn nowhere<T>(target: &str) -> Result<T, GatewayError> {
    Err(GatewayError::Unavailable {
        target: target.to_owned(),
        source: None,
    })
}

#[async_trait::async_trait]
impl FunctionGateway for Nowhere {
    async fn resolve(
        &self,
        function: &str,
        _qualifier: Option<&str>,
    ) -> Result<Option<DurableFunction>, GatewayError> {
        nowhere(function)
    }

    async fn version(&self, function: &str) -> Result<String, GatewayError> {
        nowhere(function)
    }

    async fn invoke(
        &self,
        function: &FunctionVersion,
        _payload: Vec<u8>,
    ) -> Result<InvokeOutcome, GatewayError> {
        nowhere(&function.name)
    }

    async fn invoke_plain(
        &self,
        function: &str,
        _payload: Vec<u8>,
    ) -> Result<InvokeOutcome, GatewayError> {
        nowhere(function)
    }

    async fn publish_status_change(&self, _change: &StatusChange) -> Result<(), GatewayError> {
        Ok(())
    }

    async fn kill_peer(&self, _peer: SocketAddr) -> Result<(), GatewayError> {
        nowhere("peer")
    }
}

/// Serves the executions of a folder.
async fn clients_of(folder: &Path) -> Clients {
    let settings = ServiceSettings {
        account: "000000000000".into(),
        region: "us-east-1".into(),
    };
    let service = ExecutionService::open(folder, Arc::new(Nowhere), settings)
        .await
        .unwrap();
    served(service.routes()).await
}

async fn status(clients: &Clients, arn: &str) -> String {
    let execution = clients.lambda.get_durable_execution();
    let execution = execution.durable_execution_arn(arn).send().await.unwrap();
    execution.status().as_str().to_owned()
}

fn is_conflict(effect: &Effect) -> bool {
    matches!(effect, Effect::Conflict(why) if !why.is_empty())
}

#[tokio::test]
async fn an_execution_is_paused_resumed_stopped_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let waiting = Crowd {
        function_arn: "arn:aws:lambda:us-east-1:000000000000:function:f".into(),
        version: "$LATEST".into(),
        prefix: "tx".into(),
        waiting: 1,
        succeeded: 0,
        failed: 0,
    };
    let arns = waiting.write(folder.path()).unwrap();
    let arn = arns[0].as_str();
    let clients = &clients_of(folder.path()).await;
    assert!(is_conflict(&resume(clients, arn, None).await.unwrap()));
    assert_eq!(
        pause(clients, arn, Some("why")).await.unwrap(),
        Effect::Done
    );
    assert_eq!(status(clients, arn).await, "PAUSED");
    assert!(is_conflict(&pause(clients, arn, None).await.unwrap()));
    assert!(is_conflict(&delete(clients, arn).await.unwrap()));
    assert_eq!(resume(clients, arn, None).await.unwrap(), Effect::Done);
    assert_eq!(status(clients, arn).await, "RUNNING");
    let error = aws_sdk_lambda::types::ErrorObject::builder().build();
    assert_eq!(stop(clients, arn, error).await.unwrap(), Effect::Done);
    assert!(is_conflict(&pause(clients, arn, None).await.unwrap()));
    assert_eq!(delete(clients, arn).await.unwrap(), Effect::Done);
    assert_eq!(delete(clients, arn).await.unwrap(), Effect::Gone);
    assert_eq!(pause(clients, arn, None).await.unwrap(), Effect::Gone);
}

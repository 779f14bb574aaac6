//! Status changes on their way to EventBridge, in order.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::execution::model::{Execution, ExecutionStatus};
use crate::gateway::{FunctionGateway, StatusChange};

/// The queue of events to publish.
#[derive(Debug, Clone)]
pub(crate) struct Publisher {
    queue: mpsc::UnboundedSender<Item>,
}

#[derive(Debug)]
enum Item {
    Change(StatusChange),
    Flush(oneshot::Sender<()>),
}

impl Publisher {
    /// Starts publishing through a gateway.
    pub(crate) fn start(gateway: Arc<dyn FunctionGateway>) -> Self {
        let (queue, mut items) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(item) = items.recv().await {
                match item {
                    Item::Change(change) => publish(gateway.as_ref(), &change).await,
                    Item::Flush(done) => {
                        let _ = done.send(());
                    }
                }
            }
        });
        Self { queue }
    }

    /// Queues the event that tells where an execution stands now.
    pub(crate) fn status_changed(&self, execution: &Execution, status: ExecutionStatus) {
        let identity = &execution.identity;
        let end = execution
            .closing
            .as_ref()
            .filter(|_| status != ExecutionStatus::Running);
        // Fails only when the runtime is going down.
        let _ = self.queue.send(Item::Change(StatusChange {
            execution_arn: identity.arn.clone(),
            execution_name: identity.name.clone(),
            function_arn: identity.qualified_function_arn(),
            status: status.as_str().to_owned(),
            start_timestamp: execution.started_at.to_rfc3339(),
            end_timestamp: end.map(|closing| closing.at.to_rfc3339()),
        }));
    }

    /// Waits until everything queued so far is published.
    pub(crate) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        if self.queue.send(Item::Flush(done)).is_ok() {
            let _ = flushed.await;
        }
    }
}

async fn publish(gateway: &dyn FunctionGateway, change: &StatusChange) {
    if let Err(error) = gateway.publish_status_change(change).await {
        tracing::warn!(
            execution = %change.execution_arn,
            status = %change.status,
            %error,
            "status change was not published"
        );
    }
}

//! Status changes on their way to EventBridge, in order.

use std::sync::Arc;
use std::time::Duration;

use durable_history::{ExecutionStatus, Timestamp};
use tokio::sync::{mpsc, oneshot};

use crate::execution::model::Execution;
use crate::execution::store::Store;
use crate::gateway::{FunctionGateway, StatusChange};

/// How often an event is published that does not get through. One of an end that never does is
/// published when the store is opened next.
const TRIES: u32 = 5;
/// The pause before the next try.
const PAUSE: Duration = Duration::from_millis(500);

/// The queue of events to publish.
#[derive(Debug, Clone)]
pub(crate) struct Publisher {
    queue: mpsc::UnboundedSender<Item>,
}

#[derive(Debug)]
enum Item {
    Running(StatusChange),
    Ended { id: String, change: StatusChange },
    Flush(oneshot::Sender<()>),
}

impl Publisher {
    /// Starts publishing through a gateway. The store is told which ends were published, so that
    /// those which were not are published when it is opened next.
    pub(crate) fn start(gateway: Arc<dyn FunctionGateway>, store: Arc<Store>) -> Self {
        let (queue, mut items) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(item) = items.recv().await {
                match item {
                    Item::Running(change) => {
                        publish(gateway.as_ref(), &change).await;
                    }
                    Item::Ended { id, change } => {
                        if publish(gateway.as_ref(), &change).await
                            && let Err(error) = store.announce(&id)
                        {
                            tracing::warn!(%error, "published end was not noted");
                        }
                    }
                    Item::Flush(done) => {
                        let _ = done.send(());
                    }
                }
            }
        });
        Self { queue }
    }

    /// Queues the event of a start.
    pub(crate) fn started(&self, execution: &Execution) {
        let change = describe(execution, ExecutionStatus::Running, None);
        self.send(Item::Running(change));
    }

    /// Queues the event of an end; does nothing while the execution runs.
    pub(crate) fn ended(&self, execution: &Execution) {
        if let Some(closing) = &execution.closing {
            let change = describe(execution, execution.status(), Some(closing.at));
            self.send(Item::Ended {
                id: execution.identity.id.clone(),
                change,
            });
        }
    }

    fn send(&self, item: Item) {
        // Fails only when the runtime is going down.
        let _ = self.queue.send(item);
    }

    /// Waits until everything queued so far is published.
    pub(crate) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        if self.queue.send(Item::Flush(done)).is_ok() {
            let _ = flushed.await;
        }
    }
}

fn describe(
    execution: &Execution,
    status: ExecutionStatus,
    end: Option<Timestamp>,
) -> StatusChange {
    let identity = &execution.identity;
    StatusChange {
        execution_arn: identity.arn.clone(),
        execution_name: identity.name.clone(),
        function_arn: identity.qualified_function_arn(),
        status: status.as_str().to_owned(),
        start_timestamp: execution.started_at.to_rfc3339(),
        end_timestamp: end.map(Timestamp::to_rfc3339),
    }
}

/// Publishes one event and returns whether that worked. Whoever takes it may just be starting anew.
#[expect(clippy::disallowed_methods, reason = "the pause before the next try")]
async fn publish(gateway: &dyn FunctionGateway, change: &StatusChange) -> bool {
    for last in (0..TRIES).rev().map(|left| left == 0) {
        let Err(error) = gateway.publish_status_change(change).await else {
            return true;
        };
        tracing::warn!(
            execution = %change.execution_arn,
            status = %change.status,
            %error,
            "status change was not published"
        );
        if last || !error.is_retryable() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}

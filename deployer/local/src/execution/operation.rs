//! An operation of an execution: what the API shows of it, and what only the service knows.

use durable_history::{ErrorObject, OperationStatus, OperationType, Subject, Timestamp};
use serde::{Deserialize, Serialize};

/// One operation. Its serialized form is the API's, plus `Local` in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Operation {
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(rename = "Type")]
    pub(crate) kind: OperationType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sub_type: Option<String>,
    pub(crate) start_timestamp: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) end_timestamp: Option<Timestamp>,
    pub(crate) status: OperationStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) execution_details: Option<ExecutionDetails>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) context_details: Option<ContextDetails>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) step_details: Option<StepDetails>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) wait_details: Option<WaitDetails>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) callback_details: Option<CallbackDetails>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) chained_invoke_details: Option<ChainedInvokeDetails>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) local: Option<Local>,
}

/// What an `EXECUTION` operation tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ExecutionDetails {
    pub(crate) input_payload: String,
}

/// What a `CONTEXT` operation tells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ContextDetails {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replay_children: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorObject>,
}

/// What a `STEP` operation tells. `attempt` counts the attempts that ended in a retry.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StepDetails {
    pub(crate) attempt: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next_attempt_timestamp: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorObject>,
}

/// What a `WAIT` operation tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WaitDetails {
    pub(crate) scheduled_end_timestamp: Timestamp,
}

/// What a `CALLBACK` operation tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CallbackDetails {
    pub(crate) callback_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorObject>,
}

/// What a `CHAINED_INVOKE` operation tells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChainedInvokeDetails {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorObject>,
}

/// What only the service knows of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) enum Local {
    Wait {
        seconds: u64,
    },
    Callback {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        times_out_at: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heartbeat_seconds: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heartbeat_due_at: Option<Timestamp>,
    },
    ChainedInvoke(ChainedTarget),
}

/// The target of a chained invoke.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChainedTarget {
    pub(crate) function: String,
    pub(crate) input: String,
    /// Set when the target is durable: the execution that its invocation is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) child: Option<ChildExecution>,
}

/// What a chained invoke will run, as far as it is known when it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Planned {
    /// An execution of a durable function.
    Execution(ChildExecution),
    /// A version of a function that is not durable.
    Plain {
        /// The version.
        version: String,
    },
}

impl Planned {
    /// Returns the version that will run.
    pub(crate) fn version(&self) -> &str {
        match self {
            Self::Execution(child) => &child.version,
            Self::Plain { version } => version,
        }
    }

    /// Returns the execution that the invoke will be, where its target is durable.
    pub(crate) fn execution(&self) -> Option<&ChildExecution> {
        match self {
            Self::Execution(child) => Some(child),
            Self::Plain { .. } => None,
        }
    }
}

/// The execution that a chained invoke of a durable function starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChildExecution {
    pub(crate) arn: String,
    pub(crate) version: String,
}

impl Operation {
    /// Makes an operation that just started, without details.
    pub(crate) fn started(id: String, kind: OperationType, now: Timestamp) -> Self {
        Self {
            id,
            parent_id: None,
            name: None,
            kind,
            sub_type: None,
            start_timestamp: now,
            end_timestamp: None,
            status: OperationStatus::Started,
            execution_details: None,
            context_details: None,
            step_details: None,
            wait_details: None,
            callback_details: None,
            chained_invoke_details: None,
            local: None,
        }
    }

    /// Returns what events of the operation say of it.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            id: &self.id,
            parent_id: self.parent_id.as_deref(),
            name: self.name.as_deref(),
            sub_type: self.sub_type.as_deref(),
        }
    }

    /// Ends the operation.
    pub(crate) fn end(&mut self, status: OperationStatus, now: Timestamp) {
        self.status = status;
        self.end_timestamp = Some(now);
    }

    /// Returns the operation as the API shows it.
    pub(crate) fn to_wire(&self) -> Self {
        Self {
            local: None,
            ..self.clone()
        }
    }

    /// Returns the bytes that the operation adds to a page of state.
    pub(crate) fn size(&self) -> usize {
        let result = self
            .step_details
            .as_ref()
            .and_then(|details| details.result.as_ref())
            .or_else(|| {
                self.context_details
                    .as_ref()
                    .and_then(|details| details.result.as_ref())
            })
            .or_else(|| {
                self.callback_details
                    .as_ref()
                    .and_then(|details| details.result.as_ref())
            })
            .or_else(|| {
                self.chained_invoke_details
                    .as_ref()
                    .and_then(|details| details.result.as_ref())
            })
            .map_or(0, String::len);
        let error = self
            .step_details
            .as_ref()
            .and_then(|details| details.error.as_ref())
            .map_or(0, ErrorObject::size);
        let input = self
            .execution_details
            .as_ref()
            .map_or(0, |details| details.input_payload.len());
        400 + result + error + input
    }
}

//! Starting executions, and finding those that a name already stands for.

use std::sync::Arc;

use crate::execution::error::StoreError;
use crate::execution::model::{Execution, Identity};
use crate::execution::names;
use crate::execution::operation::ChildExecution;
use crate::execution::service::core::Core;
use crate::execution::service::entry::Entry;
use crate::gateway::DurableFunction;

/// What an execution is started with.
#[derive(Debug)]
pub(crate) struct NewExecution {
    pub(crate) name: Option<String>,
    pub(crate) input: String,
    pub(crate) trace_header: Option<String>,
}

/// Why an execution was not started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The name stands for an execution with another payload.
    #[error("execution with name `{name}` already exists with a different payload")]
    AlreadyStarted { name: String },
    #[error("execution cannot be stored")]
    Store(#[from] StoreError),
}

impl Core {
    /// Starts an execution, or returns the one that the name and payload already stand for.
    pub(crate) fn start(
        self: &Arc<Self>,
        function: &DurableFunction,
        new: NewExecution,
    ) -> Result<Arc<Entry>, StartError> {
        let id = names::unique();
        let name = new.name.clone().unwrap_or_else(names::unique);
        self.start_as(function, new, &name, id)
    }

    /// Starts the execution of a chained invoke, unless an earlier try already did.
    pub(crate) fn start_child(
        self: &Arc<Self>,
        function: &DurableFunction,
        child: &ChildExecution,
        input: String,
    ) -> Result<Arc<Entry>, StartError> {
        let id = names::execution_id(&child.arn)
            .unwrap_or_default()
            .to_owned();
        let mut pinned = function.clone();
        pinned.version.version.clone_from(&child.version);
        let new = NewExecution {
            name: None,
            input,
            trace_header: None,
        };
        // A child is named like its id, which no caller can know beforehand.
        self.start_as(&pinned, new, &id.clone(), id)
    }

    /// Names the execution that a chained invoke of a durable function will be.
    pub(crate) fn plan_child(&self, function: &DurableFunction) -> ChildExecution {
        let id = names::unique();
        let version = function.version.version.clone();
        let arn = names::execution_arn(&self.function_arn(function), &version, &id, &id);
        ChildExecution { arn, version }
    }

    fn start_as(
        self: &Arc<Self>,
        function: &DurableFunction,
        new: NewExecution,
        name: &str,
        id: String,
    ) -> Result<Arc<Entry>, StartError> {
        let now = self.now();
        self.forget_expired(now);
        // Held from the look-up to the insertion: a name stands for one execution only.
        let mut registry = self.registry();
        if let Some(known) = registry.named(&function.version.name, name).cloned() {
            let same = known.lock().execution.identity.input == new.input;
            return if same {
                Ok(known)
            } else {
                Err(StartError::AlreadyStarted {
                    name: name.to_owned(),
                })
            };
        }
        if self.is_stopping() {
            return Err(StoreError::Closed.into());
        }
        let function_arn = self.function_arn(function);
        let version = function.version.version.clone();
        let identity = Identity {
            arn: names::execution_arn(&function_arn, &version, name, &id),
            id,
            name: name.to_owned(),
            function_name: function.version.name.clone(),
            function_arn,
            version,
            input: new.input,
            execution_timeout_seconds: function.execution_timeout_seconds,
            retention_days: function.retention_days,
            trace_header: new.trace_header,
        };
        self.store.create(&identity, now)?;
        let execution = Execution::start(identity, now);
        self.publisher.started(&execution);
        let entry = Arc::new(Entry::new(execution));
        self.keep(&mut registry, &entry);
        drop(registry);
        self.begin(Arc::clone(&entry));
        Ok(entry)
    }

    fn function_arn(&self, function: &DurableFunction) -> String {
        if function.arn.starts_with("arn:") {
            return function.arn.clone();
        }
        let settings = &self.settings;
        let name = &function.version.name;
        format!(
            "arn:aws:lambda:{}:{}:function:{name}",
            settings.region, settings.account
        )
    }
}

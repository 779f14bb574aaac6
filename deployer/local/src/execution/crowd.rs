//! Stores full of executions that never ran, for tests of what lists, counts and shows many.

use std::path::Path;

use durable_history::{ErrorObject, OperationType, Timestamp};

use crate::execution::clock::{Clock as _, SystemClock};
use crate::execution::error::StoreError;
use crate::execution::log::Record;
use crate::execution::model::{Change, Execution, Identity};
use crate::execution::names;
use crate::execution::store::Store;
use crate::execution::transition::{
    Answer, Invocation, begin_invocation, checkpoint, end_invocation,
};
use crate::execution::wire::{Action, CallbackOptions, OperationUpdate};

/// Executions to write into a store that no service has open: what the next one to open it has, as
/// if they had run. They began a second apart, the last one a second ago, and are named
/// `PREFIX-00000` and so on in that order; the three kinds take turns.
#[derive(Debug, Clone)]
pub struct Crowd {
    /// The function's ARN, without a qualifier.
    pub function_arn: String,
    /// The version that they run on: a number, or `$LATEST`.
    pub version: String,
    /// What their names begin with.
    pub prefix: String,
    /// How many wait for a callback, in an operation named `ask`. Nothing invokes the function until
    /// somebody answers; it does not know the operation then, and begins anew.
    pub waiting: usize,
    /// How many ended with the result `"done"`.
    pub succeeded: usize,
    /// How many ended with the error `Refused`.
    pub failed: usize,
}

/// How an execution of a crowd stands.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Waiting,
    Succeeded,
    Failed,
}

impl Crowd {
    /// Writes them into a folder of executions, which is made when missing, and returns their ARNs,
    /// the oldest first.
    pub fn write(&self, executions: &Path) -> Result<Vec<String>, StoreError> {
        let store = Store::open(executions)?;
        let now = SystemClock.now();
        let kinds = self.kinds();
        let mut arns = Vec::with_capacity(kinds.len());
        for (number, kind) in kinds.iter().enumerate() {
            let age = i64::try_from(kinds.len() - number).unwrap_or(i64::MAX);
            let at = Timestamp::from_millis(now.millis().saturating_sub(age.saturating_mul(1000)));
            let identity = self.identity(number);
            arns.push(identity.arn.clone());
            store.import(&identity.id.clone(), &life(identity, *kind, at))?;
        }
        Ok(arns)
    }

    /// Returns the kinds, in turns for as long as there is one of a kind left.
    fn kinds(&self) -> Vec<Kind> {
        let counts = [
            (Kind::Waiting, self.waiting),
            (Kind::Succeeded, self.succeeded),
            (Kind::Failed, self.failed),
        ];
        let rounds = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let round = |round: usize| {
            let left = counts.iter().filter(move |(_, count)| round < *count);
            left.map(|(kind, _)| *kind)
        };
        (0..rounds).flat_map(round).collect()
    }

    fn identity(&self, number: usize) -> Identity {
        let id = names::unique();
        let name = format!("{}-{number:05}", self.prefix);
        Identity {
            arn: names::execution_arn(&self.function_arn, &self.version, &name, &id),
            id,
            name,
            function_name: names::function_name(&self.function_arn).0.to_owned(),
            function_arn: self.function_arn.clone(),
            version: self.version.clone(),
            input: format!("{{\"number\":{number}}}"),
            execution_timeout_seconds: 30 * 24 * 60 * 60,
            retention_days: 14,
            trace_header: None,
        }
    }
}

/// Returns all that happened to an execution, by the rules of the service itself.
fn life(identity: Identity, kind: Kind, at: Timestamp) -> Vec<Record> {
    let mut execution = Execution::start(identity.clone(), at);
    let mut records = vec![Record::Started { at, identity }];
    let mut happens = |execution: &mut Execution, change: Change| {
        records.push(Record::Changed(change.clone()));
        execution.apply(change);
    };
    let change = begin_invocation(&execution);
    happens(&mut execution, change);
    let answer = match kind {
        Kind::Waiting => {
            let question = checkpoint(
                &execution,
                &question(),
                &std::collections::BTreeMap::new(),
                at,
            );
            happens(&mut execution, question.unwrap_or_default());
            Answer::Pending
        }
        Kind::Succeeded => Answer::Succeeded {
            result: Some("\"done\"".to_owned()),
        },
        Kind::Failed => Answer::Failed {
            error: Some(ErrorObject::new("Refused", "made up to fail")),
        },
    };
    let invocation = Invocation {
        request_id: names::unique(),
        started_at: at,
        answer: Ok(answer),
    };
    let change = end_invocation(&execution, invocation, at);
    happens(&mut execution, change);
    if execution.is_closed() {
        records.push(Record::Announced);
    }
    records
}

/// Returns the updates with which the SDKs begin to wait for a callback.
fn question() -> Vec<OperationUpdate> {
    let start = |id: &str, kind: OperationType| OperationUpdate {
        id: id.to_owned(),
        parent_id: None,
        name: None,
        kind,
        sub_type: None,
        action: Action::Start,
        payload: None,
        error: None,
        context_options: None,
        step_options: None,
        wait_options: None,
        callback_options: None,
        chained_invoke_options: None,
    };
    let around = OperationUpdate {
        name: Some("ask".to_owned()),
        sub_type: Some("WaitForCallback".to_owned()),
        ..start("1", OperationType::Context)
    };
    let callback = OperationUpdate {
        parent_id: Some("1".to_owned()),
        sub_type: Some("Callback".to_owned()),
        callback_options: Some(CallbackOptions {
            timeout_seconds: 24 * 60 * 60,
            heartbeat_timeout_seconds: 0,
        }),
        ..start("1-1", OperationType::Callback)
    };
    vec![around, callback]
}

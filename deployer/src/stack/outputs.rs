//! The outputs of a workflow's stack: what each is for, by the name that linking gives it.
//!
//! An output is named `<instance><output>`, after the instance of a component and the component's own
//! output; both are in `templates/` and in `link`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::names::pascal_case;

/// The name of the orchestrator's function.
pub(crate) const ORCHESTRATOR: &str = "OrchestratorFunctionName";
/// The alias through which the orchestrator is invoked, as an ARN.
pub(crate) const ORCHESTRATOR_ALIAS: &str = "OrchestratorAliasArn";
/// The queue that messages go into.
pub(crate) const QUEUE: &str = "IntakeQueueUrl";
/// The queue of messages that were given up.
pub(crate) const DEAD_LETTERS: &str = "IntakeDeadLetterQueueUrl";
/// The queue of executions that failed.
pub(crate) const FAILURES: &str = "OrchestratorFailureQueueUrl";
/// The queue of failures that EventBridge could not put into that queue.
pub(crate) const UNDELIVERED_FAILURES: &str = "OrchestratorUndeliveredQueueUrl";
/// The table of the intake's idempotency records.
pub(crate) const IDEMPOTENCY: &str = "IdempotencyTableName";

/// How the output with a table's physical name ends.
const TABLE_NAME: &str = "TableName";

/// Returns the name of the output with the physical name of a table of the configuration.
pub(crate) fn table_output(table: &str) -> String {
    format!("{}{TABLE_NAME}", pascal_case(table))
}

/// The outputs of a stack, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Outputs(BTreeMap<String, String>);

impl Outputs {
    /// Returns the value of an output.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the name of the orchestrator's function.
    pub fn orchestrator(&self) -> Option<&str> {
        self.get(ORCHESTRATOR)
    }

    /// Returns the alias through which the orchestrator is invoked, as an ARN.
    pub fn orchestrator_alias(&self) -> Option<&str> {
        self.get(ORCHESTRATOR_ALIAS)
    }

    /// Returns the name of that alias.
    pub fn orchestrator_alias_name(&self) -> Option<&str> {
        self.orchestrator_alias()?.rsplit(':').next()
    }

    /// Returns the queues that people look at first, each with what it is for.
    pub fn main_queues(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let main = ROLES.iter().filter(|(output, _)| *output != UNDELIVERED);
        main.filter_map(|(output, role)| {
            let queue = self.queues().find(|(name, _)| name == output);
            queue.map(|(_, url)| (*role, url))
        })
    }

    /// Returns the aliases of all functions, as ARNs.
    pub fn aliases(&self) -> impl Iterator<Item = &str> {
        self.ending("AliasArn").map(|(_, arn)| arn)
    }

    /// Returns the ids of the event source mappings.
    pub fn mappings(&self) -> impl Iterator<Item = &str> {
        self.ending("MappingId").map(|(_, id)| id)
    }

    /// Returns the names of the functions, each with the instance that it is of.
    pub fn functions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ending("FunctionName")
    }

    /// Returns the URLs of the queues, each with what stands in its output's name before `QueueUrl`.
    pub fn queues(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ending("QueueUrl")
    }

    /// Returns the physical names of the tables, each with the instance that it is of.
    pub fn tables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ending(TABLE_NAME)
    }

    fn ending<'a>(&'a self, suffix: &'static str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let outputs = self.0.iter();
        outputs.filter_map(move |(name, value)| Some((name.strip_suffix(suffix)?, value.as_str())))
    }
}

impl FromIterator<(String, String)> for Outputs {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(outputs: I) -> Self {
        Self(outputs.into_iter().collect())
    }
}

/// What stands in the name of the output with the queue of failures that did not reach theirs.
const UNDELIVERED: &str = "OrchestratorUndelivered";

/// What a queue is for, in the words of every command.
const ROLES: [(&str, &str); 4] = [
    ("Intake", "queue"),
    ("IntakeDeadLetter", "dead letters"),
    ("OrchestratorFailure", "failed executions"),
    (UNDELIVERED, "undelivered failures"),
];

/// Returns what a queue is for, by what stands in its output's name before `QueueUrl`.
pub(crate) fn queue_role(output: &str) -> &str {
    let role = ROLES.iter().find(|(name, _)| *name == output);
    role.map_or(output, |(_, role)| role)
}

#[cfg(test)]
mod tests {
    use super::{Outputs, queue_role, table_output};

    #[test]
    fn outputs_are_known_by_how_their_names_end() {
        let outputs: Outputs = [
            ("IntakeQueueUrl", "q"),
            ("IntakeDeadLetterQueueUrl", "d"),
            ("OrchestratorFunctionName", "o"),
            ("LineItemsTableName", "t"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into_iter()
        .collect();
        assert_eq!(outputs.orchestrator(), Some("o"));
        let roles: Vec<_> = outputs.queues().map(|(name, _)| queue_role(name)).collect();
        assert_eq!(roles, ["dead letters", "queue"]);
        assert_eq!(outputs.get(&table_output("line-items")), Some("t"));
        assert_eq!(outputs.tables().next(), Some(("LineItems", "t")));
        assert_eq!(outputs.mappings().next(), None);
    }
}

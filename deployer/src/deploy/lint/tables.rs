//! Tables: what DynamoDB would refuse.

use super::finding::{Findings, Rule};
use crate::config::Workflow;

const INDEX: Rule = Rule {
    code: "T001",
    reason: "the attributes of a table's keys are each defined once, and an index finds what the key does not",
    source: "AWS::DynamoDB::Table AttributeDefinitions",
};

pub(super) fn check(name: &str, workflow: &Workflow, findings: &mut Findings<'_>) {
    for (table_name, table) in &workflow.tables {
        let Some(index) = &table.index else {
            continue;
        };
        let own = [Some(&table.partition_key), table.sort_key.as_ref()];
        let (first, second) = (&index.partition_key, &index.sort_key);
        if first == second || own.contains(&Some(first)) || own.contains(&Some(second)) {
            let path = format!("workflows.{name}.tables.{table_name}.index");
            let message = format!(
                "`{first}` and `{second}` are not two attributes other than those of the table's key"
            );
            findings.add(INDEX, &path, message);
        }
    }
}

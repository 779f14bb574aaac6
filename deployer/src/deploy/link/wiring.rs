//! How instances of components are tied to each other.

use std::collections::BTreeMap;

use super::instance::{Binding, Instance};
use crate::config::Table;
use crate::stack::pascal_case;

/// The instance of the durable function.
pub(super) const ORCHESTRATOR: &str = "Orchestrator";

pub(super) fn with_variable(instance: Instance, name: &str, value: Binding) -> Instance {
    instance.overlay(
        &["Function", "Properties", "Environment", "Variables", name],
        value,
    )
}

pub(super) fn with_environment(
    instance: Instance,
    environment: &BTreeMap<String, String>,
) -> Instance {
    environment
        .iter()
        .fold(instance, |instance, (name, value)| {
            with_variable(instance, name, Binding::literal(value.clone()))
        })
}

/// Lets a function read and write a table, whose name it is told, and that of its index.
pub(super) fn with_table(
    function: Instance,
    name: &str,
    table: Option<&Table>,
    access: &mut Vec<Instance>,
) -> Instance {
    let (instance, prefix) = (pascal_case(name), constant_case(name));
    let policy = format!("{}Uses{instance}", function.name);
    let mut policy = Instance::new(&policy, "table-access")
        .set("Name", policy.clone())
        .bind("RoleName", Binding::output(&function.name, "RoleName"))
        .bind("TableArn", Binding::output(&instance, "TableArn"));
    let table_name = Binding::output(instance, "TableName");
    let mut function = with_variable(function, &format!("{prefix}_TABLE"), table_name);
    if let Some(index) = table.and_then(|table| table.index.as_ref()) {
        let name = Binding::literal(index.name());
        function = with_variable(function, &format!("{prefix}_INDEX"), name);
        policy = policy.set("Index", index.name());
    }
    with_access(function, policy, access)
}

/// Adds the policy of a function's role. Work reaches the code that needs it through the alias only,
/// so the alias waits for the policy.
pub(super) fn with_access(
    function: Instance,
    policy: Instance,
    access: &mut Vec<Instance>,
) -> Instance {
    let function = function.after("Alias", &policy.name, "Policy");
    access.push(policy);
    function
}

pub(super) fn constant_case(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

//! How instances of components are tied to each other.

use std::collections::BTreeMap;

use super::instance::{Binding, Instance};
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

pub(super) fn with_table(instance: Instance, table: &str) -> Instance {
    let variable = format!("{}_TABLE", constant_case(table));
    with_variable(
        instance,
        &variable,
        Binding::output(pascal_case(table), "TableName"),
    )
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

//! Questions to the table.

use serde_json::Value;

use super::kind::{Holds, ResourceType};
use super::table::TYPES;

/// Returns what is known of a type, where anything is.
pub fn resource_type(name: &str) -> Option<&'static ResourceType> {
    TYPES.iter().find(|known| known.name == name)
}

/// Returns the type that a resource of a template says it is of.
pub fn type_of(resource: &Value) -> &str {
    resource
        .get("Type")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Returns the types that workflows are usually made of.
pub fn usual_types() -> impl Iterator<Item = &'static str> {
    TYPES
        .iter()
        .filter(|known| known.usual)
        .map(|known| known.name)
}

/// Returns what a resource of a type holds that is lost with it, where it holds anything.
pub fn holds(name: &str) -> Option<Holds> {
    resource_type(name)?.holds
}

#[cfg(test)]
mod tests {
    use super::TYPES;

    #[test]
    fn every_type_has_one_row_in_the_order_of_names() {
        let names: Vec<&str> = TYPES.iter().map(|known| known.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }
}

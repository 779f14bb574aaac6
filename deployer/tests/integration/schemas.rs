//! The committed schemas are those of the types.

use crate::sandbox::repository;

#[test]
fn committed_schemas_are_generated_from_the_types() {
    for (name, schema) in deployer::pipeline::schemas() {
        let committed = fs_err::read_to_string(repository().join("config/schema").join(name))
            .unwrap_or_default();
        let generated = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        assert!(
            committed == generated,
            "config/schema/{name} is not up to date; run `cargo deployer validate --write-schemas`"
        );
    }
}

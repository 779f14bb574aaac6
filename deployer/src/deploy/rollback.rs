//! A workflow's alias on a version of before: as a template, so that the stack knows, and the next `up` too.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::link::Template;
use super::traffic::{ALIAS, Traffic, target, unshared};
use crate::error::{Error, Kind, Result};

/// The note at the alias: the logical id of the version that was left.
const LEFT: &str = "deployer:rolled-back-from";

/// Returns a deployed template with the orchestrator's alias on this version of its function, and a note of
/// which version of the template it left.
///
/// # Errors
///
/// The template has no such alias.
pub fn on_version(deployed: &Value, version: &str) -> Result<Template> {
    let left = Traffic::of(deployed).map(|traffic| traffic.to);
    let left = left
        .or_else(|| target(deployed).map(str::to_owned))
        .or_else(|| self::left(deployed).map(str::to_owned));
    let mut body = unshared(deployed.clone());
    let alias = body.pointer_mut(&format!("/Resources/{ALIAS}"));
    let alias = alias.and_then(Value::as_object_mut);
    let properties = alias.and_then(|alias| {
        if let Some(left) = left {
            alias.insert("Metadata".to_owned(), json!({ LEFT: left }));
        }
        alias.get_mut("Properties")?.as_object_mut()
    });
    let properties = properties.ok_or_else(|| {
        Error::new(
            Kind::WrongState,
            format!("the deployed template has no alias `{ALIAS}`"),
        )
    })?;
    properties.insert("FunctionVersion".to_owned(), version.into());
    Ok(Template::new(body, BTreeMap::new()))
}

/// Returns the version that a template sends work to which was left by a rollback, so that deploying the
/// template brings back what was taken away.
pub fn returns_to<'a>(deployed: &Value, wanted: &'a Value) -> Option<&'a str> {
    let left = left(deployed)?;
    target(wanted).filter(|target| *target == left)
}

/// Returns the logical id of the version that a rollback left.
fn left(template: &Value) -> Option<&str> {
    let alias = template.pointer(&format!("/Resources/{ALIAS}"))?;
    alias.get("Metadata")?.get(LEFT)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{on_version, returns_to};

    fn template(version: &str) -> Value {
        let of = json!({ "Fn::GetAtt": [version, "Version"] });
        json!({ "Resources": {
            "OrchestratorAlias": { "Type": "AWS::Lambda::Alias", "Properties": { "Name": "live", "FunctionVersion": of } },
            version: { "Type": "AWS::Lambda::Version", "DeletionPolicy": "Retain" },
        }})
    }

    #[test]
    fn the_alias_goes_back_and_nothing_else_changes() {
        let before = template("OrchestratorVersionb");
        let back = on_version(&before, "3").unwrap();
        let alias = &back.body()["Resources"]["OrchestratorAlias"];
        assert_eq!(
            alias["Properties"],
            json!({ "Name": "live", "FunctionVersion": "3" })
        );
        let version = "OrchestratorVersionb";
        assert_eq!(
            back.body()["Resources"][version],
            before["Resources"][version]
        );
        // Once more goes further back, and what was left first is still known.
        let further = on_version(back.body(), "2").unwrap();
        assert_eq!(returns_to(further.body(), &before), Some(version));
        assert!(on_version(&json!({ "Resources": {} }), "1").is_err());
    }

    #[test]
    fn only_what_was_left_is_returned_to() {
        let bad = template("OrchestratorVersionb");
        let back = on_version(&bad, "3").unwrap();
        assert_eq!(returns_to(back.body(), &bad), Some("OrchestratorVersionb"));
        assert_eq!(
            returns_to(back.body(), &template("OrchestratorVersionc")),
            None
        );
        assert_eq!(returns_to(&template("OrchestratorVersiona"), &bad), None);
    }
}

//! Whether a resource is replaced when a property changes.

use serde_json::Value;

use super::model::Replacement;
use crate::resources::{FUNCTION, TABLE, resource_type};

/// Returns whether it is known what replaces a resource of the type.
pub(super) fn is_known(kind: &str) -> bool {
    resource_type(kind).is_some_and(|known| known.create_only.is_some())
}

/// Returns whether a resource is replaced when its property `property` becomes another one.
pub(super) fn judge(
    kind: &str,
    property: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Replacement {
    match (kind, property) {
        // The presence is fixed at the creation; the values are not.
        (FUNCTION, "DurableConfig") if before.is_some() != after.is_some() => Replacement::Certain,
        (TABLE, "AttributeDefinitions") if retypes(before, after) => Replacement::Certain,
        _ => {
            let known = resource_type(kind);
            if known.is_some_and(|known| known.conditional.contains(&property)) {
                return Replacement::Possible;
            }
            match known.and_then(|known| known.create_only) {
                Some(properties) if properties.contains(&property) => Replacement::Certain,
                Some(_) => Replacement::Never,
                None => Replacement::Possible,
            }
        }
    }
}

/// Returns whether an attribute that stays gets another type.
fn retypes(before: Option<&Value>, after: Option<&Value>) -> bool {
    let types = |definitions: Option<&Value>| -> Vec<(String, String)> {
        let text = |definition: &Value, key: &str| definition.get(key)?.as_str().map(str::to_owned);
        definitions
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|definition| {
                Some((
                    text(definition, "AttributeName")?,
                    text(definition, "AttributeType")?,
                ))
            })
            .collect()
    };
    let after = types(after);
    types(before).iter().any(|(name, kind)| {
        after
            .iter()
            .any(|(other, other_kind)| name == other && kind != other_kind)
    })
}

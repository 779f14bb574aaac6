//! New executions reach a new version by shares: the alias as a template, so that the stack knows how far it is.
//!
//! Through CloudFormation, and not beside it: what `UpdateAlias` sets is drift, which the next deployment would
//! undo, and where a deployment that was killed had come to would be known to nobody. Pure.

use serde_json::{Value, json};

/// The alias that takes the work.
pub(super) const ALIAS: &str = "OrchestratorAlias";
/// Where a template notes how far a version has come.
const TRAFFIC: &str = "Traffic";

/// How far a new version has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// The version before.
    pub from: String,
    /// The logical id of the new one.
    pub to: String,
    /// The share of new executions that start on it, in percent.
    pub percent: u32,
    /// The alarms that were on before it came, where alarms are watched.
    pub on_before: Option<Vec<String>>,
}

impl Traffic {
    /// Reads how far a version has come from a deployed template; nothing where the alias has one version.
    pub fn of(template: &Value) -> Option<Self> {
        let noted = template.get("Metadata")?.get(TRAFFIC)?;
        let text = |key: &str| Some(noted.get(key)?.as_str()?.to_owned());
        let on_before = noted.get("AlarmsBefore").and_then(Value::as_array);
        let on_before = on_before.map(|names| {
            let names = names.iter().filter_map(Value::as_str);
            names.map(str::to_owned).collect()
        });
        Some(Self {
            from: text("From")?,
            to: text("To")?,
            percent: u32::try_from(noted.get("Percent")?.as_u64()?).ok()?,
            on_before,
        })
    }
}

/// Returns the logical id of the version that a template's alias refers to.
pub fn target(template: &Value) -> Option<&str> {
    let path = format!("/Resources/{ALIAS}/Properties/FunctionVersion/Fn::GetAtt/0");
    template.pointer(&path)?.as_str()
}

/// Returns a template in which this share of new executions starts on its own version, and the others on `from`;
/// nothing where its alias refers to no version of its own. Which alarms were on before is noted, for whoever goes on.
pub fn shared(
    template: &Value,
    from: &str,
    percent: u32,
    on_before: Option<&[String]>,
) -> Option<Value> {
    let to = target(template)?.to_owned();
    let mut shared = template.clone();
    let properties = shared.pointer_mut(&format!("/Resources/{ALIAS}/Properties"))?;
    let properties = properties.as_object_mut()?;
    let version = properties.insert("FunctionVersion".to_owned(), from.into())?;
    let weight =
        json!({ "FunctionVersion": version, "FunctionWeight": f64::from(percent) / 100.0 });
    let routing = json!({ "AdditionalVersionWeights": [weight] });
    properties.insert("RoutingConfig".to_owned(), routing);
    let metadata = shared.as_object_mut()?.entry("Metadata");
    let mut note = json!({ "From": from, "To": to, "Percent": percent });
    if let (Some(names), Some(note)) = (on_before, note.as_object_mut()) {
        note.insert("AlarmsBefore".to_owned(), json!(names));
    }
    let metadata = metadata.or_insert_with(|| json!({})).as_object_mut()?;
    metadata.insert(TRAFFIC.to_owned(), note);
    Some(shared)
}

/// Returns a deployed template without shares, as it is before one version takes all of the work.
pub fn unshared(mut template: Value) -> Value {
    let path = format!("/Resources/{ALIAS}/Properties");
    if let Some(properties) = template.pointer_mut(&path).and_then(Value::as_object_mut) {
        properties.remove("RoutingConfig");
    }
    if let Some(metadata) = template.get_mut("Metadata").and_then(Value::as_object_mut) {
        metadata.remove(TRAFFIC);
    }
    template
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Traffic, shared, target, unshared};

    fn template() -> Value {
        let of = json!({ "Fn::GetAtt": ["OrchestratorVersionb", "Version"] });
        json!({ "Metadata": {}, "Resources": {
            "OrchestratorAlias": { "Properties": { "Name": "live", "FunctionVersion": of } },
        }})
    }

    #[test]
    fn a_share_goes_to_the_new_version_and_the_stack_knows_how_far_that_is() {
        let on_before = ["Depth".to_owned()];
        let shared = shared(&template(), "7", 10, Some(&on_before)).unwrap();
        let alias = &shared["Resources"]["OrchestratorAlias"]["Properties"];
        assert_eq!(alias["FunctionVersion"], "7");
        let weights = &alias["RoutingConfig"]["AdditionalVersionWeights"];
        assert_eq!(
            *weights,
            json!([{ "FunctionVersion": { "Fn::GetAtt": ["OrchestratorVersionb", "Version"] }, "FunctionWeight": 0.1 }])
        );
        let traffic = Traffic {
            from: "7".to_owned(),
            to: "OrchestratorVersionb".to_owned(),
            percent: 10,
            on_before: Some(on_before.to_vec()),
        };
        assert_eq!(Traffic::of(&shared), Some(traffic));
        assert_eq!(Traffic::of(&template()), None);
        let unshared = unshared(shared);
        assert_eq!(Traffic::of(&unshared), None);
        assert_eq!(
            unshared.pointer("/Resources/OrchestratorAlias/Properties/RoutingConfig"),
            None
        );
    }

    #[test]
    fn an_alias_on_a_number_has_no_version_of_its_own() {
        let mut back = template();
        back["Resources"]["OrchestratorAlias"]["Properties"]["FunctionVersion"] = "3".into();
        assert_eq!(target(&back), None);
        assert_eq!(shared(&back, "2", 10, None), None);
    }
}

//! JSON schemas of the configuration files, generated from the types for editors to complete and check against.

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::config::{Application, Stage, Workflow};
use crate::smoke::ScenarioFile;

/// Returns the schemas by file name.
pub fn schemas() -> BTreeMap<&'static str, Value> {
    let mut stage = schema::<Stage>();
    let overrides = schema::<Workflow>();
    adopt_definitions(&mut stage, &overrides);
    if let Some(properties) = stage.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(
            "workflows".to_owned(),
            json!({
                "description": "What the stage changes of the workflows in `config/app.yaml`.",
                "type": "object",
                "additionalProperties": { "$ref": "#/$defs/Workflow" }
            }),
        );
    }
    let mut application = schema::<Application>();
    // Defaults fill in what a file leaves out, so hardly anything is required of one file.
    forget_required(&mut stage);
    forget_required(&mut application);
    BTreeMap::from([
        ("app.json", application),
        ("smoke.json", schema::<ScenarioFile>()),
        ("stage.json", stage),
    ])
}

fn schema<T: JsonSchema>() -> Value {
    let generator: SchemaGenerator = SchemaSettings::draft2020_12().into_generator();
    generator.into_root_schema_for::<T>().to_value()
}

fn adopt_definitions(into: &mut Value, from: &Value) {
    let mut workflow = from.clone();
    let mut definitions = serde_json::Map::new();
    if let Value::Object(fields) = &mut workflow {
        fields.shift_remove("$schema");
        if let Some(Value::Object(inner)) = fields.shift_remove("$defs") {
            definitions.extend(inner);
        }
    }
    definitions.insert("Workflow".to_owned(), workflow);
    if let Value::Object(fields) = into
        && let Some(known) = fields
            .entry("$defs")
            .or_insert_with(|| json!({}))
            .as_object_mut()
    {
        known.extend(definitions);
    }
}

fn forget_required(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.shift_remove("required");
            fields.values_mut().for_each(forget_required);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_required),
        _ => {}
    }
}

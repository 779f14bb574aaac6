//! The linker: instances of components become one template.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::component::Components;
use super::expression::Scope;
use super::instance::{Binding, Instance};
use super::linked::Linked;
use super::template::Template;
use super::version::{name_versions, published_function};
use crate::config::nearest;
use crate::error::{Error, Result};
use crate::resources::{VERSION, type_of};

/// Links `instances` into one template.
///
/// # Errors
///
/// An unbound parameter without a default, a binding to nothing, a reference to nothing and an id
/// that collides, each with file and line.
pub fn link(
    components: &Components,
    instances: &[Instance],
    description: &str,
) -> Result<Template> {
    let mut linker = Linker {
        components,
        instances,
        scopes: BTreeMap::new(),
    };
    let mut sections = Linked::default();
    for instance in instances {
        linker.open(&instance.name, &mut Vec::new())?;
    }
    for instance in instances {
        linker.emit(instance, &mut sections.resources, &mut sections.outputs)?;
    }
    for instance in instances {
        linker.order(instance, &mut sections.resources)?;
        linker.place(instance, &mut sections.places);
    }
    // What a function refers to is only known once all is sections.
    name_versions(&mut sections);
    let body = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Resources": sections.resources,
        "Outputs": sections.outputs,
    });
    Ok(Template::new(body, sections.places))
}

/// Works in three passes over the instances: `open` binds parameters, in the order in which instances
/// need each other; `emit` writes resources and outputs; `order` adds what waits for what. A scope is
/// there for every instance once it is open, and only then may its ids be asked for.
struct Linker<'a> {
    components: &'a Components,
    instances: &'a [Instance],
    scopes: BTreeMap<&'a str, Scope<'a>>,
}

impl<'a> Linker<'a> {
    /// Gives an instance its parameters' values; the instances it is bound to come first.
    fn open(&mut self, name: &str, opening: &mut Vec<String>) -> Result<()> {
        if self.scopes.contains_key(name) {
            return Ok(());
        }
        let instance = self.instance(name)?;
        if opening.iter().any(|open| open == name) {
            return Err(Error::usage(format!(
                "the instances `{}` and `{name}` need each other's outputs",
                opening.join("`, `")
            )));
        }
        opening.push(name.to_owned());
        let component = self.components.get(&instance.component)?;
        let ids = component
            .resources
            .keys()
            .map(|id| (id.clone(), format!("{}{id}", instance.name)))
            .collect();
        let mut scope = Scope {
            component,
            parameters: BTreeMap::new(),
            ids,
            conditions: BTreeMap::new(),
        };
        for (parameter, binding) in &instance.bindings {
            if !component.parameters.contains_key(parameter) {
                let path = "Parameters";
                return Err(scope.unknown(
                    "parameter",
                    parameter,
                    component.parameters.keys(),
                    path,
                ));
            }
            let value = self.bound(binding, opening)?;
            scope.parameters.insert(parameter.clone(), value);
        }
        for (parameter, declaration) in &component.parameters {
            if !scope.parameters.contains_key(parameter) {
                let path = format!("Parameters.{parameter}");
                let default = declaration.get("Default").ok_or_else(|| {
                    scope.error(&path, &format!("the parameter `{parameter}` of instance `{name}` has no value and no default"))
                })?;
                scope.parameters.insert(parameter.clone(), default.clone());
            }
            check_allowed(&scope, parameter, declaration)?;
        }
        for (condition, expression) in &component.conditions {
            let truth = scope.decide(expression, &format!("Conditions.{condition}"))?;
            scope.conditions.insert(condition.clone(), truth);
        }
        check_versions(&scope)?;
        self.scopes.insert(&instance.name, scope);
        opening.pop();
        Ok(())
    }

    fn instance(&self, name: &str) -> Result<&'a Instance> {
        self.instances
            .iter()
            .find(|instance| instance.name == name)
            .ok_or_else(|| {
                Error::usage(format!(
                    "a parameter is bound to the instance `{name}`, which does not exist"
                ))
            })
    }

    fn bound(&mut self, binding: &Binding, opening: &mut Vec<String>) -> Result<Value> {
        match binding {
            Binding::Literal(value) => Ok(value.clone()),
            Binding::Output { instance, output } => {
                self.open(instance, opening)?;
                self.output(instance, output)
            }
        }
    }

    fn output(&self, instance: &str, output: &str) -> Result<Value> {
        let scope = self
            .scopes
            .get(instance)
            .ok_or_else(|| Error::usage(format!("there is no instance `{instance}`")))?;
        let path = format!("Outputs.{output}.Value");
        let Some(value) = scope
            .component
            .outputs
            .get(output)
            .and_then(|output| output.get("Value"))
        else {
            return Err(scope.unknown("output", output, scope.component.outputs.keys(), "Outputs"));
        };
        Ok(scope.rewrite(value, &path)?.unwrap_or(Value::Null))
    }

    /// Returns a resource rewritten, with what the instance lays over it.
    fn resource(
        &mut self,
        instance: &Instance,
        scope: &Scope<'_>,
        id: &str,
        opening: &mut Vec<String>,
    ) -> Result<Map<String, Value>> {
        let path = format!("Resources.{id}");
        let resource = scope.component.resources.get(id).ok_or_else(|| {
            scope.unknown(
                "resource",
                id,
                scope.component.resources.keys(),
                "Resources",
            )
        })?;
        let Some(Value::Object(mut linked)) = scope.rewrite(resource, &path)? else {
            return Err(scope.error(&path, "a resource is a mapping"));
        };
        for overlay in &instance.overlays {
            if let Some((target, rest)) = overlay.path.split_first()
                && target == id
            {
                let value = self.bound(&overlay.value, opening)?;
                set(&mut linked, rest, value);
            }
        }
        Ok(linked)
    }

    fn emit(
        &mut self,
        instance: &'a Instance,
        resources: &mut Map<String, Value>,
        outputs: &mut Map<String, Value>,
    ) -> Result<()> {
        let Some(scope) = self.scopes.remove(instance.name.as_str()) else {
            return Ok(());
        };
        let emitted = self.emit_scope(instance, &scope, resources);
        self.scopes.insert(&instance.name, scope);
        emitted?;
        let component = self.components.get(&instance.component)?;
        for output in component.outputs.keys() {
            let value = self.output(&instance.name, output)?;
            outputs.insert(
                format!("{}{output}", instance.name),
                json!({ "Value": value }),
            );
        }
        Ok(())
    }

    fn emit_scope(
        &mut self,
        instance: &Instance,
        scope: &Scope<'_>,
        resources: &mut Map<String, Value>,
    ) -> Result<()> {
        for overlay in &instance.overlays {
            if let Some(id) = overlay.path.first()
                && !scope.component.resources.contains_key(id)
            {
                return Err(scope.unknown(
                    "resource",
                    id,
                    scope.component.resources.keys(),
                    "Resources",
                ));
            }
        }
        for (id, resource) in &scope.component.resources {
            let path = format!("Resources.{id}");
            if let Some(condition) = resource.get("Condition").and_then(Value::as_str) {
                match scope.conditions.get(condition) {
                    Some(true) => {}
                    Some(false) => continue,
                    None => {
                        return Err(scope.unknown(
                            "condition",
                            condition,
                            scope.conditions.keys(),
                            &path,
                        ));
                    }
                }
            }
            let mut linked = self.resource(instance, scope, id, &mut Vec::new())?;
            linked.shift_remove("Condition");
            rename_dependencies(scope, &mut linked, &path)?;
            let full = scope.resource(id, &path)?;
            if resources
                .insert(full.clone(), Value::Object(linked))
                .is_some()
            {
                return Err(scope.error(
                    &path,
                    &format!("the logical id `{full}` is taken by another instance"),
                ));
            }
        }
        Ok(())
    }

    /// Notes where each resource of an instance is written.
    fn place(&self, instance: &Instance, places: &mut BTreeMap<String, String>) {
        if let Some(scope) = self.scopes.get(instance.name.as_str()) {
            places.extend(scope.ids.iter().map(|(id, full)| {
                let place = scope.component.locate(&format!("Resources.{id}"));
                (full.clone(), place)
            }));
        }
    }

    fn order(&self, instance: &Instance, resources: &mut Map<String, Value>) -> Result<()> {
        for (resource, other_instance, other) in &instance.after {
            let (Some(scope), Some(other_scope)) = (
                self.scopes.get(instance.name.as_str()),
                self.scopes.get(other_instance.as_str()),
            ) else {
                return Err(Error::usage(format!(
                    "there is no instance `{other_instance}` to wait for"
                )));
            };
            let id = scope.resource(resource, "Resources")?;
            let awaited = Value::String(other_scope.resource(other, "Resources")?);
            let Some(linked) = resources.get_mut(&id).and_then(Value::as_object_mut) else {
                continue;
            };
            let mut all = match linked.get("DependsOn") {
                Some(Value::Array(ids)) => ids.clone(),
                Some(single) => vec![single.clone()],
                None => Vec::new(),
            };
            all.push(awaited);
            linked.insert("DependsOn".to_owned(), Value::Array(all));
        }
        Ok(())
    }
}

/// A version is named after its function, so it must publish one of its component.
fn check_versions(scope: &Scope<'_>) -> Result<()> {
    let resources = scope.component.resources.iter();
    for (version, resource) in resources.filter(|(_, resource)| type_of(resource) == VERSION) {
        let function = published_function(resource);
        if !function.is_some_and(|function| scope.component.resources.contains_key(function)) {
            let path = format!("Resources.{version}");
            return Err(scope.error(&path, "a version must publish a function of its component"));
        }
    }
    Ok(())
}

fn check_allowed(scope: &Scope<'_>, parameter: &str, declaration: &Value) -> Result<()> {
    let (Some(value), Some(Value::Array(allowed))) = (
        scope.parameters.get(parameter),
        declaration.get("AllowedValues"),
    ) else {
        return Ok(());
    };
    if value.is_object() || allowed.contains(value) {
        return Ok(());
    }
    let names: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    let path = format!("Parameters.{parameter}");
    let near = value
        .as_str()
        .and_then(|value| nearest(value, allowed.iter().filter_map(Value::as_str)));
    let error = scope.error(
        &path,
        &format!("the parameter `{parameter}` does not take {value}"),
    );
    Err(match near {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("it takes {}", names.join(", "))),
    })
}

fn rename_dependencies(
    scope: &Scope<'_>,
    linked: &mut Map<String, Value>,
    path: &str,
) -> Result<()> {
    let rename = |value: &Value| match value.as_str() {
        Some(name) => scope
            .resource(name, &format!("{path}.DependsOn"))
            .map(Value::String),
        None => Err(scope.error(path, "`DependsOn` names resources")),
    };
    if let Some(dependencies) = linked.get_mut("DependsOn") {
        let renamed = match &*dependencies {
            Value::Array(names) => Value::Array(names.iter().map(rename).collect::<Result<_>>()?),
            name => rename(name)?,
        };
        *dependencies = renamed;
    }
    Ok(())
}

fn set(fields: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [last] => {
            fields.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let inner = fields.entry(first.clone()).or_insert_with(|| json!({}));
            if let Value::Object(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

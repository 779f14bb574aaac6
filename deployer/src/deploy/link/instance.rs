//! Instances: components put to use under a name, with their parameters bound.

use serde_json::Value;

/// What a parameter stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Binding {
    /// A value of the configuration, written in as it is.
    Literal(Value),
    /// An output of another instance.
    Output {
        /// The other instance.
        instance: String,
        /// Its output.
        output: String,
    },
}

impl Binding {
    /// Returns a binding to a value.
    pub fn literal(value: impl Into<Value>) -> Self {
        Self::Literal(value.into())
    }

    /// Returns a binding to an output of another instance.
    pub fn output(instance: impl Into<String>, output: impl Into<String>) -> Self {
        Self::Output {
            instance: instance.into(),
            output: output.into(),
        }
    }
}

/// A value that the linker sets inside a resource of an instance, where a parameter cannot reach.
#[derive(Debug, Clone)]
pub(super) struct Overlay {
    /// The path from the resource's id, such as `Function.Properties.Environment.Variables.NAME`.
    pub(super) path: Vec<String>,
    /// The value.
    pub(super) value: Binding,
}

/// A component put to use.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The name, in front of every logical id and output.
    pub name: String,
    /// The component.
    pub component: String,
    pub(super) bindings: Vec<(String, Binding)>,
    pub(super) overlays: Vec<Overlay>,
    pub(super) after: Vec<(String, String, String)>,
}

impl Instance {
    /// Returns an instance of `component` with nothing bound.
    pub fn new(name: impl Into<String>, component: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            component: component.into(),
            bindings: Vec::new(),
            overlays: Vec::new(),
            after: Vec::new(),
        }
    }

    /// Binds a parameter to a value.
    #[must_use]
    pub fn set(self, parameter: &str, value: impl Into<Value>) -> Self {
        self.bind(parameter, Binding::literal(value))
    }

    /// Binds a parameter.
    #[must_use]
    pub fn bind(mut self, parameter: &str, binding: Binding) -> Self {
        self.bindings.push((parameter.to_owned(), binding));
        self
    }

    /// Sets a value inside a resource.
    #[must_use]
    pub fn overlay(mut self, path: &[&str], value: Binding) -> Self {
        let path = path.iter().map(|part| (*part).to_owned()).collect();
        self.overlays.push(Overlay { path, value });
        self
    }

    /// Makes `resource` wait for a resource of another instance.
    #[must_use]
    pub fn after(mut self, resource: &str, instance: &str, other: &str) -> Self {
        self.after
            .push((resource.to_owned(), instance.to_owned(), other.to_owned()));
        self
    }
}

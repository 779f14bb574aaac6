//! `synth`: the templates, linked and looked at, without anything built.

use serde_json::Value;

use crate::config::App;
use crate::deploy::link::{Components, Published, Template, artifact_template, link_workflow};
use crate::deploy::lint;
use crate::error::Result;

/// The template of a stack.
#[derive(Debug)]
pub struct StackTemplate {
    /// The stack's name.
    pub stack: String,
    template: Template,
}

impl StackTemplate {
    /// Returns the template as data.
    pub fn body(&self) -> &Value {
        self.template.body()
    }

    /// Returns the template as text that people can read.
    pub fn pretty(&self) -> String {
        self.template.pretty()
    }
}

/// Links the templates of the chosen workflows; none chosen means all, and the artifact bucket's.
///
/// The keys of the functions' zips are placeholders, because nothing is built.
pub fn synthesize(app: &App, chosen: &[String]) -> Result<Vec<StackTemplate>> {
    lint::require_clean(app)?;
    let components = Components::load(&app.root)?;
    let published = Published::placeholder(app);
    let mut templates = Vec::new();
    if chosen.is_empty() {
        templates.push(StackTemplate {
            stack: app.artifact_stack_name(),
            template: artifact_template(app, &components)?,
        });
    }
    for workflow in app.select(chosen)? {
        templates.push(StackTemplate {
            stack: app.stack_name(&workflow),
            template: link_workflow(app, &components, &workflow, &published)?,
        });
    }
    for StackTemplate { template, .. } in &templates {
        lint::require_sound(template)?;
    }
    Ok(templates)
}

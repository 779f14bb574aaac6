//! A stack and what belongs to it.

use serde_json::Value;

use super::xml::{element, list};

/// What was sent to make a stack what it is.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) text: String,
    pub(super) template: Value,
    pub(super) tags: Vec<(String, String)>,
}

impl Sent {
    pub(super) fn nothing() -> Self {
        Self {
            text: String::new(),
            template: Value::Null,
            tags: Vec::new(),
        }
    }

    /// Returns whether there is nothing to do between the two; spaces do not count.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.template == other.template && self.tags == other.tags
    }

    /// Returns the resources of the template: logical ids and definitions.
    pub(super) fn resources(&self) -> Vec<(String, Value)> {
        let resources = self.template["Resources"].as_object().cloned();
        resources.unwrap_or_default().into_iter().collect()
    }

    pub(super) fn resource(&self, id: &str) -> Option<&Value> {
        self.template["Resources"].get(id)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) physical: String,
    pub(super) status: String,
}

#[derive(Debug, Clone)]
pub(super) struct StackEvent {
    pub(super) operation: String,
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) physical: String,
    pub(super) status: String,
    pub(super) reason: String,
}

#[derive(Debug, Clone)]
pub(super) struct ChangeSet {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) status: &'static str,
    pub(super) reason: String,
    pub(super) sent: Sent,
    pub(super) rollback: bool,
    pub(super) express: bool,
    pub(super) looked_at: bool,
}

/// What is under way.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    Create,
    RollBackCreate,
    Update,
    RollBackUpdate { skip: Vec<String>, force: bool },
    Delete { retain: Vec<String>, force: bool },
}

#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what the calls set, one by one"
)]
pub(super) struct Stack {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) status: String,
    pub(super) reason: String,
    /// What is wanted, and after a success there.
    pub(super) sent: Sent,
    /// What a rollback goes back to.
    pub(super) stable: Option<Sent>,
    pub(super) resources: Vec<Resource>,
    pub(super) events: Vec<StackEvent>,
    pub(super) change_sets: Vec<ChangeSet>,
    pub(super) pending: Option<Operation>,
    pub(super) operation: String,
    pub(super) protected: bool,
    pub(super) rollback: bool,
    pub(super) express: bool,
    pub(super) retain_except_on_create: bool,
}

impl Stack {
    pub(super) fn record(&mut self, id: &str, status: &str, reason: &str) {
        let resource = self.resources.iter_mut().find(|resource| resource.id == id);
        let (kind, physical) = match resource {
            Some(resource) => {
                status.clone_into(&mut resource.status);
                (resource.kind.clone(), resource.physical.clone())
            }
            None => ("AWS::CloudFormation::Stack".to_owned(), self.arn.clone()),
        };
        self.events.push(StackEvent {
            operation: self.operation.clone(),
            id: id.to_owned(),
            kind,
            physical,
            status: status.to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// Moves the stack itself to a state.
    pub(super) fn turn(&mut self, status: &str, reason: &str) {
        status.clone_into(&mut self.status);
        reason.clone_into(&mut self.reason);
        let name = self.name.clone();
        self.record(&name, status, reason);
    }

    /// Returns the resources that an update changes in place.
    pub(super) fn changed(&self) -> Vec<(String, Value)> {
        let before = self.stable.as_ref();
        let changed = self.sent.resources().into_iter().filter(|(id, after)| {
            let before = before.and_then(|before| before.resource(id));
            before.is_some_and(|before| before != after)
        });
        changed.collect()
    }

    pub(super) fn is_bucket(&self, id: &str) -> bool {
        let mut resources = self.resources.iter();
        resources.any(|resource| resource.id == id && resource.kind == "AWS::S3::Bucket")
    }

    pub(super) fn exists(&self) -> bool {
        self.status != "DELETE_COMPLETE"
    }

    pub(super) fn describe(&self) -> String {
        let tags = self.sent.tags.iter();
        let tags = tags.map(|(key, value)| element("Key", key) + &element("Value", value));
        let operation = element("OperationId", &self.operation);
        [
            element("StackName", &self.name),
            element("StackId", &self.arn),
            element("StackStatus", &self.status),
            element("StackStatusReason", &self.reason),
            element("CreationTime", "2026-01-01T00:00:00Z"),
            element("EnableTerminationProtection", &self.protected.to_string()),
            list("Tags", tags),
            list("Outputs", self.outputs()),
            list("LastOperations", [operation]),
        ]
        .concat()
    }

    fn outputs(&self) -> Vec<String> {
        let outputs = self.sent.template["Outputs"].as_object().cloned();
        let outputs = outputs.unwrap_or_default();
        let written = outputs.iter().map(|(key, output)| {
            element("OutputKey", key) + &element("OutputValue", &self.value(&output["Value"]))
        });
        written.collect()
    }

    fn value(&self, value: &Value) -> String {
        let physical = |id: &str| {
            let found = self.resources.iter().find(|resource| resource.id == id);
            found.map_or_else(|| id.to_owned(), |resource| resource.physical.clone())
        };
        if let Some(id) = value["Ref"].as_str() {
            return physical(id);
        }
        match value["Fn::GetAtt"].as_array().map(Vec::as_slice) {
            Some([id, attribute]) => format!(
                "{}.{}",
                physical(id.as_str().unwrap()),
                attribute.as_str().unwrap()
            ),
            _ => value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        }
    }
}

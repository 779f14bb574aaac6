//! All that the fake knows, and which call does what.

use std::collections::BTreeMap;
use std::ops::Range;

use axum::response::Response;

use super::Phase;
use super::stack::{Operation, Sent, Stack};
use super::xml::{Answer, element, invalid, response};

const LARGEST_BODY: usize = 51_200;

/// A resource that fails, in every stack or in one.
pub(super) struct Script {
    pub(super) stack: Option<String>,
    pub(super) resource: String,
    pub(super) phase: Phase,
    pub(super) reason: String,
}

#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a trouble of its own that a test may want, in any combination"
)]
pub(super) struct World {
    pub(super) stacks: Vec<Stack>,
    pub(super) script: Vec<Script>,
    pub(super) replacing: Vec<String>,
    /// Faults that validation will find: resource, path, reason.
    pub(super) validations: Vec<(String, String, String)>,
    /// Faults that it found: operation or change set, resource, path, reason.
    pub(super) findings: Vec<(String, String, String, String)>,
    pub(super) denied: Vec<String>,
    /// The service role that every operation must name, where the caller may not act without it.
    pub(super) role: Option<String>,
    /// Which of the next calls fail.
    pub(super) unavailable: Range<usize>,
    /// Whether they fail as throttled, rather than as unavailable.
    pub(super) throttling: bool,
    /// Whether the caller's credentials have run out.
    pub(super) expired: bool,
    /// The call from which on nothing is answered any more, and whether it has come.
    pub(super) lost_from: Option<String>,
    pub(super) lost: bool,
    /// The stacks whose operations do not move on.
    pub(super) held: Vec<String>,
    pub(super) colliding: bool,
    pub(super) calls: Vec<(String, Vec<(String, String)>)>,
    /// The objects of every bucket, by path.
    pub(super) objects: BTreeMap<String, Vec<u8>>,
    /// The event source mappings that are disabled.
    pub(super) disabled: Vec<String>,
    /// At how many looks the executions of a durable function that is deleted go on, one less at each.
    pub(super) draining: usize,
    /// The function that they are of, once its deletion has begun.
    pub(super) drained: Option<String>,
    counter: usize,
}

/// The parameters of one call.
pub(super) struct Call {
    pub(super) pairs: Vec<(String, String)>,
}

impl Call {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn says(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let prefix = format!("{name}.member.");
        let members = self
            .pairs
            .iter()
            .filter(|(key, _)| key.starts_with(&prefix));
        members.map(|(_, value)| value.clone()).collect()
    }

    fn tags(&self) -> Vec<(String, String)> {
        let tag = |index: usize| {
            let key = self.get(&format!("Tags.member.{index}.Key"))?;
            let value = self.get(&format!("Tags.member.{index}.Value"))?;
            Some((key.to_owned(), value.to_owned()))
        };
        (1..).map_while(tag).collect()
    }
}

/// The actions that take a service role.
const WITH_ROLE: [&str; 6] = [
    "ContinueUpdateRollback",
    "CreateChangeSet",
    "CreateStack",
    "DeleteStack",
    "RollbackStack",
    "UpdateStack",
];

impl World {
    pub(super) fn query(&mut self, pairs: Vec<(String, String)>) -> Response {
        let call = Call { pairs };
        let action = call.get("Action").unwrap_or_default().to_owned();
        self.calls.push((action.clone(), call.pairs.clone()));
        self.lost |= self.lost_from.as_ref() == Some(&action);
        if self.lost {
            let message = "Service is unable to handle request.".to_owned();
            return response(&action, Err(("ServiceUnavailable", message)));
        }
        if self.expired {
            let message = "The security token included in the request is expired".to_owned();
            return response(&action, Err(("ExpiredToken", message)));
        }
        let outage = self.unavailable.clone();
        self.unavailable = outage.start.saturating_sub(1)..outage.end.saturating_sub(1);
        if outage.contains(&0) {
            let (code, message) = if self.throttling {
                ("Throttling", "Rate exceeded")
            } else {
                ("ServiceUnavailable", "Service is unable to handle request.")
            };
            return response(&action, Err((code, message.to_owned())));
        }
        let without_role = WITH_ROLE.contains(&action.as_str())
            && self.role.is_some()
            && call.get("RoleARN") != self.role.as_deref();
        let answer = if without_role || self.denied.contains(&action) {
            let who = "arn:aws:iam::000000000000:user/test";
            Err((
                "AccessDenied",
                format!("User: {who} is not authorized to perform: cloudformation:{action}"),
            ))
        } else {
            self.act(&action, &call)
        };
        response(&action, answer)
    }

    fn act(&mut self, action: &str, call: &Call) -> Answer {
        if self.colliding && ["CreateStack", "UpdateStack"].contains(&action) {
            self.colliding = false;
            return invalid("Stack:it is in UPDATE_IN_PROGRESS state and can not be updated.");
        }
        match action {
            "GetCallerIdentity" => Ok(element("Account", "000000000000")),
            "CreateStack" => self.create_stack(call),
            "UpdateStack" => self.update_stack(call),
            "DeleteStack" => self.delete_stack(call),
            "RollbackStack" => self.rollback_stack(call),
            "ContinueUpdateRollback" => self.continue_update_rollback(call),
            "CancelUpdateStack" => self.cancel_update_stack(call),
            "UpdateTerminationProtection" => self.update_termination_protection(call),
            "DescribeStacks" => self.describe_stacks(call),
            "DescribeStackEvents" => self.describe_stack_events(call),
            "DescribeEvents" => Ok(self.describe_events(call)),
            "GetTemplate" => self.get_template(call),
            "ListStackResources" => self.list_stack_resources(call),
            "CreateChangeSet" => self.create_change_set(call),
            "DescribeChangeSet" => self.describe_change_set(call),
            "ListChangeSets" => self.list_change_sets(call),
            "DeleteChangeSet" => self.delete_change_set(call),
            "ExecuteChangeSet" => self.execute_change_set(call),
            other => invalid(format!("the fake does not know {other}")),
        }
    }

    /// Returns a new name.
    pub(super) fn next(&mut self, what: &str) -> String {
        self.counter += 1;
        format!("{what}-{:04}", self.counter)
    }

    pub(super) fn scripted(&self, stack: &Stack, id: &str, phase: Phase) -> Option<String> {
        let mut script = self.script.iter().filter(|script| {
            let only = script.stack.as_ref();
            only.is_none_or(|only| *only == stack.name)
        });
        let found = script.find(|script| script.resource == id && script.phase == phase);
        found.map(|script| script.reason.clone())
    }

    /// Returns whether a resource went with its stack.
    pub(super) fn is_gone(&self, physical: &str) -> bool {
        let mut gone = self.stacks.iter().filter(|stack| !stack.exists());
        gone.any(|stack| {
            let mut resources = stack.resources.iter();
            resources.any(|resource| resource.physical == physical)
        })
    }

    pub(super) fn has_bucket(&self) -> bool {
        let mut there = self.stacks.iter().filter(|stack| stack.exists());
        there.any(|stack| {
            stack
                .resources
                .iter()
                .any(|resource| stack.is_bucket(&resource.id))
        })
    }

    /// Finds a stack by its name, or a deleted one too by its id.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        let named = |stack: &Stack| (stack.name == name && stack.exists()) || stack.arn == name;
        self.stacks.iter().position(named)
    }

    pub(super) fn find(&self, name: &str) -> Option<&Stack> {
        self.position(name).map(|index| &self.stacks[index])
    }

    /// Finds the stack that a call names.
    pub(super) fn stack(&mut self, call: &Call) -> Result<&mut Stack, (&'static str, String)> {
        let name = call.get("StackName").unwrap_or_default();
        match self.position(name) {
            Some(index) => Ok(&mut self.stacks[index]),
            None => invalid(format!("Stack [{name}] does not exist")),
        }
    }

    pub(super) fn sent(&self, call: &Call) -> Result<Sent, (&'static str, String)> {
        let text = match (call.get("TemplateBody"), call.get("TemplateURL")) {
            (Some(body), None) if body.len() > LARGEST_BODY => {
                return invalid(
                    "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200",
                );
            }
            (Some(body), None) => body.to_owned(),
            (None, Some(url)) => {
                let path = url.splitn(4, '/').nth(3).map(|path| format!("/{path}"));
                let object = path.and_then(|path| self.objects.get(&path));
                match object {
                    Some(object) => String::from_utf8(object.clone()).unwrap(),
                    None => return invalid("S3 error: The specified key does not exist."),
                }
            }
            _ => return invalid("Either Template URL or Template Body must be specified."),
        };
        let Ok(template) = serde_json::from_str(&text) else {
            return invalid("Template format error: JSON not well-formed.");
        };
        let tags = call.tags();
        Ok(Sent {
            text,
            template,
            tags,
        })
    }

    /// Returns whether a failed operation is rolled back, and whether it is in Express mode.
    pub(super) fn mode(call: &Call) -> Result<(bool, bool), (&'static str, String)> {
        let Some(mode) = call.get("DeploymentConfig.Mode") else {
            return Ok((!call.says("DisableRollback"), false));
        };
        if call.get("DisableRollback").is_some() || call.get("OnFailure").is_some() {
            return invalid(
                "DisableRollback and OnFailure cannot be specified together with DeploymentConfig",
            );
        }
        let express = mode == "EXPRESS";
        let rollback = match call.get("DeploymentConfig.DisableRollback") {
            Some(disabled) => disabled == "false",
            None => !express,
        };
        Ok((rollback, express))
    }

    pub(super) fn begin(&mut self, index: usize, operation: Operation, status: &str) -> String {
        let id = self.next("operation");
        let stack = &mut self.stacks[index];
        stack.operation.clone_from(&id);
        stack.pending = Some(operation);
        stack.turn(status, "User Initiated");
        id
    }
}

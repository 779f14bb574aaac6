//! The calls on stacks.

use super::stack::{Operation, Sent, Stack, StackEvent};
use super::world::{Call, World};
use super::xml::{Answer, element, invalid, list};

impl World {
    pub(super) fn new_stack(&mut self, name: &str, sent: Sent) -> Stack {
        let unique = self.next("id");
        Stack {
            name: name.to_owned(),
            arn: format!("arn:aws:cloudformation:us-east-1:000000000000:stack/{name}/{unique}"),
            status: String::new(),
            reason: String::new(),
            sent,
            stable: None,
            resources: Vec::new(),
            events: Vec::new(),
            change_sets: Vec::new(),
            pending: None,
            operation: String::new(),
            protected: false,
            rollback: true,
            express: false,
            retain_except_on_create: false,
        }
    }

    pub(super) fn create_stack(&mut self, call: &Call) -> Answer {
        let name = call.get("StackName").unwrap_or_default().to_owned();
        let (rollback, express) = Self::mode(call)?;
        let sent = self.sent(call)?;
        if self.position(&name).is_some() {
            return Err((
                "AlreadyExistsException",
                format!("Stack [{name}] already exists"),
            ));
        }
        let mut stack = self.new_stack(&name, sent);
        stack.protected = call.says("EnableTerminationProtection");
        stack.retain_except_on_create = call.says("RetainExceptOnCreate");
        (stack.rollback, stack.express) = (rollback, express);
        let arn = stack.arn.clone();
        self.stacks.push(stack);
        let id = self.begin(
            self.stacks.len() - 1,
            Operation::Create,
            "CREATE_IN_PROGRESS",
        );
        Ok(element("StackId", &arn) + &element("OperationId", &id))
    }

    pub(super) fn update_stack(&mut self, call: &Call) -> Answer {
        let (rollback, express) = Self::mode(call)?;
        let sent = self.sent(call)?;
        let stack = self.stack(call)?;
        updatable(stack)?;
        if stack.sent.same(&sent) {
            return invalid("No updates are to be performed.");
        }
        stack.sent = sent;
        (stack.rollback, stack.express) = (rollback, express);
        let arn = stack.arn.clone();
        let index = self.position(&arn).unwrap();
        let id = self.begin(index, Operation::Update, "UPDATE_IN_PROGRESS");
        Ok(element("StackId", &arn) + &element("OperationId", &id))
    }

    pub(super) fn delete_stack(&mut self, call: &Call) -> Answer {
        let Ok(stack) = self.stack(call) else {
            return Ok(String::new());
        };
        if stack.protected {
            return invalid(format!(
                "Stack [{}] cannot be deleted while TerminationProtection is enabled",
                stack.name
            ));
        }
        let retain = call.list("RetainResources");
        let force = call.get("DeletionMode") == Some("FORCE_DELETE_STACK");
        if stack.status != "DELETE_FAILED" && (force || !retain.is_empty()) {
            return invalid(format!(
                "Invalid operation on stack [{}]: it must be in DELETE_FAILED",
                stack.arn
            ));
        }
        if !stack.exists() || stack.status == "DELETE_IN_PROGRESS" {
            return Ok(String::new());
        }
        if stack.status.starts_with("UPDATE_") && stack.status.ends_with("_IN_PROGRESS") {
            return invalid(format!(
                "Stack [{}] cannot be deleted while in status {}",
                stack.name, stack.status
            ));
        }
        let index = self
            .position(call.get("StackName").unwrap_or_default())
            .unwrap();
        self.begin(
            index,
            Operation::Delete { retain, force },
            "DELETE_IN_PROGRESS",
        );
        Ok(String::new())
    }

    pub(super) fn rollback_stack(&mut self, call: &Call) -> Answer {
        let stack = self.stack(call)?;
        let (operation, status) = match stack.status.as_str() {
            "CREATE_FAILED" => (Operation::RollBackCreate, "ROLLBACK_IN_PROGRESS"),
            "UPDATE_FAILED" if stack.express => {
                return invalid("RollbackStack is not supported after an update in Express mode.");
            }
            "UPDATE_FAILED" => {
                let (skip, force) = (Vec::new(), false);
                (
                    Operation::RollBackUpdate { skip, force },
                    "UPDATE_ROLLBACK_IN_PROGRESS",
                )
            }
            other => {
                return invalid(format!(
                    "Stack:{} is in {other} state and can not be rolled back.",
                    stack.arn
                ));
            }
        };
        stack.retain_except_on_create = call.says("RetainExceptOnCreate");
        let index = self
            .position(call.get("StackName").unwrap_or_default())
            .unwrap();
        let id = self.begin(index, operation, status);
        Ok(element("OperationId", &id))
    }

    pub(super) fn continue_update_rollback(&mut self, call: &Call) -> Answer {
        let (skip, force) = (call.list("ResourcesToSkip"), call.says("ForceRollback"));
        let stack = self.stack(call)?;
        if stack.status != "UPDATE_ROLLBACK_FAILED" {
            return invalid(format!(
                "Stack:{} is in {} state and can not continue its rollback.",
                stack.arn, stack.status
            ));
        }
        if force && !skip.is_empty() {
            return invalid("ResourcesToSkip and ForceRollback cannot be specified together");
        }
        for id in &skip {
            let failed = |event: &StackEvent| {
                event.id == *id
                    && event.operation == stack.operation
                    && event.status == "UPDATE_FAILED"
            };
            if !stack.events.iter().any(failed) {
                return invalid(format!(
                    "ResourcesToSkip: {id} did not fail in the rollback"
                ));
            }
        }
        let index = self
            .position(call.get("StackName").unwrap_or_default())
            .unwrap();
        self.begin(
            index,
            Operation::RollBackUpdate { skip, force },
            "UPDATE_ROLLBACK_IN_PROGRESS",
        );
        Ok(String::new())
    }

    pub(super) fn cancel_update_stack(&mut self, call: &Call) -> Answer {
        let stack = self.stack(call)?;
        if stack.status != "UPDATE_IN_PROGRESS" {
            return invalid("CancelUpdateStack cannot be called from current stack status");
        }
        if let Some((id, _)) = stack.changed().first() {
            // What was about to change stops where it is.
            stack.record(id, "UPDATE_IN_PROGRESS", "");
            stack.record(id, "UPDATE_FAILED", "Resource update cancelled");
        }
        let name = stack.name.clone();
        self.held.retain(|held| *held != name);
        let index = self
            .position(call.get("StackName").unwrap_or_default())
            .unwrap();
        let (skip, force) = (Vec::new(), false);
        self.begin(
            index,
            Operation::RollBackUpdate { skip, force },
            "UPDATE_ROLLBACK_IN_PROGRESS",
        );
        Ok(String::new())
    }

    pub(super) fn update_termination_protection(&mut self, call: &Call) -> Answer {
        let on = call.says("EnableTerminationProtection");
        let stack = self.stack(call)?;
        if stack.status == "DELETE_IN_PROGRESS" {
            return invalid(format!(
                "Stack [{}] is in DELETE_IN_PROGRESS state",
                stack.name
            ));
        }
        stack.protected = on;
        Ok(element("StackId", &stack.arn))
    }

    pub(super) fn describe_stacks(&mut self, call: &Call) -> Answer {
        let Some(name) = call.get("StackName") else {
            let there = self.stacks.iter().filter(|stack| stack.exists());
            return Ok(list(
                "Stacks",
                there.map(Stack::describe).collect::<Vec<_>>(),
            ));
        };
        let Some(index) = self.position(name) else {
            return invalid(format!("Stack with id {name} does not exist"));
        };
        let described = list("Stacks", [self.stacks[index].describe()]);
        self.progress(index);
        Ok(described)
    }

    pub(super) fn describe_stack_events(&mut self, call: &Call) -> Answer {
        let stack = self.stack(call)?;
        let arn = stack.arn.clone();
        let events = stack
            .events
            .iter()
            .enumerate()
            .rev()
            .map(|(number, event)| {
                [
                    element("EventId", &format!("{arn}-{number}")),
                    element("StackId", &arn),
                    element("StackName", &stack.name),
                    element("OperationId", &event.operation),
                    element("LogicalResourceId", &event.id),
                    element("PhysicalResourceId", &event.physical),
                    element("ResourceType", &event.kind),
                    element("ResourceStatus", &event.status),
                    element("ResourceStatusReason", &event.reason),
                    element("Timestamp", "2026-01-01T00:00:00Z"),
                ]
                .concat()
            });
        Ok(list("StackEvents", events.collect::<Vec<_>>()))
    }

    pub(super) fn describe_events(&self, call: &Call) -> String {
        let wanted = call
            .get("OperationId")
            .or(call.get("ChangeSetName"))
            .unwrap_or_default();
        let findings = self
            .findings
            .iter()
            .filter(|(operation, ..)| operation == wanted);
        let events = findings.map(|(operation, id, path, reason)| {
            [
                element("EventId", &format!("{operation}-{id}")),
                element("EventType", "VALIDATION_ERROR"),
                element("LogicalResourceId", id),
                element("ResourceType", "AWS::SQS::Queue"),
                element("ValidationName", "PROPERTY_VALIDATION"),
                element("ValidationFailureMode", "FAIL"),
                element("ValidationStatus", "FAILED"),
                element("ValidationStatusReason", reason),
                element("ValidationPath", path),
            ]
            .concat()
        });
        list("OperationEvents", events)
    }

    pub(super) fn get_template(&mut self, call: &Call) -> Answer {
        let stack = self.stack(call)?;
        let plain = |letter: char| if letter.is_ascii() { letter } else { '?' };
        let text: String = stack.sent.text.chars().map(plain).collect();
        Ok(element("TemplateBody", &text))
    }

    pub(super) fn list_stack_resources(&mut self, call: &Call) -> Answer {
        let stack = self.stack(call)?;
        let resources = stack.resources.iter().map(|resource| {
            [
                element("LogicalResourceId", &resource.id),
                element("PhysicalResourceId", &resource.physical),
                element("ResourceType", &resource.kind),
                element("ResourceStatus", &resource.status),
                element("LastUpdatedTimestamp", "2026-01-01T00:00:00Z"),
            ]
            .concat()
        });
        Ok(list(
            "StackResourceSummaries",
            resources.collect::<Vec<_>>(),
        ))
    }
}

pub(super) fn updatable(stack: &Stack) -> Result<(), (&'static str, String)> {
    let states = [
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "UPDATE_FAILED",
    ];
    if states.contains(&stack.status.as_str()) {
        return Ok(());
    }
    invalid(format!(
        "Stack:{} is in {} state and can not be updated.",
        stack.arn, stack.status
    ))
}
